import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBinaryFrame, encodeBinaryFrame } from '../../../services/common/contracts/protocol/binary-frame.ts'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'

const seed = 20_261_122
const u32 = fc.integer({ min: 0, max: 4_294_967_295 })
const header = fc.record({
  kind: fc.constantFrom(1, 2, 3, 4),
  last: fc.boolean(),
  replayed: fc.boolean(),
  streamNo: u32,
  blobNo: u32,
  sequenceNumber: u32,
  offset: u32,
})

describe('binary frames', () => {
  it('come back as they were sent, whatever the header and payload', () => {
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 300 }), (head, payload) => {
        const decoded = decodeBinaryFrame(encodeBinaryFrame(head, payload))
        expect(decoded.header).toEqual(head)
        expect(Buffer.from(decoded.payload)).toEqual(Buffer.from(payload))
      }),
      { seed },
    )
  })

  it('have the layout of Python struct >4B4I', () => {
    const head = {
      kind: 2,
      last: true,
      replayed: true,
      streamNo: 1,
      blobNo: 0x01020304,
      sequenceNumber: 258,
      offset: 65_536,
    } as const
    const frame = encodeBinaryFrame(head, Buffer.from('x'))
    expect(frame.toString('hex')).toBe(`01020300${'00000001'}${'01020304'}${'00000102'}${'00010000'}78`)
  })

  it('are decoded or refused with a typed error, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          expect(encodeBinaryFrame(decodeBinaryFrame(bytes).header, bytes.subarray(20)).equals(bytes)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(HearthError)
        }
      }),
      { seed, numRuns: 1000 },
    )
  })

  it.each([
    ['version', Buffer.from('02010000', 'hex')],
    ['kind', Buffer.from('01050000', 'hex')],
    ['flags', Buffer.from('01010400', 'hex')],
    ['reserved', Buffer.from('01010001', 'hex')],
  ])('name a wrong %s', (param, start) => {
    const frame = Buffer.concat([start, Buffer.alloc(16)])
    expect(() => decodeBinaryFrame(frame)).toThrow(expect.objectContaining({ details: { param } }))
  })

  it('are refused over 64 KiB of payload', () => {
    const frame = Buffer.concat([Buffer.from('01010000', 'hex'), Buffer.alloc(16 + 65_537)])
    expect(() => decodeBinaryFrame(frame)).toThrow(expect.objectContaining({ code: 'caller_too_large' }))
  })
})
