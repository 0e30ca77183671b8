import { deviceSpec } from '../../../common/contracts/device.ts'
import { objectMetaShape } from '../../../common/rest/wire-schema.ts'
import { pageOf, returnedMetaFields } from './answer-schema.ts'

export const deviceView = deviceSpec.extend(objectMetaShape)
export const devicePage = pageOf(deviceView)

/** Body of POST: the spec with `name` beside it. */
export const deviceCreation = deviceSpec
  .extend({ name: objectMetaShape.name })
  .transform(({ name, ...spec }) => ({ name, spec }))

/** Body of PUT, and what a PATCH must lead to. */
export const deviceReplacement = deviceSpec
  .extend(returnedMetaFields)
  .transform(({ name, origin, revision, created_at, updated_at, ...spec }) => ({ name, spec }))
