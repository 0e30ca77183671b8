import type { BinaryFrame } from './binary-frame.ts'

/** A picture whose bytes follow. */
export interface AnnouncedPicture {
  readonly itemId: string
  readonly blobNo: number
  readonly mediaType: string
  readonly byteLength: number
  /** The last one of its item. */
  readonly isFinal: boolean
}

export type Assembled =
  | { readonly status: 'waiting' }
  | { readonly status: 'whole'; readonly announced: AnnouncedPicture; readonly bytes: Uint8Array }
  /** A chunk out of its place: what came is thrown away. */
  | { readonly status: 'damaged'; readonly announced: AnnouncedPicture }

const maxPictureBytes = 64 * 1024 * 1024
const maxOpen = 8
const waiting: Assembled = { status: 'waiting' }

interface OpenPicture {
  readonly announced: AnnouncedPicture
  readonly bytes: Uint8Array
  length: number
}

/** Puts the chunks of the announced pictures of one answer together. */
export class PictureAssembly {
  readonly #open = new Map<number, OpenPicture>()

  /** @returns whether its bytes are taken; false for more than we hold, which can be fetched when it is final. */
  announce(announced: AnnouncedPicture): boolean {
    if (announced.byteLength > maxPictureBytes || this.#open.size >= maxOpen) return false
    this.#open.set(announced.blobNo, { announced, bytes: new Uint8Array(announced.byteLength), length: 0 })
    return true
  }

  add({ header, payload }: BinaryFrame): Assembled {
    const picture = this.#open.get(header.blobNo)
    if (picture === undefined) return waiting
    const end = header.offset + payload.byteLength
    if (header.offset !== picture.length || end > picture.bytes.byteLength) return this.#damaged(picture)
    picture.bytes.set(payload, header.offset)
    picture.length = end
    if (!header.last) return waiting
    if (end < picture.bytes.byteLength) return this.#damaged(picture)
    this.#open.delete(header.blobNo)
    return { status: 'whole', announced: picture.announced, bytes: picture.bytes }
  }

  /** The connection is gone: what is not whole never will be. @returns those. */
  drop(): readonly AnnouncedPicture[] {
    const dropped = [...this.#open.values()].map(({ announced }) => announced)
    this.#open.clear()
    return dropped
  }

  #damaged({ announced }: OpenPicture): Assembled {
    this.#open.delete(announced.blobNo)
    return { status: 'damaged', announced }
  }
}
