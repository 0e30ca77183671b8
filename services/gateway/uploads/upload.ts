import { createHash } from 'node:crypto'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { sniffPicture } from '../openai-api/images/sniff-picture.ts'

/** What an upload comes to. */
export interface UploadedPicture {
  /** Of the bytes, whatever the client called them. */
  readonly mediaType: string
  readonly bytes: Uint8Array
}

const firstBytes = 262_144

/** One upload on its way: chunks in order, copied, hashed as they come. Memory grows with what came, not with what was announced. */
export class Upload {
  readonly byteLength: number
  readonly #hash = createHash('sha256')
  #bytes: Buffer
  #received = 0

  constructor(byteLength: number) {
    this.byteLength = byteLength
    this.#bytes = Buffer.allocUnsafeSlow(Math.min(byteLength, firstBytes))
  }

  /** Bytes that came. */
  get received(): number {
    return this.#received
  }

  /** @throws HearthError `caller_invalid_request` (offset), `caller_too_large`; the upload is lost then. */
  append(offset: number, chunk: Uint8Array): void {
    if (offset !== this.#received) {
      throw invalid('offset', `The next chunk begins at ${this.#received}; begin the upload again.`)
    }
    const end = offset + chunk.byteLength
    if (end > this.byteLength) {
      throw new HearthError('caller_too_large', `More than the announced ${this.byteLength} bytes came.`, {
        details: { param: 'byte_length' },
      })
    }
    this.#makeRoom(end)
    this.#bytes.set(chunk, offset)
    this.#hash.update(chunk)
    this.#received = end
  }

  /**
   * The whole picture; nothing may be appended after it.
   * @throws HearthError `caller_invalid_request` whose param is `byte_length`, `sha256` or `media_type`.
   */
  finish(announcedHashes: readonly (string | undefined)[]): UploadedPicture {
    if (this.#received !== this.byteLength) {
      throw invalid('byte_length', `${this.#received} of ${this.byteLength} bytes came; begin the upload again.`)
    }
    const hash = this.#hash.digest('hex')
    if (announcedHashes.some((announced) => announced !== undefined && announced !== hash)) {
      throw invalid('sha256', 'The bytes that came have another sha256; begin the upload again.')
    }
    const mediaType = sniffPicture(this.#bytes)
    if (mediaType === undefined) throw invalid('media_type', 'The bytes are no png, jpeg, webp or gif.')
    return { mediaType, bytes: this.#bytes }
  }

  #makeRoom(end: number): void {
    if (end <= this.#bytes.byteLength) return
    const size = Math.min(this.byteLength, Math.max(end, this.#bytes.byteLength * 2))
    const larger = Buffer.allocUnsafeSlow(size)
    larger.set(this.#bytes.subarray(0, this.#received))
    this.#bytes = larger
  }
}

const invalid = (param: string, message: string): HearthError =>
  new HearthError('caller_invalid_request', message, { details: { param } })
