const textFrame = 0x81
const longestShort = 125
const longestMedium = 65_535
/** Never written to. */
const none: never[] = []

/**
 * Text frames of a server that leave in one write: unmasked, whole, uncompressed (RFC 6455, 5.2). `ws` takes them one by
 * one, with two buffers and a callback for each, which costs more than all else that is done for a token.
 */
export class TextFrames {
  #texts: string[] = none
  #byteLengths: number[] = none
  #byteLength = 0

  /** Of all frames, with their headers. */
  get byteLength(): number {
    return this.#byteLength
  }

  add(text: string): void {
    const byteLength = Buffer.byteLength(text)
    if (this.#byteLength === 0) {
      // Nearly always the only one: an array that grows would have room for many.
      this.#texts = [text]
      this.#byteLengths = [byteLength]
    } else {
      this.#texts.push(text)
      this.#byteLengths.push(byteLength)
    }
    this.#byteLength += headerLength(byteLength) + byteLength
  }

  /** The frames as they go to the socket; the next ones begin anew. */
  take(): Buffer {
    const frames = Buffer.allocUnsafe(this.#byteLength)
    let offset = 0
    let index = 0
    for (const text of this.#texts) {
      const byteLength = this.#byteLengths[index] ?? 0
      offset = writeHeader(frames, offset, byteLength)
      offset += frames.write(text, offset, byteLength === text.length ? 'latin1' : 'utf8')
      index += 1
    }
    this.#texts = none
    this.#byteLengths = none
    this.#byteLength = 0
    return frames
  }
}

function headerLength(byteLength: number): number {
  if (byteLength <= longestShort) return 2
  return byteLength <= longestMedium ? 4 : 10
}

/** @returns the offset after it. */
function writeHeader(frames: Buffer, offset: number, byteLength: number): number {
  frames[offset] = textFrame
  if (byteLength <= longestShort) {
    frames[offset + 1] = byteLength
    return offset + 2
  }
  if (byteLength <= longestMedium) {
    frames[offset + 1] = 126
    return frames.writeUInt16BE(byteLength, offset + 2)
  }
  frames[offset + 1] = 127
  return frames.writeBigUInt64BE(BigInt(byteLength), offset + 2)
}
