import { HearthError } from '../../errors/hearth-error.ts'
import { protocolLimits } from './limits.ts'

/** What a binary frame carries, by its number on the wire. */
export const binaryKinds = { imagePartial: 1, imageFinal: 2, audio: 3, upload: 4 } as const
export type BinaryKind = (typeof binaryKinds)[keyof typeof binaryKinds]

/**
 * Header of a binary frame, 20 bytes big-endian (Python `struct` `>4B4I`): version, kind, flags, reserved,
 * stream_no, blob_no, sequence_number, offset. The numbers are unsigned 32-bit.
 */
export interface BinaryHeader {
  readonly kind: BinaryKind
  /** Last chunk of its blob. */
  readonly last: boolean
  /** Sent again after an attach. */
  readonly replayed: boolean
  readonly streamNo: number
  readonly blobNo: number
  readonly sequenceNumber: number
  /** Where the payload stands in the blob, bytes. */
  readonly offset: number
}

export interface BinaryFrame {
  readonly header: BinaryHeader
  /** A view into the frame. */
  readonly payload: Uint8Array
}

const version = 1
const lastFlag = 1
const replayedFlag = 2
const { binaryHeaderBytes, binaryChunkBytes } = protocolLimits

/** @throws RangeError when a number does not fit 32 bits. */
export function encodeBinaryFrame(header: BinaryHeader, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(binaryHeaderBytes + payload.byteLength)
  frame.writeUInt8(version, 0)
  frame.writeUInt8(header.kind, 1)
  frame.writeUInt8((header.last ? lastFlag : 0) | (header.replayed ? replayedFlag : 0), 2)
  frame.writeUInt8(0, 3)
  frame.writeUInt32BE(header.streamNo, 4)
  frame.writeUInt32BE(header.blobNo, 8)
  frame.writeUInt32BE(header.sequenceNumber, 12)
  frame.writeUInt32BE(header.offset, 16)
  frame.set(payload, binaryHeaderBytes)
  return frame
}

/** @throws HearthError `caller_invalid_request`, `caller_too_large`; its param names the field of the header. */
export function decodeBinaryFrame(frame: Uint8Array): BinaryFrame {
  if (frame.byteLength < binaryHeaderBytes) throw invalid('header', 'A binary frame begins with a header of 20 bytes.')
  if (frame.byteLength > binaryHeaderBytes + binaryChunkBytes) {
    throw new HearthError('caller_too_large', `A binary frame carries at most ${binaryChunkBytes} bytes; send chunks.`)
  }
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const flags = view.getUint8(2)
  if (view.getUint8(0) !== version) throw invalid('version', 'The version of a binary frame is 1.')
  if (flags > (lastFlag | replayedFlag)) throw invalid('flags', 'Only flags 1 (last) and 2 (replayed) are known.')
  if (view.getUint8(3) !== 0) throw invalid('reserved', 'The reserved byte is 0.')
  return {
    header: {
      kind: binaryKind(view.getUint8(1)),
      last: (flags & lastFlag) !== 0,
      replayed: (flags & replayedFlag) !== 0,
      streamNo: view.getUint32(4),
      blobNo: view.getUint32(8),
      sequenceNumber: view.getUint32(12),
      offset: view.getUint32(16),
    },
    payload: frame.subarray(binaryHeaderBytes),
  }
}

function binaryKind(value: number): BinaryKind {
  const kind = Object.values(binaryKinds).find((known) => known === value)
  if (kind === undefined) throw invalid('kind', 'The kind of a binary frame is 1, 2, 3 or 4.')
  return kind
}

const invalid = (field: string, message: string): HearthError =>
  new HearthError('caller_invalid_request', message, { details: { param: field } })
