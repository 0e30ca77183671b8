import type { DeviceSpec } from '../../common/contracts/device.ts'
import type { History } from '../../common/contracts/history.ts'
import type { Identity } from '../../common/contracts/identity.ts'
import type { McpServer, McpServerSpec } from '../../common/contracts/mcp-server.ts'
import type { ModelProfileSpec } from '../../common/contracts/model-profile.ts'
import type { Principal, Role, Scope } from '../../common/contracts/principal.ts'
import type { ObjectMeta } from '../../common/contracts/resource.ts'
import type { Settings, SettingsVersion } from '../../common/contracts/settings.ts'
import type { UserSpec } from '../../common/contracts/user.ts'
import type { CatalogWrite, ListingRecord, ToolRecord, VerdictRecord } from '../aggregator/catalog.ts'
import type {
  BlobMeta,
  Conversation,
  ExportedConversation,
  Found,
  ImportReport,
  Page,
  StoredMessageView,
} from './views.ts'

/** Everything mcp keeps. One instance owns the database; every settings write bumps the revision and rings the doorbell. */
export interface Store {
  readonly settings: Settings
  readonly identity: Identity
  readonly history: History
  readonly profiles: SettingsObjects<ModelProfileSpec>
  readonly users: SettingsObjects<UserSpec>
  readonly mcpServers: McpServers
  /** Devices of the home; `devices` are those that people sign in with. */
  readonly homeDevices: SettingsObjects<DeviceSpec>
  readonly catalog: CatalogRecords
  readonly audit: Audit
  readonly sealed: SealedSecrets
  readonly tokens: Tokens
  readonly devices: PairedDevices
  readonly conversations: Conversations
  version(): Promise<SettingsVersion>
  /** Newest first; the change log of settings. */
  changes(page: PageRequest): Promise<Page<Change>>
  /** Makes the declared objects of origin `config` exactly these, in one transaction; nothing changed → no new revision. */
  declare(document: DeclaredDocument): Promise<void>
}

export interface DeclaredDocument {
  /** Names the document: a hash of its content. */
  readonly version: string
  /** Path of the file, for messages. Default: config.yaml. */
  readonly source?: string
  /** Of MCP servers that another file than `source` declares: its path, by their names. */
  readonly serverFiles?: Readonly<Record<string, string>>
  readonly profiles: Readonly<Record<string, ModelProfileSpec>>
  readonly users: Readonly<Record<string, UserSpec>>
  readonly mcpServers: Readonly<Record<string, McpServerSpec>>
  readonly homeDevices: Readonly<Record<string, DeviceSpec>>
}

export interface PageRequest {
  /** 1..200. */
  readonly limit: number
  /** Opaque, from the page before. A wrong one throws `caller_invalid_request`. */
  readonly cursor?: string
}

/** Named objects that may also be declared in a file. Same name twice: cluster > config > api; the loser is kept, `shadowed`. */
export interface SettingsObjects<Spec> {
  /** The effective objects, by name. */
  list(page: PageRequest): Promise<Page<Spec & ObjectMeta>>
  get(name: string): Promise<(Spec & ObjectMeta) | undefined>
  /** @throws HearthError `caller_conflict` when the name is taken (details.origin when it is declared). */
  create(name: string, spec: Spec): Promise<Spec & ObjectMeta>
  /**
   * Replaces (or makes, when `ifRevision` is unset and it does not exist) an object of origin `api`.
   * @throws HearthError `caller_conflict` with details.origin for a declared one; `RevisionMismatch` on a lost update.
   */
  put(name: string, spec: Spec, ifRevision: number | undefined): Promise<Spec & ObjectMeta>
  /** @throws HearthError `caller_not_found`, `caller_conflict` with details.origin, `RevisionMismatch`. */
  remove(name: string, ifRevision: number | undefined): Promise<void>
}

/** `enabled` of an effective server is the switch as it stands: what was declared, unless it was toggled since. */
export interface McpServers extends SettingsObjects<McpServerSpec> {
  /** All of them at once: what the aggregator works by. */
  all(): Promise<readonly McpServer[]>
  /**
   * Works on declared ones too, as an overlay that holds until their declaration says something else about `enabled`.
   * @throws HearthError `caller_not_found`; `RevisionMismatch`.
   */
  toggle(name: string, enabled: boolean, ifRevision: number | undefined): Promise<McpServer>
}

/** What is known of upstreams: survives restarts, so that lists never wait. Writes are settings writes of kind `tools`. */
export interface CatalogRecords {
  /** In no order. Records are shared and never changed; what is the same as in the load before is the same object. */
  load(): Promise<{
    readonly tools: readonly ToolRecord[]
    readonly listings: readonly ListingRecord[]
    readonly verdicts: readonly VerdictRecord[]
  }>
  /**
   * In one transaction and one revision; what is the same already is no change. `enabled` and `pinned` of a tool that is
   * there stay as `decide` left them, so that no look at an upstream undoes a switch.
   * @throws HearthError `caller_conflict` when an exposed name is that of a tool of another server.
   */
  save(write: CatalogWrite): Promise<void>
  /**
   * What an admin decides about one tool.
   * @throws HearthError `caller_not_found`, `caller_conflict` (exposed name taken); `RevisionMismatch`.
   */
  decide(
    key: { readonly server: string; readonly name: string },
    change: Partial<Pick<ToolRecord, 'enabled' | 'pinned' | 'exposedName' | 'state' | 'reason' | 'approvedHash'>>,
    ifRevision: number | undefined,
  ): Promise<ToolRecord>
  /** Not a settings write: nobody else goes by it. */
  saveVerdict(verdict: VerdictRecord): Promise<void>
  /** Forgets the tools that are gone since before that time, and all of servers that are not in the list for as long. */
  prune(goneBefore: number, servers: readonly string[]): Promise<void>
}

