import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mapOllamaRequest } from '../../../services/adapters/local/server/map-ollama-request.ts'
import { ollamaDialect } from '../../../services/adapters/local/server/map-ollama-stream.ts'
import { createNdjsonDecoder, ndjsonLimitChars } from '../../../services/adapters/local/server/ndjson-reader.ts'
import { ollamaLine } from '../../../services/adapters/local/server/wire-schema.ts'
import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'
import type { GenerateRequest } from '../../../services/common/contracts/generate-request.ts'
import { type HearthError, toHearthError } from '../../../services/common/errors/hearth-error.ts'
import { framesOf } from '../../support/frames-of.ts'
import { textRequest } from './local-harness.ts'
import { ollamaCalls, ollamaEnd, ollamaError, ollamaPlainEnd, ollamaText } from './ollama-fixtures.ts'

const asked = (overrides: Partial<GenerateRequest>, numCtx: number | null = null) =>
  mapOllamaRequest(textRequest('qwen3', { parameters: {}, ...overrides }), numCtx)

describe("what Ollama's own API is asked", () => {
  test('nothing that was not asked for', () => {
    expect(asked({})).toEqual({
      model: 'qwen3',
      messages: [{ role: 'user', content: 'Say something' }],
      options: {},
      stream: true,
    })
  })

  test('messages of every role, pictures, tools, format and parameters', () => {
    const body = asked(
      {
        messages: [
          { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'image', mediaType: 'image/png', bytes: Uint8Array.from([1, 2, 3]) },
            ],
          },
          { role: 'assistant', content: [], toolCalls: [{ callId: 'c1', name: 'look', arguments: '{"at":"it"}' }] },
          { role: 'assistant', content: [], toolCalls: [{ callId: 'c2', name: 'look', arguments: 'not JSON' }] },
          { role: 'tool', callId: 'c1', output: 'a lamp' },
        ],
        tools: [{ name: 'look', parameters: { type: 'object' }, strict: true }],
        responseFormat: { type: 'json_schema', name: 'answer', schema: { type: 'object' } },
        parameters: {
          temperature: 0.5,
          topP: 0.9,
          maxOutputTokens: 50,
          stop: ['END'],
          seed: 7,
          frequencyPenalty: 0.1,
          presencePenalty: 0.2,
          reasoningEffort: 'minimal',
          extra: { keep_alive: '1h', num_ctx: 4096, options: { top_k: 5, seed: 8 } },
        },
      },
      8192,
    )
    expect(body).toEqual({
      model: 'qwen3',
      stream: true,
      keep_alive: '1h',
      think: 'low',
      format: { type: 'object' },
      tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }],
      options: {
        num_ctx: 4096,
        num_predict: 50,
        temperature: 0.5,
        top_p: 0.9,
        stop: ['END'],
        seed: 8,
        frequency_penalty: 0.1,
        presence_penalty: 0.2,
        top_k: 5,
      },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'What is this?', images: ['AQID'] },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'c1', function: { name: 'look', arguments: { at: 'it' } } }],
        },
        { role: 'assistant', content: '', tool_calls: [{ id: 'c2', function: { name: 'look', arguments: {} } }] },
        { role: 'tool', content: 'a lamp', tool_call_id: 'c1', tool_name: 'look' },
      ],
    })
  })

  test.each([
    ['none', false],
    ['low', 'low'],
    ['high', 'high'],
  ])('reasoning effort %s is think %s', (reasoningEffort, think) => {
    expect(asked({ parameters: { reasoningEffort } })).toHaveProperty('think', think)
  })

  test('any JSON is the format json', () => {
    expect(asked({ responseFormat: { type: 'json_object' } })).toHaveProperty('format', 'json')
  })

  test('a picture to draw and a call of no tool are refused', () => {
    const image = { prompt: 'a lamp', partialImages: 0, size: 'auto', format: 'png', inputs: [] } as const
    expect(() => asked({ image })).toThrow(expect.objectContaining({ code: 'caller_unsupported_feature' }))
    expect(() => asked({ toolChoice: { type: 'required' } })).toThrow(
      expect.objectContaining({ code: 'caller_invalid_request' }),
    )
  })
})

interface Heard {
  readonly events: readonly GenerateEvent[]
  readonly error: HearthError | undefined
}

async function* inPieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array, void> {
  let start = 0
  for (const cut of [...cuts, bytes.length]) {
    yield bytes.subarray(start, cut)
    start = Math.max(start, cut)
  }
}

/** Reads a stream cut at these bytes, as `readVendorStream` does. */
async function heard(stream: string | Uint8Array, cuts: readonly number[] = []): Promise<Heard> {
  const dialect = ollamaDialect('call_x_')
  const bytes = typeof stream === 'string' ? Buffer.from(stream) : stream
  const events: GenerateEvent[] = []
  let state = dialect.begin
  try {
    for await (const lines of framesOf(dialect.decoder(), inPieces(bytes, cuts))) {
      const step = dialect.step(state, lines)
      state = step.state
      events.push(...step.events)
      if (step.outcome.status === 'failed') return { events, error: step.outcome.error }
      if (step.outcome.status === 'done') return { events, error: undefined }
    }
    return { events: [...events, ...dialect.end(state)], error: undefined }
  } catch (error) {
    return { events, error: toHearthError(error) }
  }
}

/** The events as text, deltas of one block joined. */
const joined = ({ events }: Heard): string =>
  events.map((event) => (event.type.endsWith('-delta') && 'text' in event ? event.text : `<${event.type}>`)).join('')

