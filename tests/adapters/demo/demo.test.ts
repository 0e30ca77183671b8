import { createHash } from 'node:crypto'
import { crc32, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createDemoAdapter } from '../../../services/adapters/demo/adapter.ts'
import { paced } from '../../../services/adapters/demo/pace.ts'
import { encodePng } from '../../../services/adapters/demo/png.ts'
import { sampleJson } from '../../../services/adapters/demo/sample-json.ts'
import type { GenerateRequest, ImageRequest } from '../../../services/common/contracts/generate-request.ts'
import { collect, never, textRequest } from '../openai/openai-harness.ts'

const adapter = createDemoAdapter({
  connections: () => ({
    default: { tokens_per_second: 100_000, max_output_tokens: 40 },
    paced: { tokens_per_second: 100, max_output_tokens: 20 },
    stuck: { tokens_per_second: 0.1, max_output_tokens: 20 },
  }),
})
const ask = (overrides: Partial<GenerateRequest> = {}, signal = never) =>
  collect(adapter.generate(textRequest(overrides), signal))
const says = (text: string) => ({ messages: [{ role: 'user' as const, content: [{ type: 'text' as const, text }] }] })

describe('text of the demo', () => {
  test('depends on the prompt only, and has as many one-word deltas as the connection says', async () => {
    const [one, again, other] = await Promise.all([ask(says('lamps')), ask(says('lamps')), ask(says('kettles'))])
    expect(one.text).toBe(again.text)
    expect(other.text).not.toBe(one.text)
    expect(one.text).toContain('lamps')
    expect(one.text.split(' ')).toHaveLength(40)
    expect(one.events.filter(({ type }) => type === 'text-delta')).toHaveLength(40)
    expect(one.events.slice(-2)).toEqual([
      { type: 'usage', usage: { inputTokens: 1, outputTokens: 40 } },
      { type: 'finish', reason: 'stop' },
    ])
  })

  test('a limit of the caller cuts it with length', async () => {
    const { text, events } = await ask({ parameters: { maxOutputTokens: 5 } })
    expect(text.split(' ')).toHaveLength(5)
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'length' })
  })

  test('comes at the pace of its connection', async () => {
    const startedAtMs = performance.now()
    const { batches } = await ask({ connection: 'paced' })
    expect(performance.now() - startedAtMs).toBeGreaterThan(150)
    expect(batches.length).toBeGreaterThan(3)
  })

  test('an abort while it waits for its next word ends it at once', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 20)
    const startedAtMs = performance.now()
    const { error } = await ask({ connection: 'stuck' }, controller.signal)
    expect(error?.code).toBe('caller_cancelled')
    expect(performance.now() - startedAtMs).toBeLessThan(1000)
  })

  test('a pace slower than idle_ms is provider_timeout_idle', async () => {
    const timeouts = { headersMs: 1000, firstTokenMs: 1000, idleMs: 100, totalMs: 10_000 }
    expect((await ask({ connection: 'stuck', timeouts })).error?.code).toBe('provider_timeout_idle')
  })

  test('a fast pace comes in batches, in order, none lost, bounded', async () => {
    const items = Array.from({ length: 10_000 }, (_, index) => index)
    const batches: (readonly number[])[] = []
    for await (const batch of paced(items, 200_000, never)) batches.push(batch)
    expect(batches.flat()).toEqual(items)
    expect(batches.length).toBeLessThan(5000)
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(256)
  })
})

const weather = {
  name: 'weather',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 2 } },
    required: ['city'],
  },
}
const lamp = { name: 'lamp', parameters: { type: 'object', properties: { on: { type: 'boolean' } } } }

