import { z } from 'zod'
import { roles } from './principal.ts'
import { type ObjectMeta, resourceName } from './resource.ts'

/** A person of the house: config.yaml `users.<name>` and REST body. */
export const userSpec = z.strictObject({
  role: z.enum(roles).describe('admin: everything; member: use; guest: what is exposed to guests'),
  display_name: z.string().max(256).default('').describe('Shown to people'),
  default_profile: resourceName.nullable().default(null).describe('Profile used when a client names none'),
  profiles: z.array(resourceName).max(1000).default([]).describe('Extra profiles this user may use'),
  limits: z
    .strictObject({
      max_parallel: z.int().min(1).max(100_000).nullable().default(null).describe('Runs at the same time'),
      requests_per_minute: z.int().min(1).max(1_000_000).nullable().default(null).describe('Runs started per minute'),
      tokens_per_day: z.number().positive().nullable().default(null).describe('Tokens in and out per day'),
      cost_per_day: z.number().positive().nullable().default(null).describe('Cost per day'),
    })
    .prefault({})
    .describe('Over all devices of the user; null: no limit'),
  locale: z.string().max(35).default('en').describe('BCP 47 language tag'),
})

export type UserSpec = z.output<typeof userSpec>
export type User = UserSpec & ObjectMeta
