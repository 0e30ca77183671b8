import { setTimeout as sleep } from 'node:timers/promises'
import type { History, RunAnswer } from '../common/contracts/history.ts'
import { toHearthError } from '../common/errors/hearth-error.ts'
import { abortable } from '../common/lifecycle/abortable.ts'
import type { Logger } from '../common/telemetry/logger.ts'

export interface SaveOptions {
  readonly log: Logger
  readonly runId: string
  /** How long a store that is away or slow is waited for. */
  readonly patienceMs: number
}

/** First pause before the same answer is offered again; doubles. `close` is idempotent by run. */
const retryMs = 100

/** True once the answer is durable. False, after a loud log, when the store refused it or stayed away too long. */
export async function saveAnswer(
  history: History,
  answer: () => Promise<RunAnswer>,
  { log, runId, patienceMs }: SaveOptions,
): Promise<boolean> {
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(new Error('the store took too long')), patienceMs)
  try {
    await abortable(offer(history, answer, patience.signal), patience.signal)
    return true
  } catch (error) {
    log.error({ err: error, run: runId }, 'AN ANSWER IS LOST: history did not take it; check the store')
    return false
  } finally {
    clearTimeout(timer)
  }
}

async function offer(history: History, answer: () => Promise<RunAnswer>, signal: AbortSignal): Promise<void> {
  for (let pauseMs = retryMs; ; pauseMs *= 2) {
    try {
      return await history.close(await answer())
    } catch (error) {
      if (signal.aborted || !toHearthError(error).retryable) throw error
    }
    await sleep(pauseMs, undefined, { signal })
  }
}
