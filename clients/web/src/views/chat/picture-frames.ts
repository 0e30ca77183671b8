import type { PictureBytes } from './answer-view.ts'

/** A version of a picture, as the page shows it. */
export interface PictureFrame {
  readonly url: string
  readonly mediaType: string
  /** Which version it is, from 1. */
  readonly step: number
}

interface HeldFrame extends PictureFrame {
  readonly bytes: Uint8Array
}

/** The browser's addresses for bytes; `URL` has both. */
export interface ObjectUrls {
  createObjectURL(blob: Blob): string
  revokeObjectURL(url: string): void
}

/** The versions of one picture that are on the page, and the only owner of their addresses. Oldest first, two at most. */
export class PictureFrames {
  readonly #urls: ObjectUrls
  #frames: readonly HeldFrame[] = []

  constructor(urls: ObjectUrls) {
    this.#urls = urls
  }

  get frames(): readonly PictureFrame[] {
    return this.#frames
  }

  /** Over the ones before. The same bytes are shown once. */
  show({ bytes, mediaType }: PictureBytes, step: number): void {
    if (this.#frames.at(-1)?.bytes === bytes) return
    const url = this.#urls.createObjectURL(new Blob([new Uint8Array(bytes)], { type: mediaType }))
    this.#keep([...this.#frames, { url, mediaType, step, bytes }].slice(-2))
  }

  /** The newest is seen in full: what lies under it can go. */
  settle(): void {
    this.#keep(this.#frames.slice(-1))
  }

  clear(): void {
    this.#keep([])
  }

  #keep(frames: readonly HeldFrame[]): void {
    const gone = this.#frames.filter((frame) => !frames.includes(frame))
    this.#frames = frames
    for (const { url } of gone) this.#urls.revokeObjectURL(url)
  }
}
