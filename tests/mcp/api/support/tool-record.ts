import type { ToolRecord } from '../../../../services/mcp/aggregator/catalog.ts'

/** A tool as the aggregator keeps one. */
export const toolRecord = (
  server: string,
  name: string,
  more: Partial<Omit<ToolRecord, 'revision'>> = {},
): Omit<ToolRecord, 'revision'> => ({
  server,
  name,
  exposedName: name,
  definition: { name, description: `Does ${name}`, inputSchema: { type: 'object' } },
  hash: 'a'.repeat(64),
  approvedHash: 'a'.repeat(64),
  state: 'active',
  reason: null,
  enabled: true,
  pinned: false,
  firstSeenAt: 1,
  goneAt: null,
  ...more,
})
