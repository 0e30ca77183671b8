import type { RunEvent } from '../common/contracts/run-event.ts'
import { HearthError } from '../common/errors/hearth-error.ts'
import type { RunEventDraft } from './answer-state.ts'

/** How much of one run is kept for readers; what is over is trimmed, oldest first. */
export interface RunLogLimits {
  readonly events: number
  readonly bytes: number
  /** Most events handed to a reader at once. */
  readonly batch: number
}

/**
 * The events of one run, in memory: numbered here, kept within bounds, pulled by any number of readers.
 * A reader that is waiting is woken once per append, whatever the append holds.
 */
export class RunLog {
  readonly #limits: RunLogLimits
  readonly #waiting = new Set<() => void>()
  #events: RunEvent[] = []
  /** Events at the front of `#events` that are trimmed already: they are spliced away in bulk. */
  #trimmed = 0
  #bytes = 0
  #nextNumber = 0
  #isEnded = false
  #readers = 0
  #wasReadToEnd = false

  constructor(limits: RunLogLimits) {
    this.#limits = limits
  }

  /** Rough size in memory. */
  get bytes(): number {
    return this.#bytes
  }

  /** Numbers the events and wakes the readers. */
  append(drafts: readonly RunEventDraft[]): void {
    if (drafts.length === 0) return
    for (const draft of drafts) {
      this.#events.push({ ...draft, sequenceNumber: this.#nextNumber })
      this.#nextNumber += 1
      this.#bytes += weigh(draft)
    }
    this.#trim(this.#limits.events, this.#limits.bytes)
    for (const wake of this.#waiting) wake()
  }

  /** The terminal event: readers end after it. */
  end(terminal: RunEventDraft): void {
    this.#isEnded = true
    this.append([terminal])
  }

  /**
   * Batches after number `startingAfter` (-1: all), until the end or the abort of `signal`. When the last reader leaves
   * and the terminal event was read, only that event is kept.
   * @throws HearthError `gateway_replay_gap` when the next wanted event is trimmed.
   */
  async *read(startingAfter: number, signal: AbortSignal): AsyncIterable<readonly RunEvent[]> {
    this.#readers += 1
    try {
      for (let next = startingAfter + 1; !signal.aborted && !(this.#isEnded && next >= this.#nextNumber); ) {
        const batch = this.#from(next)
        next += batch.length
        if (batch.length > 0) yield batch
        else await this.#more(signal)
      }
    } finally {
      this.#readers -= 1
      if (this.#readers === 0 && this.#wasReadToEnd) this.#trim(1, 0)
    }
  }

  /** Resolves when something was appended or the signal aborts. */
  #more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', wake, { once: true })
    })
  }

  #from(number: number): readonly RunEvent[] {
    const first = this.#nextNumber - (this.#events.length - this.#trimmed)
    if (number < first) {
      throw new HearthError(
        'gateway_replay_gap',
        `Events ${number} to ${first - 1} are no longer kept; read the answer from the conversation's history.`,
      )
    }
    const start = this.#trimmed + number - first
    const batch = this.#events.slice(start, start + this.#limits.batch)
    if (this.#isEnded && start + batch.length >= this.#events.length) this.#wasReadToEnd = true
    return batch
  }

  #trim(maxEvents: number, maxBytes: number): void {
    while (this.#events.length - this.#trimmed > 1) {
      if (this.#events.length - this.#trimmed <= maxEvents && this.#bytes <= maxBytes) break
      const oldest = this.#events[this.#trimmed]
      if (oldest !== undefined) this.#bytes -= weigh(oldest)
      this.#trimmed += 1
    }
    if (this.#trimmed * 2 <= this.#events.length) return
    this.#events = this.#events.slice(this.#trimmed)
    this.#trimmed = 0
  }
}

/** Rough size in memory: the texts and bytes, and a fixed part. */
function weigh({ message, bytes }: RunEventDraft): number {
  const fixed = 200 + (bytes?.byteLength ?? 0)
  if ('delta' in message) return fixed + message.delta.length
  if ('text' in message) return fixed + message.text.length
  if ('arguments' in message) return fixed + message.arguments.length
  if ('part' in message) {
    return fixed + ('text' in message.part ? message.part.text : message.part.refusal).length
  }
  return fixed
}
