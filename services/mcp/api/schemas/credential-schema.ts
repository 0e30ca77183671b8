import { z } from 'zod'
import { roles, scopes } from '../../../common/contracts/principal.ts'
import { resourceName } from '../../../common/contracts/resource.ts'
import type { TokenView } from '../../store/store.ts'
import { epochMilliseconds, pageOf } from './answer-schema.ts'

const label = z.string().trim().min(1).max(256)

const tokenFields = {
  id: z.string(),
  name: z.string(),
  user: z.string().nullable().describe('Null: the token is its own principal'),
  role: z.enum(roles),
  scopes: z.array(z.enum(scopes)),
  created_at: epochMilliseconds,
  expires_at: epochMilliseconds.nullable().describe('Null: never'),
  last_used_at: epochMilliseconds.nullable(),
} as const

export const tokenView = z.strictObject(tokenFields) satisfies z.ZodType<TokenView>
export const tokenPage = pageOf(tokenView)

export const tokenCreation = z.strictObject({
  name: label.describe('For people: where it is used'),
  user: resourceName.exactOptional().describe('Whose token it is; absent: its own principal'),
  role: z.enum(roles).exactOptional().describe("Default: the user's role, or member"),
  scopes: z
    .array(z.enum(scopes))
    .min(1)
    .max(scopes.length)
    .exactOptional()
    .describe('Default: all that the role may have'),
  expires_at: epochMilliseconds.exactOptional().describe('Epoch milliseconds; default: never'),
})

export const createdToken = z.strictObject({
  ...tokenFields,
  secret: z.string().describe('Shown once; only its hash is kept'),
})

export const pairingCreation = z.strictObject({ user: resourceName.describe('Whom the new device will belong to') })

export const pairing = z.strictObject({
  code: z.string().describe('Single use, 10 minutes'),
  expires_at: epochMilliseconds,
})

export const redemption = z.strictObject({ code: z.string().min(1).max(64), device_name: label })

export const pairedDevice = z.strictObject({ device_id: z.string(), device_secret: z.string().describe('Shown once') })

export const sessionCreation = z.strictObject({
  device_id: z.string().min(1).max(128),
  device_secret: z.string().min(1).max(512),
})

export const session = z.strictObject({ token: z.string(), ttl_seconds: z.number() })

export const currentSession = z.strictObject({
  user: tokenFields.user,
  role: tokenFields.role,
  scopes: tokenFields.scopes,
  expires_at: epochMilliseconds.nullable().describe('When the token of this request ends; null: never'),
  device: z
    .strictObject({ id: z.string(), name: z.string() })
    .nullable()
    .describe('The paired device that asks; null: it is an API token'),
})
