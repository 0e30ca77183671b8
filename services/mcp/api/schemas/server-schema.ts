import { z } from 'zod'
import { mcpServerSpec } from '../../../common/contracts/mcp-server.ts'
import { objectMetaShape } from '../../../common/rest/wire-schema.ts'
import { epochMilliseconds, pageOf, returnedMetaFields } from './answer-schema.ts'

const count = z.int().min(0)

/** How an upstream is at this moment. */
export const serverStatusView = z.strictObject({
  state: z
    .enum(['off', 'disabled', 'cold', 'starting', 'ready', 'backoff', 'open', 'unauthorized'])
    .describe(
      'disabled: not usable as declared, see last_error; cold: starts when needed; open: refuses calls for a while',
    ),
  era: z.enum(['modern', 'legacy']).nullable().describe('modern: 2026-07-28 and later; null: not known yet'),
  protocol_version: z.string().nullable(),
  last_error: z.string().nullable(),
  retry_at: epochMilliseconds.nullable(),
  restarts: count.describe('Since mcp started'),
  calls_in_flight: count,
  latency_ms: z.number().nullable().describe('Median of the last calls'),
  pid: z.int().nullable().describe('Of a process that we started'),
  memory_bytes: count.nullable().describe('Of that process'),
  tools: z.strictObject({
    on: count,
    off: count,
    quarantined: count.describe('That wait for an admin'),
  }),
})

export const serverView = mcpServerSpec.safeExtend({
  ...objectMetaShape,
  status: serverStatusView.nullable().describe('Null: it was made this moment'),
})
export const serverPage = pageOf(serverView)

/** Body of POST: the spec with `name` beside it. */
export const serverCreation = mcpServerSpec
  .safeExtend({ name: objectMetaShape.name })
  .transform(({ name, ...spec }) => ({ name, spec }))

/** Body of PUT, and what a PATCH must lead to; what a client read may be sent back. */
export const serverReplacement = mcpServerSpec
  .safeExtend({ ...returnedMetaFields, status: z.unknown().exactOptional().meta({ readOnly: true }) })
  .transform(({ name, origin, revision, created_at, updated_at, status, ...spec }) => ({ name, spec }))
