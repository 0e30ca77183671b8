import type { Run } from './run.ts'

const sweepMs = 1000

/** Runs that can be found: those that go on, and ended ones until their profile's detach TTL is over. */
export class RunShelf {
  readonly #runs = new Map<string, Run>()
  readonly #clock: () => number
  readonly #maxEnded: number
  #sweeper: NodeJS.Timeout | undefined

  constructor(maxEnded: number, clock: () => number) {
    this.#maxEnded = maxEnded
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

  #sweep(): void {
    const now = this.#clock()
    const ended = [...this.#runs.values()].filter((run) => run.endedAt !== undefined)
    const surplus = new Set(ended.slice(0, Math.max(0, ended.length - this.#maxEnded)))
    for (const run of ended) {
      if (surplus.has(run) || now - (run.endedAt ?? now) >= run.detachTtlMs) this.#runs.delete(run.ref.runId)
    }
    if (this.#runs.size === 0) this.clear()
  }
}
