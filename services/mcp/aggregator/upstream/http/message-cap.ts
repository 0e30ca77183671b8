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
    else this.#add(chunk.length)
  }

  /** A line ends with CR LF, LF or CR (WHATWG HTML, 9.2.6). */
  #countEvents(chunk: Uint8Array): void {
    let feed = chunk.indexOf(newline)
    let back = chunk.indexOf(carriageReturn)
    let start = 0
    while (feed !== -1 || back !== -1) {
      const isFeed = back === -1 || (feed !== -1 && feed < back)
      const end = isFeed ? feed : back
      this.#add(end - start)
      this.#endLine(isFeed)
      start = end + 1
      if (isFeed) feed = chunk.indexOf(newline, start)
      else back = chunk.indexOf(carriageReturn, start)
    }
    this.#add(chunk.length - start)
  }

  #add(bytes: number): void {
    if (bytes === 0) return
    this.#size += bytes
    this.#isLineEmpty = false
    this.#isAfterReturn = false
    if (this.#size > this.#maxBytes) throw new BodyTooLarge(`the answer is over ${this.#maxBytes} bytes`)
  }

  #endLine(isFeed: boolean): void {
    this.#size += 1
    const isSecondHalf = isFeed && this.#isAfterReturn
    this.#isAfterReturn = !isFeed
    if (isSecondHalf) return
    if (this.#isLineEmpty) {
      this.#size = 0
      this.#hasWhole = true
    }
    this.#isLineEmpty = true
  }
}
