/** Longest rest. */
const MAX_REST_MS = 1000

/** Leaves time to others: work that can wait, in steps with rests between them, and without while somebody waits for it. */
export class WorkPace {
  readonly #restPerWork: number
  #steppedAt = 0
  #hurried = 0
  #rested: PromiseWithResolvers<void> | undefined

  /** A rest is that many times as long as the step before it, a second at most. */
  constructor(restPerWork: number) {
    this.#restPerWork = restPerWork
  }

  /** Somebody waits for the work. */
  get isHurried(): boolean {
    return this.#hurried > 0
  }

  /** Before the first step. */
  begin(): void {
    this.#steppedAt = performance.now()
  }

  /** Between two steps. */
  readonly rest = async (): Promise<void> => {
    const workedMs = performance.now() - this.#steppedAt
    if (!this.isHurried) {
      this.#rested = Promise.withResolvers<void>()
      const timer = setTimeout(this.#rested.resolve, Math.min(workedMs * this.#restPerWork, MAX_REST_MS)).unref()
      await this.#rested.promise
      clearTimeout(timer)
    }
    this.begin()
  }

  /** Waits for what `work` begins, or has begun, without its rests, the one that is going on included. */
  async hurry(work: () => Promise<void> | undefined): Promise<void> {
    this.#hurried += 1
    this.#rested?.resolve()
    try {
      await work()
    } finally {
      this.#hurried -= 1
    }
  }
}
