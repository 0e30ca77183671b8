import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binaryKinds } from '../../../clients/web/src/protocol/binary-frame.ts'
import { type AnnouncedPicture, PictureAssembly } from '../../../clients/web/src/protocol/picture-assembly.ts'

const announced = (byteLength: number, more: Partial<AnnouncedPicture> = {}): AnnouncedPicture => ({
  itemId: 'ig_1',
  blobNo: 3,
  mediaType: 'image/png',
  byteLength,
  isFinal: true,
  ...more,
})

const chunk = (bytes: Uint8Array, offset: number, last: boolean, blobNo = 3) => ({
  header: { kind: binaryKinds.imageFinal, last, replayed: false, streamNo: 1, blobNo, sequenceNumber: 9, offset },
  payload: bytes,
})

describe('the pictures of an answer', () => {
  it('come whole, however they are cut, and beside each other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), fc.integer({ min: 1, max: 100 }), (bytes, size) => {
        const assembly = new PictureAssembly()
        assembly.announce(announced(bytes.length))
        assembly.announce(announced(bytes.length, { blobNo: 4 }))
        const offsets = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => index * size)
        const results = offsets.flatMap((offset) =>
          [3, 4].map((blobNo) =>
            assembly.add(chunk(bytes.subarray(offset, offset + size), offset, offset + size >= bytes.length, blobNo)),
          ),
        )
        expect(results.flatMap((result) => (result.status === 'whole' ? [result.bytes] : []))).toEqual([bytes, bytes])
        expect(assembly.drop()).toEqual([])
      }),
    )
  })

  it('are thrown away when a chunk is out of its place, too long, or the last one comes too early', () => {
    for (const bad of [
      chunk(new Uint8Array(4), 2, false),
      chunk(new Uint8Array(9), 0, true),
      chunk(new Uint8Array(4), 0, true),
    ]) {
      const assembly = new PictureAssembly()
      assembly.announce(announced(8))
      expect(assembly.add(bad)).toEqual({ status: 'damaged', announced: announced(8) })
      expect(assembly.add(chunk(new Uint8Array(8), 0, true)).status).toBe('waiting')
    }
  })

  it('are bounded in size and number', () => {
    const assembly = new PictureAssembly()
    expect(assembly.announce(announced(64 * 1024 * 1024 + 1))).toBe(false)
    const taken = Array.from({ length: 10 }, (_, blobNo) => assembly.announce(announced(10, { blobNo })))
    expect(taken.filter(Boolean)).toHaveLength(8)
    expect(assembly.drop()).toHaveLength(8)
  })
})
