import { once } from 'node:events'
import { setInterval } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { FuzzReport, FuzzRun } from '../fuzz-report.ts'

const threads = 2
const lookEveryMs = 250
/** The longest stream takes about a second on a busy machine. */
const hangMs = 60_000
const threadMemoryMb = 1024

/** Fuzzes the readers of vendor streams in threads of their own; one that never ends is reported and ended. */
export async function fuzzStreams({ seed, count, signal, onProgress }: FuzzRun): Promise<FuzzReport> {
  const places = Array.from({ length: threads }, (_, first) => new Int32Array(new SharedArrayBuffer(4)).fill(first))
  const watching = new AbortController()
  const done = places.map((place, first) => fuzzPart({ seed, count, first, place, signal }))
  const shown = show(places, AbortSignal.any([watching.signal, signal]), onProgress)
  try {
    const reports = await Promise.all(done)
    return reports.reduce(joinReports)
  } finally {
    watching.abort()
    await shown
  }
}

interface PartRun extends Pick<FuzzRun, 'seed' | 'count' | 'signal'> {
  readonly first: number
  readonly place: Int32Array
}

async function fuzzPart({ seed, count, first, place, signal }: PartRun): Promise<FuzzReport> {
  const worker = new Worker(new URL('./stream-worker.ts', import.meta.url), {
    workerData: { seed, count, first, step: threads, place },
    resourceLimits: { maxOldGenerationSizeMb: threadMemoryMb },
  })
  const ended = new AbortController()
  try {
    const report = once(worker, 'message', { signal: AbortSignal.any([signal, ended.signal]) })
    return await Promise.race([
      report.then(([message]: FuzzReport[]) => message ?? nothing),
      hang(seed, place, ended.signal),
    ])
  } catch (error) {
    if (signal.aborted) return nothing
    return stopped(seed + Atomics.load(place, 0), `the reader ended its thread: ${String(error)}`)
  } finally {
    ended.abort()
    await worker.terminate()
  }
}

const nothing: FuzzReport = { done: 0, failures: [], outcomes: {} }

const stopped = (seed: number, says: string): FuzzReport => ({ ...nothing, failures: [{ seed, says }] })

/** Resolves when the thread has been at the same stream for too long; never, once `signal` aborts. */
async function hang(seed: number, place: Int32Array, signal: AbortSignal): Promise<FuzzReport> {
  let at = Atomics.load(place, 0)
  let since = performance.now()
  try {
    for await (const _ of setInterval(lookEveryMs, undefined, { signal })) {
      const now = Atomics.load(place, 0)
      if (now !== at) since = performance.now()
      at = now
      if (performance.now() - since > hangMs) return stopped(seed + at, `not read within ${hangMs} ms`)
    }
  } catch {
    // The thread ended first.
  }
  return nothing
}

async function show(
  places: readonly Int32Array[],
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<void> {
  try {
    for await (const _ of setInterval(lookEveryMs, undefined, { signal })) {
      onProgress(Math.min(...places.map((place) => Atomics.load(place, 0))))
    }
  } catch {
    // There is nothing more to show.
  }
}

function joinReports(one: FuzzReport, other: FuzzReport): FuzzReport {
  const outcomes = { ...one.outcomes }
  for (const [name, count] of Object.entries(other.outcomes)) outcomes[name] = (outcomes[name] ?? 0) + count
  return { done: one.done + other.done, failures: [...one.failures, ...other.failures], outcomes }
}
