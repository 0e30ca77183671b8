import type { Generated } from 'kysely'
import type { MessageRole } from '../../common/contracts/history.ts'
import type { Role } from '../../common/contracts/principal.ts'
import type { Origin } from '../../common/contracts/resource.ts'
import type { RunStatus } from '../../common/contracts/run-event.ts'
import type { SettingKind } from '../../common/contracts/settings.ts'
import type { ToolState } from '../aggregator/catalog.ts'
import type { AuditEntry } from './store.ts'

/** The tables, as migrations leave them. Times are integer epoch milliseconds, JSON is text, booleans are 0 and 1. */
export interface StoreDatabase {
  model_profiles: SettingsRow
  users: SettingsRow
  mcp_servers: SettingsRow
  devices: SettingsRow
  mcp_server_switches: SwitchRow
  tools: ToolRow
  upstream_listings: ListingRow
  upstream_verdicts: VerdictRow
  upstream_absences: AbsenceRow
  audit: AuditRow
  sealed_secrets: SealedRow
  api_tokens: TokenRow
  pairings: PairingRow
  conversations: ConversationRow
  messages: MessageRow
  parts: PartRow
  blobs: BlobRow
  search_rows: SearchRow
  changes: ChangeRow
  meta: MetaRow
}

/** A named object; the same name may stand under several origins. */
export interface SettingsRow {
  readonly name: string
  readonly origin: Origin
  /** JSON of the spec. */
  readonly spec: string
  /** Of the settings write that left it so. */
  readonly revision: number
  readonly created_at: number
  readonly updated_at: number
}

/** A declared server was switched: that is laid over its declaration while this says `declared`. */
export interface SwitchRow {
  readonly name: string
  readonly origin: Origin
  /** What the declaration said when it was switched. */
  readonly declared: number
  readonly enabled: number
  readonly revision: number
  readonly updated_at: number
}

export interface ToolRow {
  readonly server: string
  readonly name: string
  readonly exposed_name: string
  /** JSON of the SDK's Tool. */
  readonly definition: string
  readonly hash: string
  readonly approved_hash: string | null
  /** JSON of the SDK's Tool; null: none, or the same as `definition`. */
  readonly approved_definition: string | null
  readonly state: ToolState
  readonly reason: string | null
  readonly enabled: number
  readonly pinned: number
  readonly first_seen_at: number
  readonly gone_at: number | null
  readonly revision: number
}

export interface ListingRow {
  readonly server: string
  /** JSON of ListingRecord['listing']. */
  readonly listing: string
  readonly listed_at: number
  readonly revision: number
}

export interface VerdictRow {
  readonly server: string
  readonly config_hash: string
  readonly prior: string
  readonly at: number
}

/** Something is kept of a server that there is no more. */
export interface AbsenceRow {
  readonly server: string
  readonly since: number
}

export interface AuditRow extends AuditEntry {
  readonly id: Generated<number>
}

export interface SealedRow {
  readonly name: string
  /** Version, nonce, tag, ciphertext. */
  readonly sealed: Uint8Array
  readonly updated_at: number
}

export type TokenKind = 'api' | 'device' | 'session'

export interface TokenRow {
  readonly id: string
  readonly kind: TokenKind
  /** Lower-case hex SHA-256; the secret itself is never kept. */
  readonly secret_hash: string
  readonly name: string
  /** The durable credential of a session. */
  readonly parent_id: string | null
  readonly user_name: string | null
  /** Null: whatever role the user has. */
  readonly role: Role | null
  /** JSON array; null: whatever the role may do. */
  readonly scopes: string | null
  /** 1: the admin token that start makes sure of. */
  readonly is_bootstrap: number
  readonly created_at: number
  readonly expires_at: number | null
  readonly last_used_at: number | null
  readonly revoked_at: number | null
}

export interface PairingRow {
  readonly code_hash: string
  readonly user_name: string
  readonly created_at: number
  readonly expires_at: number
}

export interface ConversationRow {
  readonly id: string
  readonly owner: string
  readonly title: string
  readonly revision: number
  readonly created_at: number
  readonly updated_at: number
}

export interface MessageRow {
  readonly id: string
  readonly conversation_id: string
  /** From 1 inside the conversation, in the order appended. */
  readonly ordinal: number
  readonly parent_id: string | null
  readonly role: MessageRole
  readonly status: RunStatus
  /** Only answers have one. */
  readonly run_id: string | null
  readonly profile: string | null
  readonly provider: string | null
  readonly model: string | null
  /** JSON of WireUsage. */
  readonly usage: string | null
  /** JSON of AttemptRecord[]. */
  readonly attempts: string
  readonly error_code: string | null
  readonly error_message: string | null
  readonly created_at: number
}

/** One part of a message; `text` holds text, reasoning, a call's arguments or a tool's output. */
export interface PartRow {
  readonly message_id: string
  readonly ordinal: number
  readonly type: 'text' | 'reasoning' | 'refusal' | 'image' | 'tool_call' | 'tool_output'
  readonly text: string | null
  readonly call_id: string | null
  readonly name: string | null
  readonly blob_id: string | null
  readonly media_type: string | null
}

export interface BlobRow {
  readonly id: string
  readonly owner: string
  readonly media_type: string
  readonly byte_length: number
  readonly sha256: string
  /** Null: the bytes are in a file. */
  readonly bytes: Uint8Array | null
  readonly created_at: number
}

/** A title or message that is in the full-text index, under the same id. */
export interface SearchRow {
  readonly id: Generated<number>
  readonly conversation_id: string
  /** Null: the title. */
  readonly message_id: string | null
  /** Of the message; 0: the title. */
  readonly ordinal: number
}

export interface ChangeRow {
  readonly revision: number
  readonly kind: SettingKind
  readonly name: string
  readonly action: 'created' | 'updated' | 'removed'
  /** The declared document the store included when this was written. */
  readonly declared_version: string | null
  readonly at: number
}

/** One row, id 1. */
export interface MetaRow {
  readonly id: number
  readonly epoch: string
  readonly revision: number
  readonly declared_version: string | null
}