/** What was done, by whom: settings writes, calls of tools, what was blocked. Never holds a secret. */
export interface AuditEntry {
  /** Epoch milliseconds. */
  readonly at: number
  /** Principal id, or `hearth`. */
  readonly principal: string
  /** Such as `tool.call`, `mcp_server.toggle`, `tool.quarantine`, `profile.update`. */
  readonly action: string
  /** What it was done to, such as `memory/read_graph`. */
  readonly target: string
  readonly outcome: 'ok' | 'failed' | 'blocked'
  /** Code of the error or rule, such as `tool_disabled`. */
  readonly code: string | null
  /** JSON, redacted by who records it, at most 4 KiB. */
  readonly detail: string | null
}

export interface AuditView extends AuditEntry {
  readonly id: number
}

export interface Audit {
  /** Kept soon, in batches; when the store does not keep up, the oldest waiting are dropped and counted in the log. */
  record(entry: Omit<AuditEntry, 'at'>): void
  /** Newest first. */
  list(page: PageRequest, filter: { readonly action?: string; readonly target?: string }): Promise<Page<AuditView>>
}

/** Secrets the house got by itself (tokens of OAuth), encrypted with a key that lies beside the database. */
export interface SealedSecrets {
  get(name: string): Promise<string | undefined>
  set(name: string, secret: string): Promise<void>
  remove(name: string): Promise<void>
}

/** An API token, without its secret. Times are epoch milliseconds. */
export interface TokenView {
  /** `tok_…`, or `dev_…` for a paired device. */
  readonly id: string
  readonly name: string
  readonly user: string | null
  readonly role: Role
  readonly scopes: readonly Scope[]
  readonly created_at: number
  readonly expires_at: number | null
  readonly last_used_at: number | null
}

export interface NewToken {
  readonly name: string
  readonly user?: string
  /** Default: the user's role, or `member` without a user. */
  readonly role?: Role
  /** Default: what the role may have. Never more than that. */
  readonly scopes?: readonly Scope[]
  readonly expiresAt?: number
}

/** Durable credentials: API tokens and paired devices. */
export interface Tokens {
  /** Oldest first, without the revoked. */
  list(page: PageRequest): Promise<Page<TokenView>>
  /** The secret is returned once and kept only as SHA-256. @throws `caller_not_found` for an unknown user. */
  create(token: NewToken): Promise<{ readonly token: TokenView; readonly secret: string }>
  /** Ends every session of the token. @throws `caller_not_found`. */
  revoke(id: string): Promise<void>
  /**
   * As `revoke`, asked by its bearer.
   * @throws `caller_conflict` for the admin token of this installation, which every start makes again; `caller_not_found`.
   */
  signOut(id: string): Promise<void>
  /** Makes sure that exactly this secret is an admin token of user `admin` (HEARTH_ADMIN_TOKEN or data/admin-token). */
  ensureAdmin(secret: string): Promise<void>
}

/** Client devices (a phone, a browser) paired by a code. */
export interface PairedDevices {
  /** A single-use code of 8 characters, good for 10 minutes. */
  openPairing(user: string): Promise<{ readonly code: string; readonly expires_at: number }>
  /** @throws `policy_unauthenticated` for a wrong, used or expired code; after 10 wrong tries within a minute `policy_rate_limited`. */
  redeem(code: string, deviceName: string): Promise<{ readonly device_id: string; readonly device_secret: string }>
  /** A session token of 15 minutes. @throws `policy_unauthenticated`. */
  openSession(deviceId: string, deviceSecret: string): Promise<{ readonly token: string; readonly ttl_seconds: number }>
  /** The paired device of that credential; undefined for any other credential, and for a revoked one. */
  get(credentialId: string): Promise<{ readonly id: string; readonly name: string } | undefined>
}

export interface Conversations {
  create(owner: Principal, title: string): Promise<Conversation>
  /**
   * The one used last first. One that is used while somebody reads page by page moves to the front: it may be missing on
   * the pages to come, none is ever shown twice.
   */
  list(owner: Principal, page: PageRequest): Promise<Page<Conversation>>
  get(owner: Principal, id: string): Promise<Conversation | undefined>
  update(
    owner: Principal,
    id: string,
    change: { readonly title: string },
    ifRevision: number | undefined,
  ): Promise<Conversation>
  remove(owner: Principal, id: string, ifRevision: number | undefined): Promise<void>
  /** Those in which all words of the query stand, best first; see `MessageSearch.find`. */
  search(owner: Principal, query: string, page: PageRequest): Promise<Page<Found>>
  /** Oldest first. */
  messages(owner: Principal, id: string, page: PageRequest): Promise<Page<StoredMessageView>>
  message(owner: Principal, messageId: string): Promise<StoredMessageView | undefined>
  blob(owner: Principal, blobId: string): Promise<BlobMeta | undefined>
  /**
   * All of them, or those with the ids, the oldest first, one at a time: what changes meanwhile is as it is when its turn
   * comes. A picture that cannot be read becomes a text that says so.
   */
  exportAll(owner: Principal, ids?: readonly string[]): AsyncIterable<ExportedConversation>
  /**
   * Makes them the owner's, with their ids where those are free; what the owner has already is skipped, so that the same
   * file may come twice. All are looked at before the first is made; each is made whole.
   * @throws HearthError `caller_invalid_request` with `details.param`, such as `conversations[0].messages[2].parent_id`.
   */
  importAll(owner: Principal, conversations: readonly ExportedConversation[]): Promise<ImportReport>
}

export interface Change {
  readonly revision: number
  readonly kind: string
  readonly name: string
  readonly action: 'created' | 'updated' | 'removed'
  readonly declared_version: string | null
  readonly at: number
}
