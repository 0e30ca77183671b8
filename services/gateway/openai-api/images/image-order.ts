import type { ContentPart, Picture } from '../../../common/contracts/generate-request.ts'
import { parseDataUrl } from '../../runs/parse-data-url.ts'
import type { Asked } from '../asked.ts'
import { refuseUnserved, unserved } from '../body-fields.ts'
import { defaultPainter } from '../models.ts'
import { oneRequest } from '../one-request.ts'
import { callerImage } from '../picture-fields.ts'
import { parseBody } from '../read-body.ts'
import type { Order } from '../serve-run.ts'
import { type ImageBody, type ImageEditBody, imageBody, imageEditBody, unservedImage } from './image-body.ts'
import { PictureEncoder, type PictureKind, wholePicture } from './picture-answer.ts'
import { type EditInputs, readForm } from './read-form.ts'

/** What `POST /v1/images/generations` asks for. @throws HearthError `caller_*` naming the field. */
export const readImageOrder = (asked: Asked): Order =>
  pictureOrder(asked, 'image_generation', { body: parseBody(imageBody, asked.request.body), inputs: { pictures: [] } })

/** What `POST /v1/images/edits` asks for, as a form or as JSON. @throws HearthError `caller_*` naming the field. */
export async function readImageEditOrder(asked: Asked): Promise<Order> {
  if (!asked.request.isMultipart()) {
    const body = parseBody(imageEditBody, asked.request.body)
    return pictureOrder(asked, 'image_edit', { body, inputs: inputsOf(body) })
  }
  const { fields, inputs } = await readForm(asked.request)
  return pictureOrder(asked, 'image_edit', { body: parseBody(imageBody, fields), inputs })
}

const inputsOf = ({ images, mask }: ImageEditBody): EditInputs => ({
  pictures: images.map((image, index) => pictureOf(image, `images[${index}]`)),
  ...(mask === undefined ? {} : { mask: pictureOf(mask, 'mask') }),
})

function pictureOf({ image_url: url, file_id: file }: ImageEditBody['images'][number], path: string): Picture {
  if (file !== undefined) throw unserved(`${path}.file_id`, 'Files are not kept here; send a data URL in image_url.')
  return parseDataUrl(url, `${path}.image_url`)
}

/** A picture, drawn from the prompt or from the inputs. */
function pictureOrder(
  asked: Asked,
  kind: PictureKind,
  { body, inputs }: { readonly body: ImageBody; readonly inputs: EditInputs },
): Order {
  refuseUnserved(unservedImage, body)
  const isStream = body.stream ?? false
  const images = inputs.pictures.map((picture): ContentPart => ({ type: 'image', ...picture }))
  return {
    request: {
      ...oneRequest(asked.requestId, body.model ?? defaultPainter(asked)),
      input: [{ type: 'message', role: 'user', content: [{ type: 'text', text: body.prompt }, ...images] }],
      modalities: ['image'],
      image: { ...callerImage(body, isStream), ...(inputs.mask === undefined ? {} : { mask: inputs.mask }) },
    },
    isStream,
    form: {
      encoder: (name) => new PictureEncoder(kind, name, body),
      whole: (name, answer) => wholePicture(name, body, answer),
    },
  }
}
