import type { MultipartFile } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import type { Picture } from '../../../common/contracts/generate-request.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { invalid } from '../body-fields.ts'
import { sniffPicture } from './sniff-picture.ts'

/** Pictures to start from. */
export interface EditInputs {
  readonly pictures: readonly Picture[]
  readonly mask?: Picture
}

export interface PictureForm {
  readonly fields: Readonly<Record<string, unknown>>
  readonly inputs: EditInputs
}

/** Of `POST /v1/images/edits`: 16 pictures and a mask, and the fields of the JSON form. */
export const formLimits = (bodyLimitBytes: number) => ({
  fileSize: bodyLimitBytes,
  files: 17,
  fields: 64,
  fieldSize: 131_072,
  parts: 81,
})

/**
 * The multipart form of `POST /v1/images/edits`; all its files together are within the limit of a body.
 * @throws HearthError `caller_invalid_request`, `caller_too_large`; fastify's own refusals of malformed forms.
 */
export async function readForm(request: FastifyRequest): Promise<PictureForm> {
  const { bodyLimit } = request.routeOptions
  const form = new FormReader(bodyLimit)
  if (Number(request.headers['content-length'] ?? 0) > bodyLimit) throw tooLarge(bodyLimit)
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') await form.takeFile(part)
      else form.takeField(part.fieldname, part.value)
    }
  } catch (error) {
    throw isMalformed(error) ? malformed(error) : error
  } finally {
    // A client reads the refusal once all it sends was taken: the rest of a form that was given up goes nowhere.
    request.raw.unpipe()
    request.raw.resume()
  }
  return form.whole()
}

/** The parser of forms fails with bare errors: of another class, or with a status, they are not its own. */
const isMalformed = (error: unknown): boolean =>
  error instanceof Error && Object.getPrototypeOf(error) === Error.prototype && !('statusCode' in error)

const malformed = (cause: unknown): HearthError =>
  new HearthError(
    'caller_invalid_request',
    'The form cannot be read: send every part whole, and the closing boundary.',
    {
      cause,
    },
  )

class FormReader {
  readonly #limitBytes: number
  readonly #fields: Record<string, unknown> = {}
  readonly #pictures: Picture[] = []
  #mask: Picture | undefined
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  takeField(name: string, value: unknown): void {
    if (typeof value === 'string' && value !== '') this.#fields[name] = typed(name, value)
  }

  async takeFile(file: MultipartFile): Promise<void> {
    const { fieldname: name } = file
    const bytes = await file.toBuffer()
    this.#bytes += bytes.byteLength
    if (this.#bytes > this.#limitBytes) throw tooLarge(this.#limitBytes)
    const mediaType = sniffPicture(bytes)
    if (mediaType === undefined) throw invalid(name, `${name}: must be a png, jpeg, webp or gif.`)
    if (name === 'mask') this.#mask = { mediaType, bytes }
    else if (/^image(\[\d*\])?$/.test(name)) this.#pictures.push({ mediaType, bytes })
    else throw invalid(name, `${name}: files are taken as image, image[] or mask.`)
  }

  whole(): PictureForm {
    if (this.#pictures.length === 0) throw invalid('image', 'image: send at least one picture.')
    const mask = this.#mask === undefined ? {} : { mask: this.#mask }
    return { fields: this.#fields, inputs: { pictures: this.#pictures, ...mask } }
  }
}

const numbers = new Set(['n', 'partial_images', 'output_compression'])

/** A form has texts only: what the schema wants as a number or a truth is turned into it where it reads as one. */
function typed(name: string, text: string): unknown {
  if (numbers.has(name) && /^\d{1,9}$/.test(text)) return Number(text)
  if (name === 'stream' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  return text
}

const tooLarge = (limit: number): HearthError =>
  new HearthError('caller_too_large', `The form has at most ${limit} bytes.`)
