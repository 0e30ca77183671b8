import { HearthError } from '../../../common/errors/hearth-error.ts'

/** One request from its arrival to its end: what may end it before it is done. */
export interface Work extends Disposable {
  /** Aborts with a HearthError that says why, whoever ended it. */
  readonly signal: AbortSignal
  readonly startedAt: number
  isTimedOut(): boolean
}

/** Everything under way for one upstream, with its deadlines. */
export class Works {
  readonly #all = new Set<AbortController>()
  readonly #onEnd: () => void

  /** `onEnd` is told when one is over. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
  }

  get size(): number {
    return this.#all.size
  }

  begin(caller: AbortSignal, timeoutMs: number, timedOut: () => HearthError): Work {
    const controller = new AbortController()
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      controller.abort(timedOut())
    }, timeoutMs)
    const leave = () => controller.abort(asError(caller.reason))
    if (caller.aborted) leave()
    else caller.addEventListener('abort', leave, { once: true })
    this.#all.add(controller)
    return {
      signal: controller.signal,
      startedAt: performance.now(),
      isTimedOut: () => isLate,
      [Symbol.dispose]: () => {
        clearTimeout(timer)
        caller.removeEventListener('abort', leave)
        this.#all.delete(controller)
        this.#onEnd()
      },
    }
  }

  endAll(why: HearthError): void {
    for (const controller of this.#all) controller.abort(why)
  }
}

const asError = (reason: unknown): HearthError =>
  reason instanceof HearthError ? reason : new HearthError('caller_cancelled', 'The caller cancelled the call.')
