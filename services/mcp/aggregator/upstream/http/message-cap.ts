const newline = 0x0a
const carriageReturn = 0x0d

/** A body or an event of a stream is over the limit. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge'
}

/** Counts the bytes of one message: of the whole body, or of an event of an event stream, which an empty line ends. */
export class MessageCap {
  readonly #maxBytes: number
  readonly isEventStream: boolean
  #size = 0
  #isLineEmpty = true
  #isAfterReturn = false

  constructor(maxBytes: number, isEventStream: boolean) {
    this.#maxBytes = maxBytes
    this.isEventStream = isEventStream
  }

  /** The offsets behind the events that end in this chunk. @throws BodyTooLarge */
  count(chunk: Uint8Array): readonly number[] {
    if (this.isEventStream) return this.#countEvents(chunk)
    this.#add(chunk.length)
    return []
  }

  /** A line ends with CR LF, LF or CR (WHATWG HTML, 9.2.6). */
  #countEvents(chunk: Uint8Array): readonly number[] {
    const ends: number[] = []
    let feed = placeOf(newline, chunk, 0)
    let back = placeOf(carriageReturn, chunk, 0)
    let start = 0
    for (let end = Math.min(feed, back); end < Infinity; end = Math.min(feed, back)) {
      this.#add(end - start)
      start = end + 1
      if (this.#endsEvent(end === feed)) ends.push(start)
      if (end === feed) feed = placeOf(newline, chunk, start)
      else back = placeOf(carriageReturn, chunk, start)
    }
    this.#add(chunk.length - start)
    return ends
  }

  #add(bytes: number): void {
    if (bytes === 0) return
    this.#size += bytes
    this.#isLineEmpty = false
    this.#isAfterReturn = false
    if (this.#size > this.#maxBytes) throw new BodyTooLarge(`the answer is over ${this.#maxBytes} bytes`)
  }

  /** A line ends; an empty one ends an event. */
  #endsEvent(isFeed: boolean): boolean {
    this.#size += 1
    const isSecondHalf = isFeed && this.#isAfterReturn
    this.#isAfterReturn = !isFeed
    if (isSecondHalf) return false
    const isEnd = this.#isLineEmpty
    if (isEnd) this.#size = 0
    this.#isLineEmpty = true
    return isEnd
  }
}

function placeOf(byte: number, chunk: Uint8Array, from: number): number {
  const place = chunk.indexOf(byte, from)
  return place === -1 ? Infinity : place
}
