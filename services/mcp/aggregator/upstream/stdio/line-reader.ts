const newline = 0x0a

/** Cuts a stream of bytes into lines; a line over the limit is an error, for what follows it means nothing. */
export class LineReader {
  readonly #maxBytes: number
  #parts: Buffer[] = []
  #size = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The lines that end in `chunk`, without their ends. @throws RangeError when one is too long. */
  push(chunk: Buffer): readonly string[] {
    const lines: string[] = []
    let from = 0
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      lines.push(this.#take(chunk.subarray(from, at)))
      from = at + 1
    }
    this.#keep(chunk.subarray(from))
    return lines
  }

  #take(end: Buffer): string {
    this.#keep(end)
    const line = this.#parts.length === 1 ? end.toString('utf8') : Buffer.concat(this.#parts).toString('utf8')
    this.#parts = []
    this.#size = 0
    return line
  }

  #keep(part: Buffer): void {
    this.#size += part.length
    if (this.#size > this.#maxBytes) throw new RangeError(`a line is longer than ${this.#maxBytes} bytes`)
    this.#parts.push(part)
  }
}
