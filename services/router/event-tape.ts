import type { RunEvent } from '../common/contracts/run-event.ts'
import { isSamePart } from '../common/contracts/same-part.ts'
import type { RunEventDraft } from './answer-state.ts'

/** One event that is no delta, or adjacent deltas of one part, which differ in their texts only. */
interface Stretch {
  /** Number of the first event, also after that was dropped. */
  readonly first: number
  /** The event; for deltas, the first of them. */
  readonly like: RunEvent
  /** Texts of the deltas from `first` on; dropped ones are empty. */
  readonly texts: string[] | undefined
}

/**
 * Numbered events in little memory: of a delta only the text is kept, as nearly all events of an answer are deltas of
 * one part. What is asked for is made anew. Forgets from the front when told.
 */
export class EventTape {
  #stretches: Stretch[] = []
  /** Stretches at the front that are dropped already: they are cut away in bulk. */
  #gone = 0
  #first = 0
  #next = 0
  #bytes = 0

  /** Number of the oldest event kept. */
  get firstNumber(): number {
    return this.#first
  }

  /** Number that the next event gets. */
  get nextNumber(): number {
    return this.#next
  }

  get length(): number {
    return this.#next - this.#first
  }

  /** Rough size in memory. */
  get bytes(): number {
    return this.#bytes
  }

  /** Numbers the event. */
  push({ message, bytes }: RunEventDraft): RunEvent {
    const sequenceNumber = this.#next
    const event: RunEvent = bytes === undefined ? { sequenceNumber, message } : { sequenceNumber, message, bytes }
    const last = this.#stretches.at(-1)
    if (!('delta' in message)) this.#stretches.push({ first: sequenceNumber, like: event, texts: undefined })
    else if (last?.texts !== undefined && isSamePart(message, last.like.message)) last.texts.push(message.delta)
    else this.#stretches.push({ first: sequenceNumber, like: event, texts: [message.delta] })
    this.#next += 1
    this.#bytes += weigh(event)
    return event
  }

  /** At most `limit` events from `number` on, which is kept or the next. */
  from(number: number, limit: number): readonly RunEvent[] {
    const events: RunEvent[] = []
    const end = Math.min(number + limit, this.#next)
    let index = this.#stretches.findLastIndex(({ first }) => first <= number)
    for (let wanted = number; wanted < end; index += 1) {
      const stretch = this.#stretches[index]
      if (stretch === undefined) break
      const last = Math.min(end, stretch.first + (stretch.texts?.length ?? 1))
      for (; wanted < last; wanted += 1) events.push(eventOf(stretch, wanted))
    }
    return events
  }

  /** Forgets the oldest event. */
  dropOldest(): void {
    const oldest = this.#stretches[this.#gone]
    if (oldest === undefined) return
    const { first, texts } = oldest
    this.#bytes -= weigh(eventOf(oldest, this.#first))
    if (texts !== undefined) texts[this.#first - first] = ''
    this.#first += 1
    if (this.#first < first + (texts?.length ?? 1)) return
    this.#gone += 1
    if (this.#gone * 2 <= this.#stretches.length) return
    this.#stretches = this.#stretches.slice(this.#gone)
    this.#gone = 0
  }
}

function eventOf({ first, like, texts }: Stretch, number: number): RunEvent {
  const { message } = like
  if (texts === undefined || !('delta' in message)) return like
  return { sequenceNumber: number, message: { ...message, delta: texts[number - first] ?? '' } }
}

/** Rough size in memory: the texts and bytes, and a fixed part. */
function weigh({ message, bytes }: RunEvent): number {
  if ('delta' in message) return 64 + message.delta.length
  const fixed = 200 + (bytes?.byteLength ?? 0)
  if ('text' in message) return fixed + message.text.length
  if ('arguments' in message) return fixed + message.arguments.length
  if ('part' in message) {
    return fixed + ('text' in message.part ? message.part.text : message.part.refusal).length
  }
  return fixed
}
