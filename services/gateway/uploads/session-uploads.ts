import { type BinaryFrame, binaryKinds } from '../../common/contracts/protocol/binary-frame.ts'
import type { BlobBegin, BlobEnd } from '../../common/contracts/protocol/client-messages.ts'
import { protocolLimits } from '../../common/contracts/protocol/limits.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { GatewayLimits } from '../gateway-limits.ts'
import { Upload, type UploadedPicture } from './upload.ts'
import type { UploadBudget } from './upload-budget.ts'

export interface SessionUploadsDeps {
  readonly limits: Pick<GatewayLimits, 'uploadBytes' | 'uploads' | 'uploadsBytes' | 'uploadFrameBytes'>
  readonly budget: UploadBudget
}

type State =
  | { readonly status: 'receiving'; readonly upload: Upload; readonly sha256: string | undefined }
  /** What still comes of it is dropped in silence: its error has been said. It gives way to a new one too. */
  | { readonly status: 'failed' }
  /** One that was used gives way to a new one that finds no room. */
  | { readonly status: 'whole'; readonly picture: UploadedPicture; wasUsed: boolean }

interface Slot {
  state: State
  /** Of blob.begin, for errors about its chunks. */
  readonly eventId: string | undefined
  /** Bytes that may still come without counting as frames. */
  expectedBytes: number
}

const { binaryHeaderBytes } = protocolLimits

/** The uploads of one connection, by `blob_no`. Kept until replaced, until used and in the way of a new one, or `clear`. */
export class SessionUploads {
  readonly #deps: SessionUploadsDeps
  readonly #slots = new Map<number, Slot>()

  constructor(deps: SessionUploadsDeps) {
    this.#deps = deps
  }

  /** Replaces an upload of the same number. @throws HearthError `caller_too_large`. */
  begin({ blob_no: blobNo, byte_length: byteLength, sha256, event_id: eventId }: BlobBegin): void {
    this.#drop(blobNo)
    const { uploads, uploadBytes } = this.#deps.limits
    const refusal = this.#makeRoom(byteLength)
    if (this.#slots.size < uploads) {
      const state: State =
        refusal === undefined ? { status: 'receiving', upload: new Upload(byteLength), sha256 } : { status: 'failed' }
      this.#slots.set(blobNo, { state, eventId, expectedBytes: Math.min(byteLength, uploadBytes) })
    }
    if (refusal !== undefined) throw refusal
  }

  /**
   * How much of an announced upload a frame brings, for the gate; 0 for any other frame, and for one so small that it
   * costs as much as a message. Asked once per frame, before it is looked at.
   */
  expect(frame: Uint8Array): number {
    if (frame.byteLength <= binaryHeaderBytes || frame[1] !== binaryKinds.upload) return 0
    const view = new DataView(frame.buffer, frame.byteOffset, binaryHeaderBytes)
    const slot = this.#slots.get(view.getUint32(8))
    const bytes = frame.byteLength - binaryHeaderBytes
    if (slot === undefined || bytes > slot.expectedBytes) return 0
    slot.expectedBytes -= bytes
    return bytes >= this.#deps.limits.uploadFrameBytes || slot.expectedBytes === 0 ? bytes : 0
  }

  /** The event_id of the blob.begin a chunk belongs to. */
  eventIdOf(blobNo: number): string | undefined {
    return this.#slots.get(blobNo)?.eventId
  }

  /** @throws HearthError `caller_invalid_request`, `caller_too_large`, `gateway_overloaded`; once per upload. */
  receive({ header, payload }: BinaryFrame): void {
    const slot = this.#slots.get(header.blobNo)
    if (slot?.state.status === 'failed') return
    if (slot?.state.status !== 'receiving') throw unannounced('Send blob.begin before the bytes of an upload.')
    const { upload } = slot.state
    const before = upload.received
    try {
      upload.append(header.offset, payload)
      this.#pay(payload.byteLength)
    } catch (error) {
      this.#deps.budget.giveBack(before)
      slot.state = { status: 'failed' }
      throw error
    }
  }

  /** @throws HearthError `caller_invalid_request`; the upload is gone then. */
  end({ blob_no: blobNo, sha256 }: BlobEnd): void {
    const slot = this.#slots.get(blobNo)
    if (slot === undefined || slot.state.status === 'whole') throw unannounced('Send blob.begin before blob.end.')
    if (slot.state.status === 'failed') {
      this.#drop(blobNo)
      throw unannounced('This upload has failed; begin it again.')
    }
    try {
      const picture = slot.state.upload.finish([slot.state.sha256, sha256])
      slot.state = { status: 'whole', picture, wasUsed: false }
    } catch (error) {
      this.#drop(blobNo)
      throw error
    }
  }

  /** A picture that came whole, to be used in a message. */
  use(blobNo: number): UploadedPicture | undefined {
    const state = this.#slots.get(blobNo)?.state
    if (state?.status !== 'whole') return undefined
    state.wasUsed = true
    return state.picture
  }

  clear(): void {
    for (const blobNo of [...this.#slots.keys()]) this.#drop(blobNo)
  }

  /** Drops used and failed uploads, oldest first, until there is room. @returns why there is none. */
  #makeRoom(byteLength: number): HearthError | undefined {
    const { uploads, uploadBytes, uploadsBytes } = this.#deps.limits
    if (byteLength > uploadBytes) return tooLarge('byte_length', `An upload has at most ${uploadBytes} bytes.`)
    for (const [blobNo, { state }] of [...this.#slots]) {
      if (this.#slots.size < uploads && this.#announcedBytes() + byteLength <= uploadsBytes) return undefined
      if (givesWay(state)) this.#drop(blobNo)
    }
    if (this.#slots.size >= uploads) return tooLarge('blob_no', `At most ${uploads} uploads wait for their use.`)
    if (this.#announcedBytes() + byteLength <= uploadsBytes) return undefined
    return tooLarge('byte_length', `Uploads that wait for their use have at most ${uploadsBytes} bytes together.`)
  }

  #announcedBytes(): number {
    return [...this.#slots.values()].reduce((sum, { state }) => sum + announcedBytes(state), 0)
  }

  #pay(bytes: number): void {
    if (this.#deps.budget.take(bytes)) return
    throw new HearthError('gateway_overloaded', 'The server holds as many uploads as it may; try again later.')
  }

  #drop(blobNo: number): void {
    const state = this.#slots.get(blobNo)?.state
    this.#slots.delete(blobNo)
    if (state !== undefined) this.#deps.budget.giveBack(heldBytes(state))
  }
}

const givesWay = (state: State): boolean => state.status === 'failed' || (state.status === 'whole' && state.wasUsed)

function announcedBytes(state: State): number {
  return state.status === 'receiving' ? state.upload.byteLength : heldBytes(state)
}

function heldBytes(state: State): number {
  if (state.status === 'receiving') return state.upload.received
  return state.status === 'whole' ? state.picture.bytes.byteLength : 0
}

const tooLarge = (param: string, message: string): HearthError =>
  new HearthError('caller_too_large', message, { details: { param } })

const unannounced = (message: string): HearthError =>
  new HearthError('caller_invalid_request', message, { details: { param: 'blob_no' } })
