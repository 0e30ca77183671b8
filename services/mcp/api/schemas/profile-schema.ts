import { modelProfileSpec } from '../../../common/contracts/model-profile.ts'
import { objectMetaShape } from '../../../common/rest/wire-schema.ts'
import { pageOf, returnedMetaFields } from './answer-schema.ts'

export const profileView = modelProfileSpec.extend(objectMetaShape)
export const profilePage = pageOf(profileView)

/** Body of POST: the spec with `name` beside it. */
export const profileCreation = modelProfileSpec
  .extend({ name: objectMetaShape.name })
  .transform(({ name, ...spec }) => ({ name, spec }))

/** Body of PUT, and what a PATCH must lead to. */
export const profileReplacement = modelProfileSpec
  .extend(returnedMetaFields)
  .transform(({ name, origin, revision, created_at, updated_at, ...spec }) => ({ name, spec }))
