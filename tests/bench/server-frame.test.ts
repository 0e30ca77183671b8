import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextSequence, readFrame } from '../../bench/load/server-frame.ts'
import { createFrameReader } from '../../bench/load/websocket.ts'

const frame = (fields: object): ReturnType<typeof readFrame> => readFrame(Buffer.from(JSON.stringify(fields)))
const delta = 'response.output_text.delta'

describe('a frame of the server', () => {
  it('is a text delta wherever its type stands, with the range of the events joined in it', () => {
    const joined = { response_id: 'r', first_sequence_number: 4, sequence_number: 9, delta: 'x' }
    const read = { type: delta, isText: true, first: 4, last: 9, code: '' }
    expect(frame({ type: delta, ...joined })).toEqual(read)
    expect(frame({ ...joined, type: delta })).toEqual(read)
    expect(frame({ type: delta, sequence_number: 5, delta: 'x' })).toMatchObject({ first: 5, last: 5 })
  })

  it('that ends or refuses an answer brings the code of its error', () => {
    expect(frame({ type: 'error', error: { code: 'policy_rate_limited' } }).code).toBe('policy_rate_limited')
    const failed = { type: 'response.failed', sequence_number: 3, response: { error: { code: 'provider_overloaded' } } }
    expect(frame(failed)).toMatchObject({ isText: false, last: 3, code: 'provider_overloaded' })
  })

  it('has to follow the one before: a gap and a repetition are errors', () => {
    expect(nextSequence(4, frame({ type: delta, first_sequence_number: 4, sequence_number: 9 }))).toBe(10)
    expect(nextSequence(4, frame({ type: 'pong' }))).toBe(4)
    for (const number of [3, 5]) {
      expect(() => nextSequence(4, frame({ type: delta, sequence_number: number }))).toThrow('Event 4 was due')
    }
  })
})

describe('the frames of a WebSocket', () => {
  it('are found however they are cut into reads, short, middle and long', () => {
    const payloads = fc.array(fc.constantFrom(0, 1, 125, 126, 300, 65_535, 65_536, 70_000), { maxLength: 5 })
    fc.assert(
      fc.property(payloads, fc.integer({ min: 1, max: 40_000 }), (lengths, step) => {
        const wire = Buffer.concat(lengths.map(serverFrame))
        const found: number[] = []
        const read = createFrameReader((_, payload) => found.push(payload.length))
        for (let at = 0; at < wire.length; at += step) read(wire.subarray(at, at + step))
        expect(found).toEqual(lengths)
      }),
      { numRuns: 30 },
    )
  })

  it('that our server never sends are refused', () => {
    const read = createFrameReader(() => undefined)
    expect(() => read(Buffer.from([0x01, 0x00]))).toThrow('fragment')
    expect(() => read(Buffer.from([0x81, 0x80]))).toThrow('masked')
  })
})

function serverFrame(length: number): Buffer {
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  head[0] = 0x81
  head[1] = length < 126 ? length : length < 65_536 ? 126 : 127
  if (head.length === 4) head.writeUInt16BE(length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, Buffer.alloc(length)])
}
