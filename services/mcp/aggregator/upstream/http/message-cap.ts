const newline = 0x0a
const carriageReturn = 0x0d

/** A body or an event of a stream is over the limit. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

/** Counts the bytes of one message: of the whole body, or of an event of an event stream, which an empty line ends. */
export class MessageCap {
  readonly #maxBytes: number
  readonly #isEventStream: boolean
  #size = 0
  #isLineEmpty = true
  #isAfterReturn = false
  #hasWhole = false

  constructor(maxBytes: number, isEventStream: boolean) {
    this.#maxBytes = maxBytes
    this.#isEventStream = isEventStream
  }

  /** Has an event of the stream been counted to its end? */
  get hasWhole(): boolean {
    return this.#hasWhole
  }

  /** @throws BodyTooLarge */
  count(chunk: Uint8Array): void {
    if (this.#isEventStream) this.#countEvents(chunk)
    else this.#size += chunk.length
    if (this.#size > this.#maxBytes) throw new BodyTooLarge(`the answer is over ${this.#maxBytes} bytes`)
  }

  /** A line ends with CR LF, LF or CR (WHATWG HTML, 9.2.6). */
  #countEvents(chunk: Uint8Array): void {
    for (const byte of chunk) {
      this.#size += 1
      const isSecondHalf = byte === newline && this.#isAfterReturn
      this.#isAfterReturn = byte === carriageReturn
      if (isSecondHalf) continue
      const isEnd = byte === newline || byte === carriageReturn
      if (isEnd && this.#isLineEmpty) this.#endEvent()
      this.#isLineEmpty = isEnd
    }
  }

  #endEvent(): void {
    this.#size = 0
    this.#hasWhole = true
  }
}
