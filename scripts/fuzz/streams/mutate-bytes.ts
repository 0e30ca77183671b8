import type { Random } from '../random.ts'

/** Bytes flipped, lost, put in, cut off, or with other line ends. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  const at = random.int(bytes.length + 1)
  switch (random.int(8)) {
    case 0:
      return flipped(random, bytes)
    case 1:
      return spliced(bytes, at, 0, random.pick(oddBytes))
    case 2:
      return spliced(bytes, at, 1 + random.int(8), [])
    case 3:
      return bytes.subarray(0, at)
    case 4:
      return Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1')
    case 5:
      return Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r'), 'latin1')
    case 6:
      return spliced(bytes, 0, 0, [0xef, 0xbb, 0xbf])
    default:
      return spliced(bytes, at, 1, random.pick(oddBytes))
  }
}

const oddBytes: readonly (readonly number[])[] = [
  [0xff],
  [0xc3],
  [0xf0, 0x9f],
  [0xed, 0xa0, 0xbd],
  [0xc0, 0x80],
  [0x00],
  [0x0a],
  [0x0d],
  [0x0d, 0x0a],
  [0x0a, 0x0a],
  [0xef, 0xbb, 0xbf],
  [0xf0, 0x9f, 0x94, 0xa5],
  [0x5c],
  [0x22],
]

function flipped(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  for (let left = random.int(3); left >= 0 && copy.length > 0; left -= 1) {
    const at = random.int(copy.length)
    copy[at] = (copy[at] ?? 0) ^ (1 << random.int(8))
  }
  return copy
}

const spliced = (bytes: Buffer, at: number, removed: number, added: readonly number[]): Buffer =>
  Buffer.concat([bytes.subarray(0, at), Buffer.from(added), bytes.subarray(at + removed)])
