import type { z } from 'zod'
import { modelProfileSpec } from '../../../common/contracts/model-profile.ts'
import { metaFields, pageOf, returnedMetaFields } from './answer-schema.ts'

export const profileView = modelProfileSpec.extend(metaFields)
export const profilePage = pageOf(profileView)

/** Body of POST: the spec with `name` beside it. */
export const profileCreation = modelProfileSpec
  .extend({ name: metaFields.name })
  .transform(({ name, ...spec }) => ({ name, spec }))

/** Body of PUT, and what a PATCH must lead to. */
export const profileReplacement = modelProfileSpec
  .extend(returnedMetaFields)
  .transform(({ name, origin, revision, created_at, updated_at, ...spec }) => ({ name, spec }))

export type ProfileView = z.output<typeof profileView>
