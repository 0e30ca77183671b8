import { LiveMap } from '../common/collections/live-map.ts'
import type { EndedRun, Run } from './run.ts'

const sweepMs = 1000

/** How much of ended runs is kept; what is over goes, oldest first. */
export interface ShelfLimits {
  readonly ended: number
  readonly bytes: number
}

/** Runs that can be found: those that go on, and ended ones until their profile's detach TTL is over. */
export class RunShelf {
  readonly #live = new LiveMap<string, Run>()
  /** In the order they ended. */
  readonly #ended = new Map<string, EndedRun>()
  readonly #clock: () => number
  readonly #limits: ShelfLimits
  #sweeper: NodeJS.Timeout | undefined

  constructor(limits: ShelfLimits, clock: () => number) {
    this.#limits = limits
    this.#clock = clock
  }

  find(runId: string): Run | EndedRun | undefined {
    return this.#live.get(runId) ?? this.#ended.get(runId)
  }

  /** Those without their terminal event: who has read that must not find its run here. */
  live(): readonly Run[] {
    return this.#live.values().filter(({ view }) => view.status === 'in_progress')
  }

  add(run: Run): void {
    this.#live.set(run.ref.runId, run)
  }

  /** The run goes on no more; one that the shelf has forgotten stays forgotten, as does one that left nothing. */
  end(runId: string, run: EndedRun | undefined): void {
    if (!this.#live.delete(runId) || run === undefined) return
    this.#ended.set(runId, run)
    this.#sweeper ??= setInterval(() => this.#sweep(), sweepMs).unref()
  }

  clear(): void {
    this.#live.clear()
    this.#ended.clear()
    this.#stopSweeping()
  }

  /** Newest first, so that what is over the limits is the oldest. */
  #sweep(): void {
    const now = this.#clock()
    let kept = 0
    let bytes = 0
    for (const run of [...this.#ended.values()].reverse()) {
      kept += 1
      bytes += run.log.bytes
      const isSurplus = kept > this.#limits.ended || bytes > this.#limits.bytes
      if (isSurplus || now - run.endedAt >= run.detachTtlMs) this.#ended.delete(run.view.runId)
    }
    if (this.#ended.size === 0) this.#stopSweeping()
  }

  #stopSweeping(): void {
    clearInterval(this.#sweeper)
    this.#sweeper = undefined
  }
}
