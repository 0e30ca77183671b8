import { LiveSet } from '../../../common/collections/live-set.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'

/** One request from its arrival to its end: what may end it before it is done. */
export interface Work extends Disposable {
  /** Aborts with a HearthError that says why, whoever ended it. */
  readonly signal: AbortSignal
  readonly startedAt: number
  isTimedOut(): boolean
  /** Its time stands still until the function that is returned is called. */
  hold(): () => void
}

/** Everything under way for one upstream, with its deadlines. */
export class Works {
  readonly #all = new LiveSet<AbortController>()
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
    const deadline = new Deadline(timeoutMs, () => {
      isLate = true
      controller.abort(timedOut())
    })
    const leave = () => controller.abort(asError(caller.reason))
    if (caller.aborted) leave()
    else caller.addEventListener('abort', leave, { once: true })
    const held = this.#all.add(controller)
    return {
      signal: controller.signal,
      startedAt: performance.now(),
      isTimedOut: () => isLate,
      hold: () => deadline.hold(),
      [Symbol.dispose]: () => {
        deadline.cancel()
        caller.removeEventListener('abort', leave)
        held[Symbol.dispose]()
        this.#onEnd()
      },
    }
  }

  endAll(why: HearthError): void {
    for (const controller of this.#all.values()) controller.abort(why)
  }
}

/** Calls `onLate` once when its time is over; time that it is held does not count. */
class Deadline {
  readonly #onLate: () => void
  #leftMs: number
  #runsSince = 0
  #timer: NodeJS.Timeout | undefined
  #isCancelled = false

  constructor(ms: number, onLate: () => void) {
    this.#leftMs = ms
    this.#onLate = onLate
    this.#run()
  }

  hold(): () => void {
    clearTimeout(this.#timer)
    this.#leftMs = Math.max(0, this.#leftMs - (performance.now() - this.#runsSince))
    return () => {
      if (!this.#isCancelled) this.#run()
    }
  }

  cancel(): void {
    this.#isCancelled = true
    clearTimeout(this.#timer)
  }

  #run(): void {
    this.#runsSince = performance.now()
    this.#timer = setTimeout(this.#onLate, this.#leftMs)
  }
}

const asError = (reason: unknown): HearthError =>
  reason instanceof HearthError ? reason : new HearthError('caller_cancelled', 'The caller cancelled the call.')
