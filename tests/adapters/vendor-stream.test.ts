import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../scripts/fuzz/random.ts'
import { differences } from '../../scripts/fuzz/streams/judge-stream.ts'
import { endingOf, type Reading } from '../../scripts/fuzz/streams/stream-subject.ts'
import { streamSubjects } from '../../scripts/fuzz/streams/stream-subjects.ts'
import { startAttemptTimers } from '../../services/adapters/attempt-timers.ts'
import { createHttpTransport } from '../../services/adapters/http-transport.ts'
import { ollamaDialect } from '../../services/adapters/local/server/map-ollama-stream.ts'
import { readVendorStream, type StreamDialect } from '../../services/adapters/vendor-stream.ts'
import type { GenerateEvent } from '../../services/common/contracts/generate-event.ts'
import { toHearthError } from '../../services/common/errors/hearth-error.ts'

const patienceMs = 10_000
const timeouts = { headersMs: patienceMs, firstTokenMs: patienceMs, idleMs: patienceMs, totalMs: patienceMs }

/** Reads a body of these bytes as the adapters do; without the phase that every reading begins with. */
async function readBody<Frame, State>(bytes: Uint8Array, dialect: StreamDialect<Frame, State>): Promise<Reading> {
  const timers = startAttemptTimers(timeouts, new AbortController().signal)
  const body = Readable.from([bytes])
  const events: GenerateEvent[] = []
  try {
    const reading = { transport: createHttpTransport(), timers, mapError: toHearthError }
    for await (const batch of readVendorStream(body, dialect, reading)) events.push(...batch)
    return { events: events.slice(1), ending: { status: 'finished' } }
  } catch (error) {
    return { events: events.slice(1), ending: endingOf(error) }
  } finally {
    timers.dispose()
  }
}

describe('the body of a vendor', () => {
  test('that ends after a whole line without its line feed loses nothing of it', async () => {
    const line = (content: string) => JSON.stringify({ message: { content } })
    const { events, ending } = await readBody(Buffer.from(`${line('a ')}\n${line('b')}`), ollamaDialect('c'))
    expect(events).toEqual([
      { type: 'text-start', id: 'b0' },
      { type: 'text-delta', id: 'b0', text: 'a ' },
      { type: 'text-delta', id: 'b0', text: 'b' },
    ])
    expect(ending).toEqual({ status: 'failed', code: 'provider_stream_truncated' })
  })

  test.each(streamSubjects)('that ends at any byte gives all that came: $name', async (subject) => {
    const bytes = Buffer.from(subject.valid(createRandom(7)))
    for (let end = 1; end <= bytes.length; end += 1) {
      const start = bytes.subarray(0, end)
      const expected = await subject.read([start])
      const seen = await subject.withDialect((dialect) => readBody(start, dialect))
      expect(differences(`as a body of ${end} bytes`, expected, seen)).toEqual([])
    }
  })
})
