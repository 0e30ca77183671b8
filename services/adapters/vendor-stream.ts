import type { Readable } from 'node:stream'
import type { GenerateEvent } from '../common/contracts/generate-event.ts'
import type { HearthError } from '../common/errors/hearth-error.ts'
import type { AttemptTimers } from './attempt-timers.ts'
import { type BodyRead, ChunkReader } from './chunk-reader.ts'
import type { FrameDecoder } from './frame-decoder.ts'
import type { HttpTransport } from './http-transport.ts'

/** What one read of a stream came to. `failed` still holds the events before the failure. */
export interface BatchStep<State> {
  readonly state: State
  readonly events: readonly GenerateEvent[]
  readonly outcome: { readonly status: 'open' | 'done' } | { readonly status: 'failed'; readonly error: HearthError }
}

/** How the stream of one vendor is read: its frames, and a pure step over the frames of each read. */
export interface StreamDialect<Frame, State> {
  readonly decoder: () => FrameDecoder<Frame>
  readonly begin: State
  /** `done` after the vendor's last frame; its last event is then `finish`. */
  readonly step: (state: State, frames: readonly Frame[]) => BatchStep<State>
  /** The vendor said that the answer is whole, though more frames may follow. */
  readonly isComplete: (state: State) => boolean
  /** The last events, when the body ended. @throws HearthError `provider_stream_truncated` when the answer is not complete. */
  readonly end: (state: State) => readonly GenerateEvent[]
}

/** Who reads, and what for. */
export interface StreamReading {
  readonly transport: HttpTransport
  readonly timers: AttemptTimers
  /** What a failure of the socket means. */
  readonly mapError: (error: unknown) => HearthError
  /** Told once, when nothing more comes of the stream: why, when it failed. */
  readonly onEnd?: (failure: HearthError | undefined) => void
}

/** The batches of a vendor's answer. */
export type Batches = AsyncIterableIterator<readonly GenerateEvent[], void>

/** Owns the body: reads it to the terminator, or destroys it. Begins with the phase `waiting_first_token`. */
export const readVendorStream = <Frame, State>(
  body: Readable,
  dialect: StreamDialect<Frame, State>,
  reading: StreamReading,
): Batches => new VendorStream(body, dialect, reading)

type Result = IteratorResult<readonly GenerateEvent[], void>

const over: Result = { done: true, value: undefined }
const waitingFirstToken: Result = { done: false, value: [{ type: 'phase', phase: 'waiting_first_token' }] }

/**
 * A step over each read, when it is asked for or else when it comes: one promise for each batch, where a generator makes
 * several, as there may be a batch for every token. For one reader at a time.
 */
