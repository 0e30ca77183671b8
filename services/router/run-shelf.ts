import type { Run } from './run.ts'

const sweepMs = 1000

/** How much of ended runs is kept; what is over goes, oldest first. */
export interface ShelfLimits {
  readonly ended: number
  readonly bytes: number
}

/** Runs that can be found: those that go on, and ended ones until their profile's detach TTL is over. */
export class RunShelf {
  readonly #runs = new Map<string, Run>()
  readonly #clock: () => number
  readonly #limits: ShelfLimits
  #sweeper: NodeJS.Timeout | undefined

  constructor(limits: ShelfLimits, clock: () => number) {
    this.#limits = limits
    this.#clock = clock
  }

  find(runId: string): Run | undefined {
    return this.#runs.get(runId)
  }

  live(): readonly Run[] {
    return [...this.#runs.values()].filter((run) => run.endedAt === undefined)
  }

  add(run: Run): void {
    this.#runs.set(run.ref.runId, run)
    if (this.#sweeper !== undefined) return
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs)
    this.#sweeper.unref()
  }

  clear(): void {
    this.#runs.clear()
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
  }

  /** Newest first, so that what is over the limits is the oldest. */
  #sweep(): void {
    const now = this.#clock()
    let kept = 0
    let bytes = 0
    for (const run of [...this.#runs.values()].reverse()) {
      if (run.endedAt === undefined) continue
      kept += 1
      bytes += run.log.bytes
      const isSurplus = kept > this.#limits.ended || bytes > this.#limits.bytes
      if (isSurplus || now - run.endedAt >= run.detachTtlMs) this.#runs.delete(run.ref.runId)
    }
    if (this.#runs.size === 0) this.clear()
  }
}