describe('tool calls and JSON of the demo', () => {
  const called = (events: Awaited<ReturnType<typeof ask>>['events']) =>
    events.map((event) => (event.type === 'tool-call-delta' ? event.arguments : '')).join('')

  test('a forced call has arguments that fit the schema', async () => {
    const required = await ask({ tools: [weather, lamp], toolChoice: { type: 'required' } })
    expect(JSON.parse(called(required.events))).toEqual({ city: 'demo', days: 2 })
    const named = await ask({ tools: [weather, lamp], toolChoice: { type: 'tool', name: 'lamp' } })
    expect(JSON.parse(called(named.events))).toEqual({ on: true })
    expect(named.events.at(-1)).toEqual({ type: 'finish', reason: 'tool_calls' })
  })

  test('a tool that is not there is caller_invalid_request', async () => {
    const { error } = await ask({ tools: [lamp], toolChoice: { type: 'tool', name: 'oven' } })
    expect(error?.code).toBe('caller_invalid_request')
  })

  test('a free choice is text', async () => {
    expect((await ask({ tools: [weather] })).text).not.toBe('')
  })

  test('json_object and json_schema are JSON', async () => {
    expect(JSON.parse((await ask({ responseFormat: { type: 'json_object' } })).text)).toHaveProperty('answer')
    const schema = weather.parameters
    const { text } = await ask({ responseFormat: { type: 'json_schema', name: 'w', schema } })
    expect(JSON.parse(text)).toEqual({ city: 'demo', days: 2 })
  })

  test.each([
    [{ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, 0.5],
    [{ type: 'integer', exclusiveMinimum: 3 }, 4],
    [{ type: 'integer', maximum: -2 }, -2],
    [{ type: 'integer', multipleOf: 5, minimum: 7 }, 10],
    [{ type: ['null', 'string'], minLength: 6 }, 'demo--'],
    [{ type: 'string', maxLength: 2 }, 'de'],
    [{ type: 'string', format: 'date' }, '2026-01-01'],
    [{ type: 'array', items: { type: 'boolean' }, minItems: 2 }, [true, true]],
    [{ enum: ['b', 'a'] }, 'b'],
    [{ const: 3 }, 3],
    [{ anyOf: [{ type: 'null' }, { type: 'string' }] }, null],
    [{ $ref: '#/$defs/a', $defs: { a: { const: 'x' } } }, 'x'],
    [{ allOf: [{ properties: { a: { const: 1 } } }, { properties: { b: { const: 2 } } }] }, { a: 1, b: 2 }],
  ])('the sample of %j is %j', (schema, value) => {
    expect(sampleJson(schema)).toEqual(value)
  })

  test('a schema that holds itself comes to an end', () => {
    const node = { type: 'object', properties: { next: { $ref: '#' } }, required: ['next'] }
    expect(JSON.stringify(sampleJson(node)).length).toBeLessThan(1000)
  })
})

interface Png {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

/** Reads a PNG by the book: signature, chunks with valid CRCs in order, 8-bit RGB rows with filter 0. */
function decodePng(bytes: Uint8Array): Png {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  expect([...bytes.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const chunks: { readonly type: string; readonly data: Uint8Array }[] = []
  for (let at = 8; at < bytes.byteLength; ) {
    const length = view.getUint32(at)
    const typed = bytes.subarray(at + 4, at + 8 + length)
    expect(view.getUint32(at + 8 + length)).toBe(crc32(typed))
    chunks.push({ type: new TextDecoder().decode(typed.subarray(0, 4)), data: typed.subarray(4) })
    at += length + 12
  }
  expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'IDAT', 'IEND'])
  const [header, data] = chunks.map((chunk) => chunk.data)
  const sizes = new DataView(Uint8Array.from(header ?? []).buffer)
  expect([...(header ?? [])].slice(8)).toEqual([8, 2, 0, 0, 0])
  const [width, height] = [sizes.getUint32(0), sizes.getUint32(4)]
  const rows = inflateSync(data ?? new Uint8Array())
  expect(rows.byteLength).toBe(height * (width * 3 + 1))
  const lines = Array.from({ length: height }, (_, y) => rows.subarray(y * (width * 3 + 1), (y + 1) * (width * 3 + 1)))
  expect(lines.every((line) => line[0] === 0)).toBe(true)
  return { width, height, pixels: Buffer.concat(lines.map((line) => line.subarray(1))) }
}

describe('pictures of the demo', () => {
  const image: ImageRequest = { prompt: 'a lamp', partialImages: 3, size: '96x64', format: 'png', inputs: [] }
  const draw = async (overrides: Partial<ImageRequest> = {}, signal = never) => {
    const outcome = await ask({ image: { ...image, ...overrides } }, signal)
    return { ...outcome, pictures: outcome.events.flatMap((event) => ('bytes' in event ? [event.bytes] : [])) }
  }
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
  const colours = ({ pixels }: Png) =>
    new Set(Array.from({ length: pixels.length / 3 }, (_, at) => pixels.subarray(at * 3, at * 3 + 3).join())).size

  test('come as valid PNGs, rough ones first, each finer than the one before', async () => {
    const { events, pictures } = await draw()
    expect(events.map((event) => (event.type === 'image-partial' ? event.index : event.type))).toEqual([
      0,
      1,
      2,
      'image',
      'usage',
      'finish',
    ])
    const decoded = pictures.map(decodePng)
    expect(decoded.every(({ width, height }) => width === 96 && height === 64)).toBe(true)
    const details = decoded.map(colours)
    expect(details).toEqual(details.toSorted((a, b) => a - b))
    expect(new Set(details).size).toBe(4)
  })

  test('are the same bytes for the same prompt, others for another', async () => {
    const [one, again, other] = await Promise.all([draw(), draw(), draw({ prompt: 'a kettle' })])
    expect(again.pictures.map(sha256)).toEqual(one.pictures.map(sha256))
    expect(other.pictures.map(sha256)).not.toEqual(one.pictures.map(sha256))
  })

  test('auto is 512 by 512, no partial is asked for, none comes', async () => {
    const { pictures } = await draw({ size: 'auto', partialImages: 0 })
    expect(pictures.map(decodePng)).toMatchObject([{ width: 512, height: 512 }])
  })

  test('a size out of bounds is caller_invalid_request, another format caller_unsupported_feature', async () => {
    expect((await draw({ size: '4096x4096' })).error?.code).toBe('caller_invalid_request')
    expect((await draw({ format: 'webp' })).error?.code).toBe('caller_unsupported_feature')
  })

  test('a large one does not hold the event loop, and an abort ends it', async () => {
    let longestMs = 0
    let lastMs = performance.now()
    const beat = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - lastMs)
      lastMs = performance.now()
    }, 1)
    const startedAtMs = performance.now()
    const { pictures } = await draw({ size: '2048x2048', partialImages: 0 })
    const tookMs = performance.now() - startedAtMs
    clearInterval(beat)
    expect(pictures.map(({ byteLength }) => byteLength > 0)).toEqual([true])
    expect(longestMs).toBeLessThan(tookMs / 3)
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 5)
    expect((await draw({ size: '2048x2048' }, controller.signal)).error?.code).toBe('caller_cancelled')
  }, 30_000)

  test('any pixels survive the encoder', async () => {
    const size = fc.record({ width: fc.integer({ min: 1, max: 20 }), height: fc.integer({ min: 1, max: 20 }) })
    await fc.assert(
      fc.asyncProperty(size, fc.infiniteStream(fc.nat(255)), async ({ width, height }, stream) => {
        const rgb = Uint8Array.from(stream.take(width * height * 3))
        const decoded = decodePng(await encodePng({ width, height }, rgb))
        expect(decoded).toMatchObject({ width, height })
        expect(Buffer.compare(decoded.pixels, rgb)).toBe(0)
      }),
    )
  })
})
