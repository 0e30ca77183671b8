import { promisify } from 'node:util'
import { crc32, deflate } from 'node:zlib'
import type { Size } from './draw-landscape.ts'

const deflateAsync = promisify(deflate)
const signature = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const eightBit = 8
const trueColour = 2

/**
 * A PNG of 8-bit RGB pixels, top row first. Same pixels, same bytes. Compression runs off the event loop.
 * Source: W3C PNG (Third Edition), sections 5 and 11, read 2026-11-22.
 */
export async function encodePng({ width, height }: Size, rgb: Uint8Array): Promise<Uint8Array> {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([eightBit, trueColour, 0, 0, 0], 8)
  const data = await deflateAsync(withFilterBytes(width, height, rgb), { level: 6 })
  return Uint8Array.from(
    Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', new Uint8Array())]),
  )
}

/** Every row starts with its filter; 0 leaves it as it is. */
function withFilterBytes(width: number, height: number, rgb: Uint8Array): Uint8Array {
  const stride = width * 3
  const rows = new Uint8Array((stride + 1) * height)
  for (let y = 0; y < height; y++) rows.set(rgb.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1)
  return rows
}

/** Length, type, data, CRC over type and data. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.byteLength + 12)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.byteLength)
  bytes.set(new TextEncoder().encode(type), 4)
  bytes.set(data, 8)
  view.setUint32(data.byteLength + 8, crc32(bytes.subarray(4, data.byteLength + 8)))
  return bytes
}
