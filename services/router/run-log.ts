import type { RunEvent } from '../common/contracts/run-event.ts'
import { HearthError } from '../common/errors/hearth-error.ts'
import type { RunEventDraft } from './answer-state.ts'
import { EventTape } from './event-tape.ts'
import { UnreadTimer } from './unread-timer.ts'

/** How much of one run is kept for readers; what is over is trimmed, oldest first. */
export interface RunLogLimits {
  readonly events: number
  readonly bytes: number
  /** Most events handed to a reader at once. */
  readonly batch: number
}

/**
 * The events of one run, in memory: numbered here, kept within bounds, pulled by any number of readers.
 * A reader that is waiting is woken once per append, whatever the append holds, and gets that very batch.
 */
export class RunLog {
  readonly #limits: RunLogLimits
  readonly #waiting = new Set<() => void>()
  readonly #tape = new EventTape()
  /** The batch appended last: nearly always the one that readers want. */
  #latest: readonly RunEvent[] = []
  #isEnded = false
  #readers = 0
  #wasReadToEnd = false
  #unread: UnreadTimer | undefined

  constructor(limits: RunLogLimits) {
    this.#limits = limits
  }

  /** Rough size in memory. */
  get bytes(): number {
    return this.#tape.bytes
  }

  /** Calls `tell` whenever nobody has read the run for `ms`, from now on to its end. */
  whenUnread(ms: number, tell: () => void): void {
    this.#unread = new UnreadTimer(ms, tell)
    if (this.#readers === 0) this.#unread.start()
  }

  /** Numbers the events and wakes the readers. */
  append(drafts: readonly RunEventDraft[]): void {
    if (drafts.length === 0) return
    this.#latest = drafts.map((draft) => this.#tape.push(draft))
    this.#trim(this.#limits.events, this.#limits.bytes)
    for (const wake of this.#waiting) wake()
  }

  /** The terminal event: readers end after it. */
  end(terminal: RunEventDraft): void {
    this.#isEnded = true
    this.#unread?.stop()
    this.append([terminal])
  }

  /**
   * Batches after number `startingAfter` (-1: all), until the end or the abort of `signal`. When the last reader leaves
   * and the terminal event was read, only that event is kept.
   * @throws HearthError `gateway_replay_gap` when the next wanted event is trimmed.
   */
  async *read(startingAfter: number, signal: AbortSignal): AsyncIterable<readonly RunEvent[]> {
    const tape = this.#tape
    const bell = new Bell()
    this.#readers += 1
    this.#unread?.stop()
    this.#waiting.add(bell.ring)
    signal.addEventListener('abort', bell.ring, { once: true })
    try {
      for (let next = startingAfter + 1; !signal.aborted && !(this.#isEnded && next >= tape.nextNumber); ) {
        const batch = this.#from(next)
        next += batch.length
        if (batch.length > 0) yield batch
        else await bell.rung()
      }
    } finally {
      this.#waiting.delete(bell.ring)
      signal.removeEventListener('abort', bell.ring)
      this.#readers -= 1
      if (this.#readers === 0) this.#leftAlone()
    }
  }

  #leftAlone(): void {
    if (this.#wasReadToEnd) this.#trim(1, 0)
    if (!this.#isEnded) this.#unread?.start()
  }

  #from(number: number): readonly RunEvent[] {
    const { firstNumber, nextNumber } = this.#tape
    if (number < firstNumber) {
      throw new HearthError(
        'gateway_replay_gap',
        `Events ${number} to ${firstNumber - 1} are no longer kept; read the answer from the conversation's history.`,
      )
    }
    const isLatest = this.#latest[0]?.sequenceNumber === number && this.#latest.length <= this.#limits.batch
    const batch = isLatest ? this.#latest : this.#tape.from(number, this.#limits.batch)
    if (this.#isEnded && number + batch.length >= nextNumber) this.#wasReadToEnd = true
    return batch
  }

  #trim(maxEvents: number, maxBytes: number): void {
    const tape = this.#tape
    while (tape.length > 1 && (tape.length > maxEvents || tape.bytes > maxBytes)) tape.dropOldest()
  }
}

/** Wakes one waiter. What rings before it waits is not forgotten by its loop, which looks again before every wait. */
class Bell {
  #wake: (() => void) | undefined

  readonly ring = (): void => {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }

  /** Resolves at the next ring. */
  rung(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
