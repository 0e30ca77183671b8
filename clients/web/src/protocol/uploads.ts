import { binaryChunkBytes, binaryKinds, encodeBinaryFrame } from './binary-frame.ts'
import type { Clock } from './clock.ts'
import type { PictureFile } from './hearth-client.ts'
import type { HouseSocket } from './house-socket.ts'

export interface Upload {
  readonly socket: HouseSocket
  readonly pictures: readonly PictureFile[]
  /** Echoed in the error when the house refuses one. */
  readonly eventId: string
  readonly signal: AbortSignal
}

/** Bytes that wait for the network before more are given to it. */
const bufferedBytes = 512 * 1024
const lookAgainMs = 10

/** Pictures on their way to the house, one after another. */
export class Uploads {
  readonly #clock: Clock
  #lastBlobNo = 0
  #tail: Promise<unknown> = Promise.resolve()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @returns their numbers, by which a question on the same connection names them; undefined when it ended before. */
  send(upload: Upload): Promise<readonly number[] | undefined> {
    const sent = this.#tail.then(() => this.#sendAll(upload))
    this.#tail = sent
    return sent
  }

  async #sendAll({ pictures, ...upload }: Upload): Promise<readonly number[] | undefined> {
    const blobNos: number[] = []
    for (const picture of pictures) {
      this.#lastBlobNo += 1
      if (!(await this.#sendOne(upload, picture, this.#lastBlobNo))) return undefined
      blobNos.push(this.#lastBlobNo)
    }
    return blobNos
  }

  async #sendOne(
    { socket, eventId, signal }: Omit<Upload, 'pictures'>,
    { mediaType, bytes }: PictureFile,
    blobNo: number,
  ): Promise<boolean> {
    const isWanted = (): boolean => socket.isOpen && !signal.aborted
    if (!isWanted()) return false
    const names = { event_id: eventId, blob_no: blobNo }
    socket.send({ type: 'blob.begin', ...names, media_type: mediaType, byte_length: bytes.byteLength })
    for (let offset = 0; offset < bytes.byteLength && isWanted(); offset += binaryChunkBytes) {
      while (isWanted() && socket.bufferedBytes > bufferedBytes) await this.#pause()
      socket.sendFrame(chunkOf(bytes, blobNo, offset))
    }
    // Also of one that is not wanted any more: the house drops what is not whole.
    socket.send({ type: 'blob.end', ...names })
    return isWanted()
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(lookAgainMs, resolve)
    })
  }
}

function chunkOf(bytes: Uint8Array, blobNo: number, offset: number): Uint8Array<ArrayBuffer> {
  const end = Math.min(offset + binaryChunkBytes, bytes.byteLength)
  const last = end === bytes.byteLength
  const header = { kind: binaryKinds.upload, last, replayed: false, streamNo: 0, blobNo, sequenceNumber: 0, offset }
  return encodeBinaryFrame(header, bytes.subarray(offset, end))
}