describe('what Ollama answers', () => {
  test('the fixtures are what the schema takes', () => {
    const lines = [ollamaText, ollamaCalls, ollamaPlainEnd, ollamaError].join('').trim().split('\n')
    for (const line of lines) expect(ollamaLine.safeParse(JSON.parse(line)).success).toBe(true)
  })

  test('reasoning, text, usage, finish', async () => {
    const { events, error } = await heard(ollamaText)
    expect(error).toBeUndefined()
    expect(events).toEqual([
      { type: 'reasoning-start', id: 'b0' },
      { type: 'reasoning-delta', id: 'b0', text: 'Light ' },
      { type: 'reasoning-delta', id: 'b0', text: 'scatters.' },
      { type: 'reasoning-end', id: 'b0' },
      { type: 'text-start', id: 'b1' },
      { type: 'text-delta', id: 'b1', text: 'The' },
      { type: 'text-delta', id: 'b1', text: ' sky 🌌' },
      { type: 'text-end', id: 'b1' },
      { type: 'usage', usage: { inputTokens: 26, outputTokens: 282 } },
      { type: 'finish', reason: 'stop' },
    ])
  })

  test('calls come whole; those without an id get one', async () => {
    expect((await heard(ollamaCalls)).events).toEqual([
      { type: 'tool-call-start', id: 'b0', callId: 'call_x_0', name: 'get_weather' },
      { type: 'tool-call-delta', id: 'b0', arguments: '{"city":"Tokyo"}' },
      { type: 'tool-call-end', id: 'b0' },
      { type: 'tool-call-start', id: 'b1', callId: 'call_7', name: 'get_time' },
      { type: 'tool-call-delta', id: 'b1', arguments: '{}' },
      { type: 'tool-call-end', id: 'b1' },
      { type: 'usage', usage: { inputTokens: 169, outputTokens: 15 } },
      { type: 'finish', reason: 'tool_calls' },
    ])
  })

  test('the reason says how it ended; none is stop, a mere load is no answer', async () => {
    expect((await heard(ollamaEnd('length'))).events.at(-1)).toEqual({ type: 'finish', reason: 'length' })
    expect((await heard(ollamaPlainEnd)).events).toEqual([{ type: 'finish', reason: 'stop' }])
    expect((await heard(ollamaEnd('load'))).error?.code).toBe('provider_stream_error')
  })

  test('an error line, a line that is not JSON and one of another kind keep what came', async () => {
    const [first = ''] = ollamaText.split('\n')
    for (const wrong of [ollamaError, '{"message":\n', '["other"]\n']) {
      const { events, error } = await heard(`${first}\n${wrong}`)
      expect(error?.code).toBe('provider_stream_error')
      expect(error?.message).not.toContain('secret')
      expect(events.map(({ type }) => type)).toEqual(['reasoning-start', 'reasoning-delta'])
    }
  })

  test('cut at any bytes it is the same answer', async () => {
    const bytes = Buffer.from(ollamaText)
    const whole = joined(await heard(bytes))
    const cuts = fc.array(fc.nat(bytes.length), { maxLength: 40 }).map((each) => each.toSorted((a, b) => a - b))
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        expect(joined(await heard(bytes, at))).toEqual(whole)
      }),
      { numRuns: 200 },
    )
  })

  test('ended at any byte before its last line is whole, it is truncated; never an answer', async () => {
    const bytes = Buffer.from(ollamaText)
    for (let end = 0; end < bytes.length - 1; end++) {
      const { events, error } = await heard(bytes.subarray(0, end))
      expect(error?.code).toBe('provider_stream_truncated')
      expect(events.some(({ type }) => type === 'finish')).toBe(false)
    }
    expect((await heard(bytes.subarray(0, bytes.length - 1))).error).toBeUndefined()
  })
})

describe('lines of JSON', () => {
  const lines = async (pieces: readonly (string | Uint8Array)[]) => {
    const batches: (readonly string[])[] = []
    const bytes = async function* () {
      for (const piece of pieces) yield typeof piece === 'string' ? Buffer.from(piece) : piece
    }
    for await (const batch of framesOf(createNdjsonDecoder(), bytes())) batches.push(batch)
    return batches
  }

  test('one batch per read, empty when it completed no line', async () => {
    expect(await lines(['{"a"', ':1}\r\n\n{"b":2}\n{', '"c":3}'])).toEqual([
      [],
      ['{"a":1}\r', '{"b":2}'],
      [],
      ['{"c":3}'],
    ])
  })

  test('invalid UTF-8 becomes U+FFFD, a whole character cut by a read stays whole', async () => {
    expect(await lines(['"', Uint8Array.from([0xf0, 0x9f]), Uint8Array.from([0x94, 0xa5, 0xff]), '"\n'])).toEqual([
      [],
      [],
      [],
      ['"🔥\uFFFD"'],
    ])
  })

  test('a line over the limit fails after the lines before it, with or without its end', async () => {
    const long = 'x'.repeat(ndjsonLimitChars + 1)
    for (const pieces of [['1\n', long], [`1\n${long}\n`]]) {
      await expect(lines(pieces)).rejects.toMatchObject({ code: 'provider_stream_error' })
    }
    expect((await lines([`${'x'.repeat(ndjsonLimitChars)}\n`]))[0]).toHaveLength(1)
  })
})
