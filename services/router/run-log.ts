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
  readonly #place: LogPlace = {
    from: (number) => this.#from(number),
    isOver: (number) => this.#isEnded && number >= this.#tape.nextNumber,
    join: (wake) => this.#join(wake),
    leave: (wake) => this.#leave(wake),
  }
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
  read(startingAfter: number, signal: AbortSignal): AsyncIterable<readonly RunEvent[]> {
    return new LogReading(this.#place, startingAfter + 1, signal)
  }

  #join(wake: () => void): void {
    this.#readers += 1
    this.#unread?.stop()
    this.#waiting.add(wake)
  }

  #leave(wake: () => void): void {
    this.#waiting.delete(wake)
    this.#readers -= 1
    if (this.#readers === 0 && !this.#isEnded) this.#unread?.start()
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

/** What a reader knows of its log. */
interface LogPlace {
  /** The next batch for who wants that number; empty: there is none yet. */
  readonly from: (number: number) => readonly RunEvent[]
  /** Nothing will come from that number on. */
  readonly isOver: (number: number) => boolean
  /** `wake` is called after every append, until `leave`. */
  readonly join: (wake: () => void) => void
  readonly leave: (wake: () => void) => void
}

type Result = IteratorResult<readonly RunEvent[], void>

const over: Result = { done: true, value: undefined }

/** One reading of a log, from the first batch asked for. One promise for each batch: there may be one for every token. */
class LogReading implements AsyncIterableIterator<readonly RunEvent[], void> {
  readonly #log: LogPlace
  readonly #signal: AbortSignal
  #next: number
  #status: 'new' | 'reading' | 'over' = 'new'
  #asked: ((result: Result) => void) | undefined

  constructor(log: LogPlace, next: number, signal: AbortSignal) {
    this.#log = log
    this.#next = next
    this.#signal = signal
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Result> {
    this.#begin()
    const result = this.#take()
    if (result !== undefined) return Promise.resolve(result)
    return new Promise((resolve) => {
      this.#asked = resolve
    })
  }

  return(): Promise<Result> {
    return Promise.resolve(this.#end())
  }

  #begin(): void {
    if (this.#status !== 'new') return
    this.#status = 'reading'
    this.#log.join(this.#wake)
    this.#signal.addEventListener('abort', this.#wake, { once: true })
  }

  readonly #wake = (): void => {
    const asked = this.#asked
    const result = asked === undefined ? undefined : this.#take()
    if (asked === undefined || result === undefined) return
    this.#asked = undefined
    asked(result)
  }

  /** Undefined: what is wanted has not been said yet. */
  #take(): Result | undefined {
    if (this.#status === 'over' || this.#signal.aborted || this.#log.isOver(this.#next)) return this.#end()
    const batch = this.#log.from(this.#next)
    const last = batch.at(-1)
    if (last === undefined) return undefined
    this.#next = last.sequenceNumber + 1
    return { done: false, value: batch }
  }

  #end(): Result {
    if (this.#status === 'reading') {
      this.#log.leave(this.#wake)
      this.#signal.removeEventListener('abort', this.#wake)
    }
    this.#status = 'over'
    this.#asked?.(over)
    this.#asked = undefined
    return over
  }
}
