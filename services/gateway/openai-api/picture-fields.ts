import { z } from 'zod'
import type { CallerImage } from '../../common/contracts/run-request.ts'
import { optional, present, type Unserved } from './body-fields.ts'

/** How a picture is drawn, by the names the image routes and the `image_generation` tool share. */
export const pictureFields = {
  size: optional(z.string().regex(/^(auto|\d{2,5}x\d{2,5})$/, 'must be auto or WIDTHxHEIGHT')),
  quality: optional(z.string().regex(/^[a-z]{1,16}$/, 'must be a word such as low')),
  background: optional(z.enum(['transparent', 'opaque', 'auto'])),
  output_format: optional(z.enum(['png', 'jpeg', 'webp'])),
  partial_images: optional(z.int().min(0).max(3)),
  output_compression: optional(z.int().min(0).max(100)),
  input_fidelity: optional(z.string()),
}

export interface PictureWish {
  readonly size?: string | undefined
  readonly quality?: string | undefined
  readonly background?: 'transparent' | 'opaque' | 'auto' | undefined
  readonly output_format?: 'png' | 'jpeg' | 'webp' | undefined
  readonly partial_images?: number | undefined
  readonly output_compression?: number | undefined
  readonly input_fidelity?: string | undefined
}

/** Rough versions only where a stream can show them and the caller asked. */
export const callerImage = (wish: PictureWish, isStream: boolean): CallerImage => ({
  partialImages: isStream ? (wish.partial_images ?? 0) : 0,
  ...present({
    size: wish.size,
    format: wish.output_format,
    quality: wish.quality,
    background: wish.background,
  }),
})

export const unservedPicture: readonly Unserved<PictureWish>[] = [
  {
    param: 'output_compression',
    isAsked: ({ output_compression: compression = 100 }) => compression !== 100,
    message: 'Pictures are passed on as they are drawn; leave output_compression out.',
  },
  {
    param: 'input_fidelity',
    isAsked: ({ input_fidelity: fidelity = 'low' }) => fidelity !== 'low',
    message: 'input_fidelity is not passed on; leave it out.',
  },
]
