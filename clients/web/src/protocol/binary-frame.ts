/** What a binary frame carries, by its number on the wire (services/common/contracts/protocol/binary-frame.ts). */
export const binaryKinds = { imagePartial: 1, imageFinal: 2, audio: 3, upload: 4 } as const
export type BinaryKind = (typeof binaryKinds)[keyof typeof binaryKinds]

/** Bytes of content in one binary frame, at most. */
export const binaryChunkBytes = 65_536

/** Header of a binary frame, 20 bytes big-endian: version, kind, flags, reserved, then four unsigned 32-bit numbers. */
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

const headerBytes = 20
const version = 1
const lastFlag = 1
const replayedFlag = 2

export function encodeBinaryFrame(header: BinaryHeader, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(headerBytes + payload.byteLength)
  const view = new DataView(frame.buffer)
  view.setUint8(0, version)
  view.setUint8(1, header.kind)
  view.setUint8(2, (header.last ? lastFlag : 0) | (header.replayed ? replayedFlag : 0))
  view.setUint32(4, header.streamNo)
  view.setUint32(8, header.blobNo)
  view.setUint32(12, header.sequenceNumber)
  view.setUint32(16, header.offset)
  frame.set(payload, headerBytes)
  return frame
}

/** Undefined for what is no binary frame of this version: a newer house may send more than we know. */
export function decodeBinaryFrame(frame: ArrayBuffer): BinaryFrame | undefined {
  if (frame.byteLength < headerBytes) return undefined
  const view = new DataView(frame)
  const kind = Object.values(binaryKinds).find((known) => known === view.getUint8(1))
  if (view.getUint8(0) !== version || kind === undefined) return undefined
  const flags = view.getUint8(2)
  return {
    header: {
      kind,
      last: (flags & lastFlag) !== 0,
      replayed: (flags & replayedFlag) !== 0,
      streamNo: view.getUint32(4),
      blobNo: view.getUint32(8),
      sequenceNumber: view.getUint32(12),
      offset: view.getUint32(16),
    },
    payload: new Uint8Array(frame, headerBytes),
  }
}
