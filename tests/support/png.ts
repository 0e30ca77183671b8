import { inflateSync } from 'node:zlib'

export interface Picture {
  readonly width: number
  readonly height: number
  /** Bytes of the inflated scan lines. */
  readonly rawBytes: number
}

/** Decodes a PNG far enough to know that it is whole (PNG specification §5): signature, chunks in order, inflatable data. */
export function readPng(bytes: Buffer): Picture {
  if (bytes.subarray(0, 8).toString('hex') !== '89504e470d0a1a0a') throw new Error('no PNG signature')
  const chunks = [...chunksOf(bytes)]
  const header = chunks[0]
  if (header?.type !== 'IHDR' || chunks.at(-1)?.type !== 'IEND') throw new Error('IHDR or IEND is missing')
  const data = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ body }) => body))
  return { width: header.body.readUInt32BE(0), height: header.body.readUInt32BE(4), rawBytes: inflateSync(data).length }
}

function* chunksOf(bytes: Buffer): Generator<{ readonly type: string; readonly body: Buffer }> {
  for (let offset = 8; offset < bytes.length; ) {
    const length = bytes.readUInt32BE(offset)
    const end = offset + 12 + length
    if (end > bytes.length) throw new Error('a chunk is cut')
    yield {
      type: bytes.toString('latin1', offset + 4, offset + 8),
      body: bytes.subarray(offset + 8, offset + 8 + length),
    }
    offset = end
  }
}
