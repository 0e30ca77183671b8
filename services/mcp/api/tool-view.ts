import type { z } from 'zod'
import type { Aggregator } from '../aggregator/aggregator.ts'
import type { CatalogTool } from '../aggregator/catalog.ts'
import type { toolView } from './schemas/tool-schema.ts'

/** A tool as REST shows it. */
export function viewOfTool(tool: CatalogTool, aggregator: Pick<Aggregator, 'refusal'>): z.output<typeof toolView> {
  return {
    exposed_name: tool.exposedName,
    server: tool.server,
    name: tool.name,
    definition: { ...tool.definition },
    hash: tool.hash,
    approved_hash: tool.approvedHash,
    approved_definition: approvedOf(tool),
    state: tool.state,
    reason: tool.reason,
    enabled: tool.enabled,
    pinned: tool.pinned,
    tokens: tool.tokens,
    callable: aggregator.refusal(tool.exposedName, { profile: undefined }) === undefined,
    first_seen_at: tool.firstSeenAt,
    gone_at: tool.goneAt,
    revision: tool.revision,
  }
}

function approvedOf({
  approvedDefinition,
  approvedHash,
  hash,
}: CatalogTool): z.output<typeof toolView>['definition'] | null {
  return approvedDefinition === undefined || approvedDefinition === null || approvedHash === hash
    ? null
    : { ...approvedDefinition }
}
