import { z } from 'zod'
import { resourceName } from '../../../common/contracts/resource.ts'
import type { ToolState } from '../../aggregator/catalog.ts'
import { epochMilliseconds, pageOf, revision } from './answer-schema.ts'
import { pageFields } from './request-schema.ts'

const states = ['active', 'quarantined', 'gone'] as const satisfies readonly ToolState[]

/** As clients may see it: own tools of the house have other names. */
const exposedName = z
  .string()
  .regex(
    /^(?!hearth_|home_)[A-Za-z0-9_-]{1,48}$/,
    'must be 1 to 48 of A-Z a-z 0-9 _ -, not beginning with hearth_ or home_',
  )

const definition = z.looseObject({ name: z.string(), inputSchema: z.unknown() })

const toolFields = {
  exposed_name: z.string().describe('To clients; unique'),
  server: resourceName,
  name: z.string().describe("The server's own name for it"),
  definition: definition.describe('As its server listed it: untrusted, bounded, without hidden characters'),
  hash: z.string().describe('SHA-256 of what a client sees of the definition'),
  approved_hash: z.string().nullable().describe('Of what was approved; null: nothing yet'),
  approved_definition: definition.nullable().describe('What was approved, where it is not `definition`'),
  state: z.enum(states).describe('quarantined: waits for an admin; gone: its server lists it no more'),
  reason: z.string().nullable().describe('Why it is quarantined'),
  enabled: z.boolean(),
  pinned: z.boolean().describe('Always in the lists of a profile, whatever the budget'),
  tokens: z.int().min(0).describe('What it takes of a budget (o200k)'),
  callable: z.boolean().describe('ON, of a server that is ON, and not waiting'),
  first_seen_at: epochMilliseconds,
  gone_at: epochMilliseconds.nullable(),
  revision,
} as const

export const toolView = z.strictObject(toolFields)
export const toolPage = pageOf(toolView)

/** What a PATCH may change; anything else of a tool belongs to its server. */
export const toolPatch = z.strictObject({
  enabled: z.boolean().exactOptional(),
  pinned: z.boolean().exactOptional(),
  exposed_name: exposedName.exactOptional(),
})

export const toolApproval = z.strictObject({
  hash: z.string().min(1).max(128).describe('Of the definition that was looked at; 409 when it changed meanwhile'),
})

export const toolTrial = z.strictObject({
  arguments: z.record(z.string(), z.unknown()).default({}).describe('As the input schema of the tool has them'),
})

/** As MCP has it (CallToolResult): `isError` says that the call failed. */
export const toolAnswer = z.looseObject({ isError: z.boolean().exactOptional() })

export const toolParams = z.strictObject({
  exposed_name: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be a name as the API gave it'),
})

export const toolQuery = z.strictObject({
  q: z
    .string()
    .min(1)
    .max(1024)
    .exactOptional()
    .describe('Words to find; the best first, then those that only contain them'),
  server: resourceName.exactOptional(),
  state: z.enum(states).exactOptional(),
  ...pageFields,
})
