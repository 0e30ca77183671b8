import type { Readable } from 'node:stream'
import type { GenerateEvent } from '../common/contracts/generate-event.ts'
import type { HearthError } from '../common/errors/hearth-error.ts'
import type { AttemptTimers } from './attempt-timers.ts'
import type { HttpTransport } from './http-transport.ts'

/** What one read of a stream came to. `failed` still holds the events before the failure. */
export interface BatchStep<State> {
  readonly state: State
  readonly events: readonly GenerateEvent[]
  readonly outcome: { readonly status: 'open' | 'done' } | { readonly status: 'failed'; readonly error: HearthError }
}

/** How the stream of one vendor is read: its frames, and a pure step over the frames of each read. */
export interface StreamDialect<Frame, State> {
  /** One batch per read, empty when it completed no frame. */
  readonly frames: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<readonly Frame[]>
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
  const { signal } = reading.timers
  const onAbort = () => body.destroy()
  signal.addEventListener('abort', onAbort, { once: true })
  let isWhole = false
  try {
    for await (const step of readSteps(body, dialect, reading)) {
      isWhole = step.isWhole
      if (step.events.length === 0) continue
      reading.timers.pause()
      yield step.events
      reading.timers.resume()
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    if (isWhole) reading.transport.release(body)
    else body.destroy()
  }
}

interface ReadStep {
  readonly events: readonly GenerateEvent[]
  readonly isWhole: boolean
}

/** One step per read; the last one has `finish`. */
async function* readSteps<Frame, State>(
  body: Readable,
  dialect: StreamDialect<Frame, State>,
  { timers, mapError }: StreamReading,
): AsyncGenerator<ReadStep, void> {
  let state = dialect.begin
  yield { events: [{ type: 'phase', phase: 'waiting_first_token' }], isWhole: false }
  try {
    for await (const batch of dialect.frames(body.iterator({ destroyOnReturn: false }))) {
      timers.onBytes()
      const step = dialect.step(state, batch)
      state = step.state
      noteProgress(timers, step.events)
      yield { events: step.events, isWhole: step.outcome.status === 'done' }
      if (step.outcome.status === 'done') return
      if (step.outcome.status === 'failed') throw step.outcome.error
    }
  } catch (error) {
    const failure = timers.failure() ?? mapError(error)
    if (!dialect.isComplete(state) || !mayFollowTheEnd(failure)) throw failure
  }
  yield { events: dialect.end(state), isWhole: true }
}

/** The vendor said that the answer is whole; that its socket then broke or stayed open takes nothing away. */
const mayFollowTheEnd = ({ code }: HearthError): boolean =>
  code === 'provider_connection_failed' || code === 'provider_timeout_idle'

function noteProgress(timers: AttemptTimers, events: readonly GenerateEvent[]): void {
  for (const { type } of events) {
    if (type === 'phase') timers.onProgress()
    else if (type !== 'usage' && type !== 'finish' && type !== 'parameters-dropped') timers.onContent()
  }
}
