import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDeeperThan } from '../../services/common/http/json-depth.ts'
import { decodeTextFrame } from '../../services/gateway/frames/decode-frame.ts'
import { findUnsafe } from '../../services/gateway/frames/json-safety.ts'
import { fullBucket, takeToken } from '../../services/gateway/frames/token-bucket.ts'
import { RunEncoder } from '../../services/gateway/sending/encode-run-event.ts'

const seed = 20_261_122
const decode = (text: string) => decodeTextFrame(Buffer.from(text))
const errorOf = (text: string) => {
  const frame = decode(text)
  return frame.status === 'message' ? undefined : { code: frame.error.code, param: frame.error.details.param }
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

describe('depth of JSON', () => {
  it('is found without a parse, for any value and any text in it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.integer({ min: 0, max: 8 }), (value, limit) => {
        expect(isDeeperThan(Buffer.from(JSON.stringify(value)), limit)).toBe(depthOf(value) > limit)
      }),
      { seed, numRuns: 500 },
    )
  })

  it('takes 32 levels and refuses 33 and 60,000 without a stack overflow', () => {
    const nested = (levels: number): string => `{"type":"ping","id":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
    expect(errorOf(nested(32))).toMatchObject({ param: 'id' })
    expect(errorOf(nested(33))).toEqual({ code: 'caller_invalid_request', param: undefined })
    expect(errorOf('['.repeat(60_000))).toMatchObject({ code: 'caller_invalid_request' })
    expect(errorOf('{"a":'.repeat(13_000))).toMatchObject({ code: 'caller_invalid_request' })
  })
})

describe('a text frame', () => {
  it.each([
    ['{"type":"ping","id":"a","__proto__":{"admin":true}}', ''],
    ['{"type":"response.create","stream_id":"a","input":[{"role":"user","content":"x","__proto__":{}}]}', 'input[0]'],
    [
      '{"type":"response.create","stream_id":"a","input":"x","tools":[{"type":"function","name":"f","parameters":{"constructor":{"prototype":{"x":1}}}}]}',
      'tools[0].parameters',
    ],
  ])('with a key that reaches a prototype is refused: %s', (text, param) => {
    expect(errorOf(text)).toEqual({ code: 'caller_invalid_request', param: param === '' ? undefined : param })
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
  })

  it.each([
    ['a NUL', '"a\\u0000b"'],
    ['a lone surrogate', '"\\ud800"'],
    ['an integer beyond 2^53', '9007199254740993'],
    ['an infinite number', '1e999'],
  ])('with %s is refused by path', (_case, json) => {
    expect(errorOf(`{"type":"ping","id":${json}}`)).toEqual({ code: 'caller_invalid_request', param: 'id' })
  })

  it('says the path of the branch that was meant', () => {
    const create = (input: unknown) => JSON.stringify({ type: 'response.create', stream_id: 'a', input })
    expect(errorOf(create([{ role: 'robot', content: 'x' }]))).toMatchObject({ param: 'input[0].role' })
    expect(errorOf(create([{ type: 'function_call', call_id: 'c', name: 'bad name', arguments: '' }]))).toMatchObject({
      param: 'input[0].name',
    })
    expect(errorOf(create([]))).toMatchObject({ param: 'input' })
    expect(errorOf(create({}))).toMatchObject({ param: 'input' })
    expect(errorOf(create([{ type: 'video' }]))).toMatchObject({ param: expect.stringMatching(/^input\[0\]/) })
  })

  it('echoes event_id and stream_id only when they are readable', () => {
    expect(decode('{"type":"x","event_id":"e","stream_id":"s"}')).toMatchObject({
      echo: { event_id: 'e', stream_id: 's' },
    })
    expect(decode(JSON.stringify({ type: 'x', event_id: 'e'.repeat(129), stream_id: 7 }))).toMatchObject({ echo: {} })
  })

  it('never throws and always says what is wrong by a code of the caller, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          const frame = decodeTextFrame(bytes)
          if (frame.status !== 'message') expect(frame.error.code).toMatch(/^caller_/)
        },
      ),
      { seed, numRuns: 1000 },
    )
  })

  it('keeps a long invented key out of the answer', () => {
    const frame = decode(JSON.stringify({ type: 'ping', ['k'.repeat(60_000)]: 1 }))
    expect(frame.status === 'refused' && frame.error.message.length).toBeLessThan(400)
  })

  it('takes any safe JSON value as safe', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const found = findUnsafe(value)
        const text = JSON.stringify(value)
        if (found !== undefined) expect(text).toMatch(/\\u|__proto__|constructor|\d{16,}|e\+/)
      }),
      { seed, numRuns: 500 },
    )
  })
})

describe('the rate of frames', () => {
  it('lets a burst pass, then as many as the time allows, and says how long to wait', () => {
    const rate = { burst: 3, perSecond: 2 }
    let bucket = fullBucket(rate, 0)
    const take = (now: number): number => {
      const taken = takeToken(bucket, rate, now)
      bucket = taken.bucket
      return taken.waitMs
    }
    const waits = [0, 0, 0, 0, 250, 500, 750, 10_000].map(take)
    expect(waits).toEqual([0, 0, 0, 500, 250, 0, 250, 0])
  })
})

/** Any UTF-16, lone surrogates too. */
const utf16 = fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes))

describe('the text of a delta', () => {
  it('is the JSON of its fields although its head is made once', () => {
    const encoder = new RunEncoder({ responseId: 'resp_"1', streamId: 'ä"', eventId: 'e', streamNo: 1 })
    fc.assert(
      fc.property(utf16, fc.nat(3), fc.nat(3), (delta, output_index, sequenceNumber) => {
        const position = { item_id: `item"${output_index}`, output_index, content_index: 0 }
        const message = { type: 'response.output_text.delta', ...position, delta } as const
        expect(JSON.parse(encoder.encode({ sequenceNumber, message }))).toEqual({
          ...message,
          response_id: 'resp_"1',
          stream_id: 'ä"',
          sequence_number: sequenceNumber,
        })
      }),
      { seed },
    )
  })
})
