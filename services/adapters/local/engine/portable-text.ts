import { takePortable } from '../../portable-text.ts'

/** One stream of portable text. */
export class PortableText {
  #half = ''

  push(piece: string): string {
    const { half, text } = takePortable(this.#half, piece)
    this.#half = half
    return text
  }
}
