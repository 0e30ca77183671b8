import { z } from 'zod'
import { deviceSpec } from '../../../common/contracts/device.ts'
import { objectMetaShape } from '../../../common/rest/wire-schema.ts'
import { pageOf, returnedMetaFields } from './answer-schema.ts'

/** What everybody but guests sees. */
export const wholeDevice = deviceSpec.extend(objectMetaShape)
const { area, aliases, exposure } = wholeDevice.shape

/** What guests see of a device: what to call it, and what they may see and steer. */
export const guestDevice = z.strictObject({
  ...objectMetaShape,
  area,
  aliases,
  exposure: z.strictObject({ guests: exposure.unwrap().shape.guests }),
})

export type GuestDevice = z.output<typeof guestDevice>

export const deviceView = z.union([wholeDevice, guestDevice]).describe('Device; to guests GuestDevice')
export const devicePage = pageOf(deviceView)

/** Body of POST: the spec with `name` beside it. */
export const deviceCreation = deviceSpec
  .extend({ name: objectMetaShape.name })
  .transform(({ name, ...spec }) => ({ name, spec }))

/** Body of PUT, and what a PATCH must lead to. */
export const deviceReplacement = deviceSpec
  .extend(returnedMetaFields)
  .transform(({ name, origin, revision, created_at, updated_at, ...spec }) => ({ name, spec }))
