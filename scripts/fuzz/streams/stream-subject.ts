import type { BatchStep, StreamDialect } from '../../../services/adapters/vendor-stream.ts'
import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import { framesOf } from '../../../tests/support/frames-of.ts'
import type { Random } from '../random.ts'

/** What a reader made of a stream: its events, and how it ended. `untyped` is a defect: an error that is none of ours. */
export interface Reading {
  readonly events: readonly GenerateEvent[]
  readonly ending: Ending
}

export type Ending =
  | { readonly status: 'finished' }
  | { readonly status: 'failed'; readonly code: string }
  | { readonly status: 'untyped'; readonly error: string }

/** One wire dialect to be fuzzed; the types of its frames and states stay inside. */
export interface StreamSubject {
  readonly name: string
  /** What ends a frame. */
  readonly framing: 'blank-line' | 'line'
  /** Without a match in what came, no answer may be complete. */
  readonly terminator: RegExp
  /** A stream as the vendor sends it. */
  readonly valid: (random: Random) => string
  /** Reads these chunks to the end. */
  readonly read: (chunks: Iterable<Uint8Array>) => Promise<Reading>
  /** Reads one byte at a time, and at each place asks what would be if the body ended there. */
  readonly readAtEveryPlace: (bytes: Uint8Array) => Promise<PlacesReading>
  /** Reads a body with `readVendorStream`. */
  readonly withDialect: <Result>(use: <Frame, State>(dialect: StreamDialect<Frame, State>) => Result) => Result
}

export interface PlacesReading {
  readonly reading: Reading
  /** For each place where the state changed: how many bytes had come, and what an end there makes of the answer. */
  readonly cuts: readonly { readonly bytes: number; readonly reading: Reading }[]
}

type Words = Pick<StreamSubject, 'name' | 'framing' | 'terminator' | 'valid'>

export function streamSubject<Frame, State>(words: Words, dialect: StreamDialect<Frame, State>): StreamSubject {
  return {
    ...words,
    read: async (chunks) => {
      const events: GenerateEvent[] = []
      return { events, ending: await readThrough(dialect, chunks, ({ events: added }) => void events.push(...added)) }
    },
    readAtEveryPlace: (bytes) => readAtEveryPlace(dialect, bytes),
    withDialect: (use) => use(dialect),
  }
}

async function readAtEveryPlace<Frame, State>(
  dialect: StreamDialect<Frame, State>,
  bytes: Uint8Array,
): Promise<PlacesReading> {
  const events: GenerateEvent[] = []
  const cuts: { bytes: number; reading: Reading }[] = []
  let state = dialect.begin
  let place = 0
  const ending = await readThrough(dialect, eachByte(bytes), (step) => {
    place += 1
    events.push(...step.events)
    if (step.state === state || step.outcome.status !== 'open') return
    state = step.state
    const ended = endOf(dialect, state)
    cuts.push({ bytes: place, reading: { events: [...events, ...ended.events], ending: ended.ending } })
  })
  return { reading: { events, ending }, cuts }
}

function* eachByte(bytes: Uint8Array): Generator<Uint8Array> {
  for (let place = 0; place < bytes.length; place += 1) yield bytes.subarray(place, place + 1)
}

async function readThrough<Frame, State>(
  dialect: StreamDialect<Frame, State>,
  chunks: Iterable<Uint8Array>,
  onStep: (step: BatchStep<State>) => void,
): Promise<Ending> {
  let state = dialect.begin
  try {
    for await (const batch of framesOf(dialect.decoder(), asBody(chunks))) {
      const step = dialect.step(state, batch)
      state = step.state
      onStep(step)
      if (step.outcome.status === 'done') return { status: 'finished' }
      if (step.outcome.status === 'failed') return endingOf(step.outcome.error)
    }
  } catch (error) {
    return endingOf(error)
  }
  const { events, ending } = endOf(dialect, state)
  if (ending.status === 'finished') onStep({ state, events, outcome: { status: 'done' } })
  return ending
}

async function* asBody(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks
}

function endOf<Frame, State>(dialect: StreamDialect<Frame, State>, state: State): Reading {
  try {
    return { events: dialect.end(state), ending: { status: 'finished' } }
  } catch (error) {
    return { events: [], ending: endingOf(error) }
  }
}

/** The kind of a failure; an error that is none of ours, or that the step caught as such, is kept with where it came from. */
export function endingOf(error: unknown): Ending {
  if (error instanceof HearthError && error.code !== 'gateway_internal') return { status: 'failed', code: error.code }
  const origin = error instanceof HearthError && error.cause !== undefined ? error.cause : error
  return { status: 'untyped', error: origin instanceof Error ? (origin.stack ?? origin.message) : String(origin) }
}
