import { HearthError } from '../../../common/errors/hearth-error.ts'

/** Lets one holder in at a time, in the order asked. When `maxWaiting` wait already, `store_unavailable`. */
export class FifoLock {
  readonly #maxWaiting: number
  readonly #waiting: (() => void)[] = []
  #isHeld = false

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting
  }

  async acquire(): Promise<void> {
    if (!this.#isHeld) {
      this.#isHeld = true
      return
    }
    if (this.#waiting.length >= this.#maxWaiting)
      throw new HearthError('store_unavailable', 'The database has too much to do; try again in a moment.', {
        details: { retryAfterMs: 1000 },
      })
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push(resolve)
    await promise
  }

  /** Lets `work` in when it is its turn. */
  async hold<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.acquire()
    try {
      return await work()
    } finally {
      this.release()
    }
  }

  release(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#isHeld = false
    else next()
  }
}
