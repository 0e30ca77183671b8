import { connect } from 'node:net'
import fc from 'fast-check'
import { type HostileHttp, hostileRequest } from '../../../tests/support/hostile-http.ts'
import type { MeasuredHouse } from '../../../tests/support/measure.ts'
import { type FuzzReport, type FuzzRun, FuzzTally } from '../fuzz-report.ts'
import { createRandom } from '../random.ts'
import { judgeAnswer } from './judge-answer.ts'
import { openaiRequest } from './openai-requests.ts'

const parallel = 16
/** A request on whose socket nothing moves for so long is given up, milliseconds. */
const silenceMs = 30_000
/** Of an answer, so much is looked at. */
const keptBytes = 1024 * 1024

/** Hostile HTTP requests, half to the REST API and half to the OpenAI-compatible routes, each on a socket of its own. */
export async function fuzzBodies(
  house: MeasuredHouse,
  { seed, count, signal, onProgress }: FuzzRun,
): Promise<FuzzReport> {
  const tally = new FuzzTally()
  const toRest = hostileRequest(house.token)
  let next = seed
  const work = async (): Promise<void> => {
    while (next < seed + count && !tally.isFull && !signal.aborted) {
      const item = next
      next += 1
      const request = requestOf(item, house.token, toRest)
      const verdict = judgeAnswer(await send(house.port, request), request.isCut)
      tally.count(verdict.status)
      if (verdict.status === 'wrong') tally.fail(item, `${firstLine(request)}: ${verdict.says}`)
      tally.done += 1
      onProgress(tally.done)
    }
  }
  await Promise.all(Array.from({ length: parallel }, work))
  return tally
}

function requestOf(seed: number, token: string, toRest: fc.Arbitrary<HostileHttp>): HostileHttp {
  const random = createRandom(seed)
  if (random.oneIn(2)) return openaiRequest(random, token)
  const [request] = fc.sample(toRest, { seed, numRuns: 1 })
  if (request === undefined) throw new Error('fast-check made no sample.')
  return request
}

const firstLine = ({ bytes }: HostileHttp): string => JSON.stringify(bytes.subarray(0, 60).toString('latin1'))

/** The answer up to the end of the socket; empty when there was none. */
function send(port: number, { bytes, isCut }: HostileHttp): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  let kept = 0
  socket.setTimeout(silenceMs, () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    if (kept < keptBytes) chunks.push(chunk)
    kept += chunk.length
  })
  socket.on('error', () => undefined)
  socket.on('close', () => resolve(Buffer.concat(chunks).toString()))
  if (isCut) socket.end(bytes)
  else socket.write(bytes)
  return promise
}
