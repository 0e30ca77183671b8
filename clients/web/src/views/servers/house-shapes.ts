import type { McpServer } from '../../../../../services/common/contracts/mcp-server.ts'

/** See `UpstreamState` of the house: `off`, `disabled` (not usable as declared), `cold` (starts when needed), `open` (breaker). */
export const serverStates = ['off', 'disabled', 'cold', 'starting', 'ready', 'backoff', 'open', 'unauthorized'] as const
export type ServerState = (typeof serverStates)[number]

/** As the house answers: `GET /api/v1/mcp/servers`. Times are epoch milliseconds. */
export type HouseServer = Partial<McpServer> &
  Pick<McpServer, 'name' | 'origin' | 'revision' | 'enabled'> & {
    /** Null: nothing is known of it yet. */
    readonly status?: HouseServerStatus | null
  }

export interface HouseServerStatus {
  readonly state: string
  readonly era?: 'modern' | 'legacy' | null
  readonly protocol_version?: string | null
  readonly last_error?: string | null
  readonly retry_at?: number | null
  readonly restarts?: number
  readonly calls_in_flight?: number
  readonly latency_ms?: number | null
  readonly pid?: number | null
  readonly memory_bytes?: number | null
  /** How many may be called, are switched off, and wait for an admin. */
  readonly tools?: { readonly on: number; readonly off: number; readonly quarantined: number }
}

/** A tool as its server listed it; untrusted. */
export interface ToolDefinition {
  readonly name?: string
  readonly title?: string
  readonly description?: string
  readonly inputSchema?: unknown
  readonly outputSchema?: unknown
  readonly annotations?: unknown
}

/** `GET /api/v1/mcp/tools`. */
export interface HouseTool {
  readonly server: string
  readonly name: string
  readonly exposed_name: string
  readonly definition: ToolDefinition
  /** SHA-256 of the definition as it is now. */
  readonly hash: string
  readonly approved_hash: string | null
  /** What was approved, where it differs from `definition` and is still known. */
  readonly approved_definition?: ToolDefinition | null
  readonly state: 'active' | 'quarantined' | 'gone'
  readonly reason: string | null
  readonly enabled: boolean
  readonly pinned: boolean
  /** ON, of a server that is ON, and not waiting. */
  readonly callable: boolean
  readonly tokens: number
  readonly revision: number
}

/** `GET /api/v1/audit`. */
export interface HouseAuditEntry {
  readonly id: number
  readonly at: number
  readonly principal: string
  readonly action: string
  readonly target: string
  readonly outcome: 'ok' | 'failed' | 'blocked'
  readonly code: string | null
  readonly detail: string | null
}
