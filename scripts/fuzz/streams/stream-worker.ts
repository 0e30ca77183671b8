// A thread that fuzzes the streams of every `step`-th seed and writes where it is into shared memory, so that the thread
// that started it sees a stream that never ends.
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { FuzzTally } from '../fuzz-report.ts'
import { fuzzStream } from './fuzz-stream.ts'
import { startSocketReader } from './socket-reader.ts'

const { seed, first, step, count, place } = z
  .object({
    seed: z.int(),
    first: z.int(),
    step: z.int(),
    count: z.int(),
    /** One number: the item that is being read. */
    place: z.instanceof(Int32Array),
  })
  .parse(workerData)

const tally = new FuzzTally()
await using socket = await startSocketReader()
for (let item = first; item < count && !tally.isFull; item += step) {
  Atomics.store(place, 0, item)
  const { subject, outcome, problems } = await fuzzStream(seed + item, socket)
  tally.done += 1
  tally.count(outcome)
  for (const problem of problems.slice(0, 2)) tally.fail(seed + item, `${subject}: ${problem}`)
}
parentPort?.postMessage({ done: tally.done, failures: tally.failures, outcomes: tally.outcomes })
