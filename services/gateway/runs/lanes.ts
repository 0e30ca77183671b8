import type { Principal } from '../../common/contracts/principal.ts'
import type { CancelReason } from '../../common/contracts/run-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'

/** A run that a session started or attached to, as long as it reads it. */
export interface LiveRun {
  readonly streamId: string
  /** Of the message that began it, echoed in errors. */
  readonly eventId: string | undefined
  readonly caller: Principal
  readonly onDisconnect: 'continue' | 'cancel'
  runId: string | undefined
  /** A cancel that came before the router knew the run. */
  cancelWanted: CancelReason | undefined
}

export interface Lane {
  readonly runs: Set<LiveRun>
  /** Ends when the run before has been handed to the router, so that a lane stays FIFO. */
  tail: Promise<void>
}

export interface LaneLimits {
  readonly lanes: number
  readonly queuedPerLane: number
}

const rememberedLanes = 1024

/** The lanes of one session that are in use, and the names of those that were. */
export class Lanes {
  readonly #limits: LaneLimits
  readonly #inUse = new Map<string, Lane>()
  /** Lanes that were used before: to cancel in them is no error. */
  readonly #seen = new Set<string>()
  #before: Promise<void> = Promise.resolve()

  constructor(limits: LaneLimits) {
    this.#limits = limits
  }

  get isEmpty(): boolean {
    return this.#inUse.size === 0
  }

  /** Lanes go on where those of the same session on another socket were: theirs are handed over first. */
  continueAfter(handedOver: Promise<void>): void {
    this.#before = handedOver
  }

  /** When all that came so far has been handed to the router. Never rejects. */
  async handedOver(): Promise<void> {
    await Promise.all([this.#before, ...[...this.#inUse.values()].map(({ tail }) => tail)])
  }

  /** @throws HearthError `policy_rate_limited` when the session or the lane is full. */
  enter(run: LiveRun): Lane {
    const known = this.#inUse.get(run.streamId)
    if (known !== undefined && known.runs.size > this.#limits.queuedPerLane) {
      throw new HearthError('policy_rate_limited', `A lane holds at most ${this.#limits.queuedPerLane} waiting runs.`)
    }
    if (known === undefined && this.#inUse.size >= this.#limits.lanes) {
      throw new HearthError('policy_rate_limited', `A session uses at most ${this.#limits.lanes} lanes; wait for one.`)
    }
    const lane = known ?? { runs: new Set<LiveRun>(), tail: this.#before }
    lane.runs.add(run)
    this.#inUse.set(run.streamId, lane)
    this.#remember(run.streamId)
    return lane
  }

  /** The place of `older`, if there is one, is free for `run`; it stays where `run` finds none. @throws as `enter`. */
  replace(older: LiveRun | undefined, run: LiveRun): void {
    if (older !== undefined) this.leave(older)
    try {
      this.enter(run)
    } catch (error) {
      if (older !== undefined) this.enter(older)
      throw error
    }
  }

  /** Idempotent. */
  leave(run: LiveRun): void {
    const lane = this.#inUse.get(run.streamId)
    if (lane?.runs.delete(run) && lane.runs.size === 0) this.#inUse.delete(run.streamId)
  }

  /** Undefined for a name that was never used here. */
  runsOf(streamId: string): readonly LiveRun[] | undefined {
    const lane = this.#inUse.get(streamId)
    if (lane !== undefined) return [...lane.runs]
    return this.#seen.has(streamId) ? [] : undefined
  }

  all(): readonly LiveRun[] {
    return [...this.#inUse.values()].flatMap(({ runs }) => [...runs])
  }

  #remember(streamId: string): void {
    this.#seen.add(streamId)
    const oldest = this.#seen.size > rememberedLanes ? this.#seen.values().next().value : undefined
    if (oldest !== undefined) this.#seen.delete(oldest)
  }
}
