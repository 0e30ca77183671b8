import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as page from '../../../clients/web/src/protocol/binary-frame.ts'
import * as house from '../../../services/common/contracts/protocol/binary-frame.ts'
import { protocolLimits } from '../../../services/common/contracts/protocol/limits.ts'

const u32 = fc.integer({ min: 0, max: 4_294_967_295 })
const header = fc.record({
  kind: fc.constantFrom(...Object.values(house.binaryKinds)),
  last: fc.boolean(),
  replayed: fc.boolean(),
  streamNo: u32,
  blobNo: u32,
  sequenceNumber: u32,
  offset: u32,
})
const payload = fc.uint8Array({ maxLength: 300 })

/** As a socket gives it out: a buffer of its own. */
const received = (frame: Uint8Array): ArrayBuffer => Uint8Array.from(frame).buffer

describe("the page's binary frames", () => {
  it('are, byte for byte, those of the house', () => {
    fc.assert(
      fc.property(header, payload, (head, bytes) => {
        const ours = page.encodeBinaryFrame(head, bytes)
        expect([...ours]).toEqual([...house.encodeBinaryFrame(head, bytes)])
        expect(house.decodeBinaryFrame(ours)).toEqual({ header: head, payload: bytes })
        const read = page.decodeBinaryFrame(received(ours))
        expect(read?.header).toEqual(head)
        expect(read?.payload).toEqual(bytes)
      }),
    )
  })

  it('know the same kinds and the same size of a chunk', () => {
    expect(page.binaryKinds).toEqual(house.binaryKinds)
    expect(page.binaryChunkBytes).toBe(protocolLimits.binaryChunkBytes)
  })

  it('read any bytes without failing, and leave out what is not of this version', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const read = page.decodeBinaryFrame(received(bytes))
        if (bytes.length < 20 || bytes[0] !== 1) expect(read).toBeUndefined()
      }),
    )
    expect(page.decodeBinaryFrame(received(new Uint8Array(19)))).toBeUndefined()
  })
})
