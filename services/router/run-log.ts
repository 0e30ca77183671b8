import type { ResponseSnapshot, RunEvent } from '../common/contracts/run-event.ts'
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
 * Where the beginning was trimmed, the answer so far stands for it.
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
  #unread: UnreadTimer | undefined
  #describe: () => ResponseSnapshot
  /** Of what `describe` gives after the end. */
  #describedBytes = 0

  /** `describe`: the answer after all that was appended; not asked after the end unless something was trimmed. */
  constructor(limits: RunLogLimits, describe: () => ResponseSnapshot) {
    this.#limits = limits
    this.#describe = describe
  }

  /** Rough size in memory. */
  get bytes(): number {
    return this.#tape.bytes + this.#describedBytes
  }

  /** Number of the newest event; -1: there is none. */
  get lastNumber(): number {
    return this.#tape.nextNumber - 1
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
    this.#trim()
    for (const wake of this.#waiting) wake()
  }

  /** The terminal event: readers end after it. Nothing is described any more, so the answer may go. */
  end(terminal: RunEventDraft): void {
    this.#isEnded = true
    this.#unread?.stop()
    this.#unread = undefined
    this.append([terminal])
    this.#latest = []
    if (this.#tape.firstNumber === 0) {
      this.#describe = notTrimmed
      return
    }
    const last = this.#describe()
    this.#describe = () => last
    this.#describedBytes = JSON.stringify(last).length
  }

  /**
   * Batches after number `startingAfter` (-1: all), until the end or the abort of `signal`. A reader whose next event is
   * trimmed gets a `response.snapshot` in place of all that was said up to then, except the terminal event.
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
        next = (batch.at(-1)?.sequenceNumber ?? next - 1) + 1
        if (batch.length > 0) yield batch
        else await bell.rung()
      }
    } finally {
      this.#waiting.delete(bell.ring)
      signal.removeEventListener('abort', bell.ring)
      this.#readers -= 1
      if (this.#readers === 0 && !this.#isEnded) this.#unread?.start()
    }
  }

  #from(number: number): readonly RunEvent[] {
    const isLatest = this.#latest[0]?.sequenceNumber === number && this.#latest.length <= this.#limits.batch
    if (isLatest) return this.#latest
    return number < this.#tape.firstNumber ? [this.#snapshot()] : this.#tape.from(number, this.#limits.batch)
  }

  /** The terminal event is no part of it: readers end with that, and it is always kept. */
  #snapshot(): RunEvent {
    const sequenceNumber = this.lastNumber - (this.#isEnded ? 1 : 0)
    return { sequenceNumber, message: { type: 'response.snapshot', response: this.#describe() } }
  }

  #trim(): void {
    const tape = this.#tape
    const { events, bytes } = this.#limits
    while (tape.length > 1 && (tape.length > events || tape.bytes > bytes)) tape.dropOldest()
  }
}

const notTrimmed = (): never => {
  throw new Error('nothing stands for the beginning of a log that has it')
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
