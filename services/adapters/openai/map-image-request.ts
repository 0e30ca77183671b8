import type { ImageEditParamsStreaming, ImageGenerateParamsStreaming } from 'openai/resources/images'
import type { ImageRequest, Picture } from '../../common/contracts/generate-request.ts'
import { withoutUndefined } from '../chat-completions/map-request.ts'

/** The body of `POST images/generations`. */
export const mapImageGeneration = (image: ImageRequest, model: string): ImageGenerateParamsStreaming => ({
  ...mapWishes(image, model),
  prompt: image.prompt,
  model,
  stream: true,
})

/** The form of `POST images/edits`: the pictures go as files. */
export const mapImageEdit = (image: ImageRequest, model: string): ImageEditParamsStreaming => ({
  ...mapWishes(image, model),
  prompt: image.prompt,
  model,
  image: image.inputs.map((picture, place) => fileOf(picture, `picture-${place + 1}`)),
  ...(image.mask === undefined ? {} : { mask: fileOf(image.mask, 'mask') }),
  stream: true,
})

/** `auto` is what a vendor does anyway, and not every server knows the word. */
function mapWishes(image: ImageRequest, model: string): Readonly<Record<string, unknown>> {
  return withoutUndefined({
    partial_images: image.partialImages,
    size: image.size === 'auto' ? undefined : image.size,
    output_format: image.format,
    quality: image.quality,
    background: image.background,
    // OpenAI's models refuse the word; others would answer with an address instead of the picture.
    response_format: /(^|\/)(gpt|chatgpt)-image/.test(model) ? undefined : 'b64_json',
  })
}

function fileOf({ mediaType, bytes }: Picture, name: string): File {
  const whole = new Uint8Array(bytes)
  return new File([whole], `${name}.${mediaType.replace('image/', '')}`, { type: mediaType })
}
