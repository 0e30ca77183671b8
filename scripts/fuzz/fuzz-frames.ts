import { runHostileFrames } from '../../tests/gateway/hostile/run-hostile-frames.ts'
import type { MeasuredHouse } from '../../tests/support/measure.ts'
import type { FuzzReport, FuzzRun } from './fuzz-report.ts'

const parallel = 32

/** Hostile WebSocket frames on raw sockets; an unanswered one is a failure. */
export async function fuzzFrames(
  house: MeasuredHouse,
  { seed, count, signal, onProgress }: FuzzRun,
): Promise<FuzzReport> {
  const { port, token } = house
  const report = await runHostileFrames({ port, token, frames: count, seed, parallel, signal, onProgress })
  return { done: report.frames, failures: report.failures, outcomes: report.codes }
}
