import type { CatalogWrite, ListingRecord, ToolRecord, VerdictRecord } from '../aggregator/catalog.ts'
import type { ListingRow, ToolRow, VerdictRow } from './database-schema.ts'
import { toPortableJson, toPortableText } from './portable-domain.ts'

/** Between rows and records of the catalog. What is written here passes into the portable domain. */

export function toToolRow(tool: CatalogWrite['tools'][number], server: string, revision: number): ToolRow {
  return {
    server,
    name: toPortableText(tool.name),
    exposed_name: toPortableText(tool.exposedName),
    definition: toPortableJson(tool.definition),
    hash: tool.hash,
    approved_hash: tool.approvedHash,
    approved_definition: (tool.approvedDefinition ?? null) === null ? null : toPortableJson(tool.approvedDefinition),
    state: tool.state,
    reason: tool.reason === null ? null : toPortableText(tool.reason),
    enabled: Number(tool.enabled),
    pinned: Number(tool.pinned),
    first_seen_at: tool.firstSeenAt,
    gone_at: tool.goneAt,
    revision,
  }
}

export function toToolRecord(row: ToolRow): ToolRecord {
  return {
    server: row.server,
    name: row.name,
    exposedName: row.exposed_name,
    // JSON.parse gives any, here and below: the text was written above and by nothing else.
    definition: JSON.parse(row.definition),
    hash: row.hash,
    approvedHash: row.approved_hash,
    ...(row.approved_definition === null ? {} : { approvedDefinition: JSON.parse(row.approved_definition) }),
    state: row.state,
    reason: row.reason,
    enabled: row.enabled === 1,
    pinned: row.pinned === 1,
    firstSeenAt: row.first_seen_at,
    goneAt: row.gone_at,
    revision: row.revision,
  }
}

export const toListingText = (listing: ListingRecord['listing']): string => toPortableJson(listing)

export function toListingRecord({ server, listing, listed_at }: ListingRow): ListingRecord {
  // What was undefined is not in the JSON.
  return { server, listing: { instructions: undefined, ...JSON.parse(listing) }, listedAt: listed_at }
}

export function toVerdictRecord({ server, config_hash, prior, at }: VerdictRow): VerdictRecord {
  return { server, configHash: config_hash, prior, at }
}
