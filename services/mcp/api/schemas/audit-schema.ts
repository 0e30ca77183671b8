import { z } from 'zod'
import type { AuditView } from '../../store/store.ts'
import { epochMilliseconds, pageOf } from './answer-schema.ts'
import { pageFields } from './request-schema.ts'

export const auditView = z.strictObject({
  id: z.int().min(0),
  at: epochMilliseconds,
  principal: z.string().describe('Principal id, or hearth'),
  action: z.string().describe('Such as tool.call, mcp_server.toggle, profile.update'),
  target: z.string().describe('Such as memory/read_graph'),
  outcome: z.enum(['ok', 'failed', 'blocked']),
  code: z.string().nullable().describe('Of the error or rule'),
  detail: z.string().nullable().describe('JSON, without any value that may be a secret'),
}) satisfies z.ZodType<AuditView>

export const auditPage = pageOf(auditView)

const filter = z.string().min(1).max(512).exactOptional()

export const auditQuery = z.strictObject({
  action: filter.describe('Only this action'),
  target: filter.describe('Only this target'),
  ...pageFields,
})
