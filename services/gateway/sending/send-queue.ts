import { type BinaryHeader, encodeBinaryFrame } from '../../common/contracts/protocol/binary-frame.ts'
import { protocolLimits } from '../../common/contracts/protocol/limits.ts'

/** A picture on its way; cut into frames when it is sent. */
export interface OutgoingBlob {
  readonly header: Omit<BinaryHeader, 'last' | 'offset'>
  readonly bytes: Uint8Array
}

type Item =
  | { readonly kind: 'text'; readonly text: string; readonly byteLength: number }
  | { readonly kind: 'blob'; readonly blob: OutgoingBlob }

interface Lane {
  readonly name: string
  readonly items: Item[]
  /** How many of the items are blobs. */
  blobs: number
  /** How much of the blob at the head is out, bytes. */
  offset: number
}

const { binaryChunkBytes } = protocolLimits

/**
 * What waits for one socket: FIFO inside a lane, lanes in turn, and all text that no blob of its own lane holds back
 * before any chunk. Only an order; bounds are the writer's.
 */
export class SendQueue {
  readonly #lanes = new Map<string, Lane>()
  /** Lanes whose head is text, and lanes whose head is a blob; every lane is in exactly one of them. */
  #textFirst: Lane[] = []
  #blobFirst: Lane[] = []
  #textBytes = 0

  /** Bytes of text waiting. */
  get textBytes(): number {
    return this.#textBytes
  }

  get isEmpty(): boolean {
    return this.#lanes.size === 0
  }

  hasBlob(lane: string): boolean {
    return (this.#lanes.get(lane)?.blobs ?? 0) > 0
  }

  pushText(lane: string, text: string): void {
    const byteLength = Buffer.byteLength(text)
    this.#textBytes += byteLength
    this.#push(lane, { kind: 'text', text, byteLength })
  }

  pushBlob(lane: string, blob: OutgoingBlob): void {
    this.#push(lane, { kind: 'blob', blob })
  }

  takeText(): string | undefined {
    const lane = this.#textFirst.shift()
    const item = lane?.items.shift()
    if (lane === undefined || item?.kind !== 'text') return undefined
    this.#textBytes -= item.byteLength
    this.#requeue(lane)
    return item.text
  }

  /** The next binary frame, of the lane whose turn it is. */
  takeChunk(): Buffer | undefined {
    const lane = this.#blobFirst.shift()
    const item = lane?.items[0]
    if (lane === undefined || item?.kind !== 'blob') return undefined
    const { header, bytes } = item.blob
    const end = Math.min(lane.offset + binaryChunkBytes, bytes.byteLength)
    const last = end === bytes.byteLength
    const frame = encodeBinaryFrame({ ...header, last, offset: lane.offset }, bytes.subarray(lane.offset, end))
    lane.offset = last ? 0 : end
    if (last) {
      lane.items.shift()
      lane.blobs -= 1
    }
    this.#requeue(lane)
    return frame
  }

  clear(): void {
    this.#lanes.clear()
    this.#textFirst = []
    this.#blobFirst = []
    this.#textBytes = 0
  }

  #push(name: string, item: Item): void {
    const known = this.#lanes.get(name)
    const lane: Lane = known ?? { name, items: [], blobs: 0, offset: 0 }
    lane.items.push(item)
    if (item.kind === 'blob') lane.blobs += 1
    if (known !== undefined) return
    this.#lanes.set(name, lane)
    this.#requeue(lane)
  }

  #requeue(lane: Lane): void {
    const head = lane.items[0]
    if (head === undefined) this.#lanes.delete(lane.name)
    else if (head.kind === 'text') this.#textFirst.push(lane)
    else this.#blobFirst.push(lane)
  }
}
