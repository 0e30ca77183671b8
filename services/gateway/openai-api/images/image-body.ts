import { z } from 'zod'
import { model, optional, type Unserved } from '../body-fields.ts'
import { pictureFields, unservedPicture } from '../picture-fields.ts'

const prompt = z.string().min(1).max(32_000)

const shared = {
  model,
  prompt,
  ...pictureFields,
  stream: optional(z.boolean()),
  n: optional(z.int().min(1)),
  response_format: optional(z.enum(['b64_json', 'url'])),
  style: optional(z.string()),
}

/**
 * The body of `POST /v1/images/generations`: https://platform.openai.com/docs/api-reference/images/create (read
 * 2026-11-22). Fields that change nothing about the picture, and fields nobody knows, are left out.
 */
export const imageBody = z.object(shared)

const reference = z.object({ image_url: optional(z.string()), file_id: optional(z.string()) })

/** The JSON form of `POST /v1/images/edits`: pictures as data URLs. */
export const imageEditBody = z.object({
  ...shared,
  images: z.array(reference).min(1).max(16),
  mask: optional(reference),
})

export type ImageBody = z.output<typeof imageBody>
export type ImageEditBody = z.output<typeof imageEditBody>

/** In order; the first that is met is told. */
export const unservedImage: readonly Unserved<ImageBody>[] = [
  { param: 'n', isAsked: ({ n = 1 }) => n > 1, message: 'One picture a request; send the request again for another.' },
  {
    param: 'response_format',
    isAsked: ({ response_format: format }) => format === 'url',
    message: 'Pictures come in the answer itself; use response_format b64_json.',
  },
  {
    param: 'style',
    isAsked: ({ style }) => style !== undefined,
    message: 'style is not passed on; say it in the prompt.',
  },
  ...unservedPicture,
]
