import { expect } from 'vitest'
import type { Router } from '../../services/common/contracts/router.ts'
import { anna, readRun, say, terminalOf } from './run-fixtures.ts'

/** Starts, reads and cancels runs, `parallel` at a time, in lanes that are used again. */
export async function startAndCancel(
  router: Router,
  runs: number,
  parallel: number,
  signal: AbortSignal,
): Promise<void> {
  const one = async (lane: number) => {
    const { runId } = await router.start(say('x', { lane: { sessionId: 's', streamId: `${lane}` } }), anna, signal)
    const reading = readRun(router, runId, { signal })
    await router.cancel(runId, 'requested', anna)
    expect(terminalOf(await reading).type).toBe('response.cancelled')
  }
  for (let done = 0; done < runs; done += parallel) {
    await Promise.all(Array.from({ length: parallel }, (_, lane) => one(lane)))
  }
}

/** Timers that keep the process alive. */
export const activeTimers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
