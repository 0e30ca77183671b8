/** The last characters of a text that comes in pieces. */
export class TextTail {
  readonly #maxCharacters: number
  #text = ''

  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters
  }

  push(piece: string): void {
    this.#text = (this.#text + piece.slice(-this.#maxCharacters)).slice(-this.#maxCharacters)
  }

  toString(): string {
    return this.#text
  }
}