class VendorStream<Frame, State> implements AsyncIterableIterator<readonly GenerateEvent[], void> {
  readonly #body: Readable
  readonly #dialect: StreamDialect<Frame, State>
  readonly #reading: StreamReading
  readonly #decoder: FrameDecoder<Frame>
  readonly #chunks: ChunkReader
  readonly #onAbort = (): void => {
    this.#body.destroy()
    this.#advance()
  }
  #state: State
  #outcome: BatchStep<State>['outcome'] = { status: 'open' }
  #hasBegun = false
  #isClosed = false
  #asked: PromiseWithResolvers<Result> | undefined

  constructor(body: Readable, dialect: StreamDialect<Frame, State>, reading: StreamReading) {
    this.#body = body
    this.#dialect = dialect
    this.#reading = reading
    this.#decoder = dialect.decoder()
    this.#state = dialect.begin
    reading.timers.signal.addEventListener('abort', this.#onAbort, { once: true })
    this.#chunks = new ChunkReader(body, () => this.#advance())
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Result> {
    if (!this.#hasBegun) {
      this.#hasBegun = true
      return Promise.resolve(waitingFirstToken)
    }
    this.#reading.timers.resume()
    const asked = Promise.withResolvers<Result>()
    this.#asked = asked
    this.#advance()
    return asked.promise
  }

  return(): Promise<Result> {
    this.#close(undefined)
    this.#asked?.resolve(over)
    this.#asked = undefined
    return Promise.resolve(over)
  }

  /** Answers who asked, once there is something to say. */
  #advance(): void {
    const asked = this.#asked
    if (asked === undefined) return
    try {
      const result = this.#outcome.status === 'open' ? this.#read() : this.#ended(this.#outcome)
      if (result === undefined) return
      this.#asked = undefined
      asked.resolve(result)
    } catch (error) {
      this.#asked = undefined
      const { timers, mapError } = this.#reading
      const failure = timers.failure() ?? mapError(error)
      this.#close(failure)
      asked.reject(failure)
    }
  }

  /** Undefined: what came so far says nothing. */
  #read(): Result | undefined {
    const { timers } = this.#reading
    while (this.#outcome.status === 'open') {
      const read = timers.signal.aborted ? timers.failure() : this.#chunks.take()
      if (read === undefined) return undefined
      const { state, events, outcome } = this.#stepOrEnd(read)
      this.#state = state
      this.#outcome = outcome
      if (events.length > 0) {
        timers.pause()
        return { done: false, value: events }
      }
    }
    return this.#ended(this.#outcome)
  }

  /** @throws HearthError why it failed. */
  #ended(outcome: Exclude<BatchStep<State>['outcome'], { status: 'open' }>): Result {
    if (outcome.status === 'failed') throw outcome.error
    this.#close(undefined)
    return over
  }

  /** What a read comes to. @throws HearthError when it failed and the answer was not whole before. */
  #stepOrEnd(read: BodyRead): BatchStep<State> {
    const { timers, mapError } = this.#reading
    const dialect = this.#dialect
    const state = this.#state
    try {
      if (read instanceof Error) throw read
      return read === 'end' ? this.#lastStep() : moveClocks(this.#step(read), timers)
    } catch (error) {
      const failure = timers.failure() ?? mapError(error)
      if (!dialect.isComplete(state) || !mayFollowTheEnd(failure)) throw failure
    }
    return { state, events: dialect.end(state), outcome: { status: 'done' } }
  }

  /** The step over one read; a decoder that cannot go on fails it after the frames before. */
  #step(chunk: Uint8Array): BatchStep<State> {
    const step = this.#dialect.step(this.#state, this.#decoder.push(chunk))
    const { failure } = this.#decoder
    if (failure === undefined || step.outcome.status !== 'open') return step
    return { ...step, outcome: { status: 'failed', error: failure } }
  }

  /** The end of the body; what its last bytes say stands, also when the answer is not whole. */
  #lastStep(): BatchStep<State> {
    const last = this.#dialect.step(this.#state, this.#decoder.end())
    if (last.outcome.status !== 'open') return last
    try {
      return { ...last, events: [...last.events, ...this.#dialect.end(last.state)], outcome: { status: 'done' } }
    } catch (error) {
      return { ...last, outcome: { status: 'failed', error: this.#reading.mapError(error) } }
    }
  }

  #close(failure: HearthError | undefined): void {
    if (this.#isClosed) return
    this.#isClosed = true
    const { timers, transport, onEnd } = this.#reading
    timers.signal.removeEventListener('abort', this.#onAbort)
    this.#chunks.release()
    if (this.#outcome.status === 'done') transport.release(this.#body)
    else this.#body.destroy()
    this.#outcome = { status: 'done' }
    onEnd?.(failure)
  }
}

/** The vendor said that the answer is whole; that its socket then broke, or stayed open until a timer fired, takes nothing away. */
const mayFollowTheEnd = ({ code }: HearthError): boolean =>
  code === 'provider_connection_failed' || code.startsWith('provider_timeout_')

/** A read moves the clocks once, however many events it held. */
function moveClocks<State>(step: BatchStep<State>, timers: AttemptTimers): BatchStep<State> {
  timers.onBytes()
  if (step.events.some(({ type }) => type === 'phase')) timers.onProgress()
  if (step.events.some(isContent)) timers.onContent()
  return step
}

const isContent = ({ type }: GenerateEvent): boolean =>
  type !== 'phase' && type !== 'usage' && type !== 'finish' && type !== 'parameters-dropped'
