import { z } from 'zod'
import type { Change } from '../../store/store.ts'
import { epochMilliseconds, pageOf, revision } from './answer-schema.ts'
import { profileView } from './profile-schema.ts'
import { userView } from './user-schema.ts'

export const changeView = z.strictObject({
  revision,
  kind: z.string(),
  name: z.string(),
  action: z.enum(['created', 'updated', 'removed']),
  declared_version: z.string().nullable().describe('The declared document in force then; null: none'),
  at: epochMilliseconds,
}) satisfies z.ZodType<Change>

export const changePage = pageOf(changeView)

/** The effective settings as the caller may see them; credentials are never part of it. */
export const snapshotView = z.strictObject({
  epoch: z.string().describe('Changes when the store is new'),
  revision: revision.describe('Grows with every settings write'),
  profiles: z.array(profileView),
  users: z.array(userView),
})
