import type {
  ImageEditCompletedEvent,
  ImageEditPartialImageEvent,
  ImageGenCompletedEvent,
  ImageGenPartialImageEvent,
  ImagesResponse,
} from 'openai/resources/images'
import type { FinalResponse, RunEvent, WireUsage } from '../../../common/contracts/run-event.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { AnswerName, EventEncoder, WholeAnswer } from '../answer-form.ts'
import { errorBody } from '../error-answer.ts'
import type { PictureWish } from '../picture-fields.ts'
import { base64 } from '../responses/encode-response.ts'

/** Which of the two routes answers: their events differ in the name only. */
export type PictureKind = 'image_generation' | 'image_edit'

type PictureEvent =
  | ImageGenCompletedEvent
  | ImageGenPartialImageEvent
  | ImageEditCompletedEvent
  | ImageEditPartialImageEvent

interface Drawn {
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/** https://platform.openai.com/docs/api-reference/images-streaming (read 2026-11-22). */
export class PictureEncoder implements EventEncoder {
  readonly #kind: PictureKind
  readonly #name: AnswerName
  readonly #wish: PictureWish
  #drawn: Drawn | undefined

  constructor(kind: PictureKind, name: AnswerName, wish: PictureWish) {
    this.#kind = kind
    this.#name = name
    this.#wish = wish
  }

  encode({ message, bytes }: RunEvent): string {
    switch (message.type) {
      case 'response.image_generation_call.partial_image': {
        const looks = this.#looks({ mediaType: message.media_type, bytes: bytes ?? new Uint8Array() })
        const index = message.partial_image_index
        return frame({ type: `${this.#kind}.partial_image`, ...looks, partial_image_index: index })
      }
      case 'response.image_generation_call.completed':
        // The last event says the usage, which is known at the end only.
        if (bytes !== undefined) this.#drawn = { mediaType: message.media_type, bytes }
        return ''
      case 'response.completed':
      case 'response.incomplete':
        if (this.#drawn === undefined) throw noPicture(message.response)
        return frame({
          type: `${this.#kind}.completed`,
          ...this.#looks(this.#drawn),
          usage: usageOf(message.response.usage),
        })
      default:
        return ''
    }
  }

  fail(error: HearthError): string {
    return `event: error\ndata: ${JSON.stringify({ type: 'error', ...errorBody(error) })}\n\n`
  }

  #looks(drawn: Drawn) {
    return {
      b64_json: base64(drawn.bytes),
      background: this.#wish.background ?? 'auto',
      created_at: this.#name.createdAt,
      output_format: formatOf(drawn) ?? this.#wish.output_format ?? 'png',
      quality: qualityOf(this.#wish) ?? 'auto',
      size: this.#wish.size ?? 'auto',
    } as const
  }
}

/** The object of a picture that was not streamed. Pure. @throws HearthError when none was drawn. */
export function wholePicture(
  { createdAt }: AnswerName,
  wish: PictureWish,
  { pictures, final }: WholeAnswer,
): ImagesResponse {
  const [drawn] = pictures
  if (drawn === undefined) throw noPicture(final)
  const { background, size } = wish
  const format = formatOf(drawn)
  const quality = qualityOf(wish)
  return {
    created: createdAt,
    data: pictures.map(({ bytes }) => ({ b64_json: base64(bytes) })),
    ...(background === undefined || background === 'auto' ? {} : { background }),
    ...(format === undefined ? {} : { output_format: format }),
    ...(quality === undefined || quality === 'auto' ? {} : { quality }),
    ...(size === undefined || size === 'auto' ? {} : { size }),
    ...(final.usage === null ? {} : { usage: usageOf(final.usage) }),
  }
}

/** Vendors count pictures among the tokens without saying which are which: all of the input is called text. */
const usageOf = (usage: WireUsage | null): ImageGenCompletedEvent.Usage => ({
  input_tokens: usage?.input_tokens ?? 0,
  input_tokens_details: { image_tokens: 0, text_tokens: usage?.input_tokens ?? 0 },
  output_tokens: usage?.output_tokens ?? 0,
  total_tokens: usage?.total_tokens ?? 0,
})

const formats = ['png', 'jpeg', 'webp'] as const

const formatOf = ({ mediaType }: Pick<Drawn, 'mediaType'>): (typeof formats)[number] | undefined =>
  formats.find((format) => mediaType === `image/${format}`)

const qualities = ['low', 'medium', 'high', 'auto'] as const

const qualityOf = ({ quality }: PictureWish): (typeof qualities)[number] | undefined =>
  qualities.find((word) => word === quality)

const noPicture = ({ finish_reason: reason }: FinalResponse): HearthError =>
  reason === 'content_filter'
    ? new HearthError('provider_content_filtered', 'The vendor does not draw this; ask for another picture.')
    : new HearthError('provider_stream_error', 'The model ended without a picture; try again.')

const frame = (event: PictureEvent): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
