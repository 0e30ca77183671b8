import type { Prompt, Resource, ResourceTemplateType, ServerCapabilities, Tool } from '@modelcontextprotocol/client'
import type { McpServer } from '../../common/contracts/mcp-server.ts'
import type { UpstreamListing } from './upstream.ts'

/** `quarantined`: waits for approval. `gone`: its upstream lists it no more; its name is kept for it for 30 days. */
export type ToolState = 'active' | 'quarantined' | 'gone'

/** A tool as the store keeps it: by (server, name); everything hangs on these two, never on the exposed name. */
export interface ToolRecord {
  readonly server: string
  /** The upstream's own name. */
  readonly name: string
  /** To clients; unique over all records. */
  readonly exposedName: string
  /** As the upstream listed it, vetted: bounded, without hidden characters. */
  readonly definition: Tool
  /** SHA-256, hex, of the canonical JSON of name, title, description, schemas and annotations. */
  readonly hash: string
  /** The one that was approved, or first seen where nothing waits; null: none yet. */
  readonly approvedHash: string | null
  /** What `approvedHash` is of, kept while it differs from `definition`: a person must see what changed. Absent: the same. */
  readonly approvedDefinition?: Tool | null
  readonly state: ToolState
  /** Why it is quarantined, for people. */
  readonly reason: string | null
  readonly enabled: boolean
  /** Always in the lists of a profile, before others, whatever the budget. */
  readonly pinned: boolean
  /** Epoch milliseconds. */
  readonly firstSeenAt: number
  readonly goneAt: number | null
  /** Of the settings write that left it so. */
  readonly revision: number
}

/** All but tools that one upstream listed, vetted; replaced whole. */
export interface ListingRecord {
  readonly server: string
  readonly listing: Omit<UpstreamListing, 'tools'>
  /** Epoch milliseconds. */
  readonly listedAt: number
}

/** Which era an upstream was found to speak; looked at again when it is old. */
export interface VerdictRecord {
  readonly server: string
  /** Names what it was found for: a hash of how the upstream is reached. */
  readonly configHash: string
  /** JSON of the SDK's `PriorDiscovery`. */
  readonly prior: string
  readonly at: number
}

/** What changed of one upstream in one look at it. */
export interface CatalogWrite {
  readonly server: string
  /**
   * New or changed, whole; `revision` is set by the store. Of a tool that is kept already `enabled` and `pinned` stay as
   * they stand in the store: a person may have decided on them meanwhile.
   */
  readonly tools: readonly Omit<ToolRecord, 'revision'>[]
  readonly listing: ListingRecord['listing'] | undefined
}

/** A tool with everything that decides who sees it. */
export interface CatalogTool extends ToolRecord {
  /** As clients get it: exposed name, the upstream's description, and where it comes from in `_meta` and title. */
  readonly exposed: Tool
  /** Of `exposed` as JSON, in tokens (o200k). */
  readonly tokens: number
}

export interface CatalogPrompt {
  readonly server: string
  readonly name: string
  readonly exposed: Prompt
}

export interface CatalogResource {
  readonly server: string
  readonly exposed: Resource
}

export interface CatalogTemplate {
  readonly server: string
  readonly exposed: ResourceTemplateType
}

/** Everything known, at one moment; immutable, swapped whole. Sorted so that lists are stable. */
export interface Catalog {
  readonly servers: ReadonlyMap<string, McpServer>
  readonly capabilities: ReadonlyMap<string, ServerCapabilities>
  /** By exposed name; also those that are off, quarantined or gone. */
  readonly tools: ReadonlyMap<string, CatalogTool>
  /** Of servers that are ON; by exposed name. */
  readonly prompts: ReadonlyMap<string, CatalogPrompt>
  /** Of servers that are ON; by URI: where two servers have the same, the one whose name comes first. */
  readonly resources: ReadonlyMap<string, CatalogResource>
  /** Of URIs that several of them have: the others, by the names of the servers; for who does not reach the first. */
  readonly otherResources?: ReadonlyMap<string, readonly CatalogResource[]>
  readonly templates: readonly CatalogTemplate[]
}
