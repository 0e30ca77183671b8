import { createHash } from 'node:crypto'
import { type BinaryFrame, binaryKinds } from '../../services/common/contracts/protocol/binary-frame.ts'
import { CliError } from './cli-error.ts'

/** A finished picture, as the server announced it. */
export interface Announcement {
  readonly blob_no: number
  readonly blob_id: string
  readonly media_type: string
  readonly byte_length: number
  readonly sha256: string
}

export interface Picture extends Announcement {
  readonly bytes: Buffer
}

const MAX_PICTURE_BYTES = 64 * 1024 * 1024

/** Puts the chunks of announced pictures together. Rough versions are not kept. */
export class PictureAssembly {
  readonly #open = new Map<number, { readonly announcement: Announcement; readonly chunks: Buffer[]; length: number }>()
  readonly #finished: Picture[] = []

  /** @throws CliError when it is larger than we keep. */
  announce(announcement: Announcement): void {
    if (announcement.byte_length > MAX_PICTURE_BYTES) throw damaged('is larger than 64 MiB')
    this.#open.set(announcement.blob_no, { announcement, chunks: [], length: 0 })
  }

  /** @throws CliError when a chunk is out of its place, or the whole is not what was announced. */
  add({ header, payload }: BinaryFrame): void {
    const picture = this.#open.get(header.blobNo)
    if (picture === undefined || header.kind !== binaryKinds.imageFinal) return
    if (header.offset !== picture.length) throw damaged('has a gap')
    picture.chunks.push(Buffer.from(payload))
    picture.length += payload.byteLength
    if (picture.length > picture.announcement.byte_length) throw damaged('is longer than announced')
    if (!header.last) return
    this.#open.delete(header.blobNo)
    this.#finished.push(verified(picture.announcement, Buffer.concat(picture.chunks)))
  }

  /** Are bytes still to come? */
  isWaiting(): boolean {
    return this.#open.size > 0
  }

  /** Whole and verified, in the order they became whole. */
  finished(): readonly Picture[] {
    return this.#finished
  }
}

function verified(announcement: Announcement, bytes: Buffer): Picture {
  if (bytes.byteLength !== announcement.byte_length) throw damaged('is shorter than announced')
  if (createHash('sha256').update(bytes).digest('hex') !== announcement.sha256) throw damaged('has another SHA-256')
  return { ...announcement, bytes }
}

const damaged = (how: string): CliError => new CliError('failed', `The picture ${how}; it was not written. Ask again.`)
