import { userSpec } from '../../../common/contracts/user.ts'
import { objectMetaShape } from '../../../common/rest/wire-schema.ts'
import { pageOf, returnedMetaFields } from './answer-schema.ts'

export const userView = userSpec.extend(objectMetaShape)
export const userPage = pageOf(userView)

/** Body of POST: the spec with `name` beside it. */
export const userCreation = userSpec
  .extend({ name: objectMetaShape.name })
  .transform(({ name, ...spec }) => ({ name, spec }))

/** Body of PUT, and what a PATCH must lead to. */
export const userReplacement = userSpec
  .extend(returnedMetaFields)
  .transform(({ name, origin, revision, created_at, updated_at, ...spec }) => ({ name, spec }))
