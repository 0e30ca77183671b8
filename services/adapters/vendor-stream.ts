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
}

/** Owns the body: reads it to the terminator, or destroys it. Begins with the phase `waiting_first_token`. */
export async function* readVendorStream<Frame, State>(
  body: Readable,
  dialect: StreamDialect<Frame, State>,
  reading: StreamReading,
): AsyncGenerator<readonly GenerateEvent[], void> {
  const { timers, transport } = reading
  const onAbort = () => body.destroy()
  timers.signal.addEventListener('abort', onAbort, { once: true })
  const chunks = new ChunkReader(body)
  const at = { ...reading, dialect, decoder: dialect.decoder(), chunks }
  let state = dialect.begin
  let isWhole = false
  try {
    yield [{ type: 'phase', phase: 'waiting_first_token' }]
    while (!isWhole) {
      const step = stepOrEnd(at, state, await nextRead(at))
      state = step.state
      isWhole = step.outcome.status === 'done'
      if (step.events.length > 0) {
        timers.pause()
        yield step.events
        timers.resume()
      }
      if (step.outcome.status === 'failed') throw timers.failure() ?? step.outcome.error
    }
  } finally {
    timers.signal.removeEventListener('abort', onAbort)
    chunks.release()
    if (isWhole) transport.release(body)
    else body.destroy()
  }
}

interface ReadingOf<Frame, State> extends StreamReading {
  readonly dialect: StreamDialect<Frame, State>
  readonly decoder: FrameDecoder<Frame>
  readonly chunks: ChunkReader
}

/** The next read. A promise is made only to wait for it. */
function nextRead<Frame, State>({ timers, chunks }: ReadingOf<Frame, State>): BodyRead | Promise<BodyRead> {
  return timers.signal.aborted ? timers.failure() : (chunks.take() ?? chunks.next())
}

/** What a read comes to. @throws HearthError when it failed and the answer was not whole before. */
function stepOrEnd<Frame, State>(at: ReadingOf<Frame, State>, state: State, read: BodyRead): BatchStep<State> {
  const { dialect, timers, mapError } = at
  try {
    if (read instanceof Error) throw read
    if (read !== undefined) return moveClocks(stepOf(at, state, read), timers)
    const last = dialect.step(state, at.decoder.end())
    if (last.outcome.status !== 'open') return last
    return { state: last.state, events: [...last.events, ...dialect.end(last.state)], outcome: { status: 'done' } }
  } catch (error) {
    const failure = timers.failure() ?? mapError(error)
    if (!dialect.isComplete(state) || !mayFollowTheEnd(failure)) throw failure
  }
  return { state, events: dialect.end(state), outcome: { status: 'done' } }
}

/** The step over one read; a decoder that cannot go on fails it after the frames before. */
function stepOf<Frame, State>(
  { dialect, decoder }: ReadingOf<Frame, State>,
  state: State,
  chunk: Uint8Array,
): BatchStep<State> {
  const step = dialect.step(state, decoder.push(chunk))
  const { failure } = decoder
  if (failure === undefined || step.outcome.status !== 'open') return step
  return { ...step, outcome: { status: 'failed', error: failure } }
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
