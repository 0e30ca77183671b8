import type { ModelProfile } from './model-profile.ts'
import type { Role, Scope } from './principal.ts'
import type { User } from './user.ts'

/** Kinds of settings a snapshot may hold and a doorbell may name. */
export const settingKinds = ['profiles', 'users', 'credentials', 'mcp_servers', 'tools', 'devices'] as const
export type SettingKind = (typeof settingKinds)[number]

/** Names one state of all settings: `epoch` changes when the store is new, `revision` grows with every settings write. */
export interface SettingsVersion {
  readonly epoch: string
  readonly revision: number
}

/** Effective settings, as every consumer uses them. Immutable; swapped whole. */
export interface Snapshot extends SettingsVersion {
  readonly profiles: readonly ModelProfile[]
  readonly users: readonly User[]
  /** Live credentials without their secrets: a session whose credential is missing here has ended. */
  readonly credentials: readonly CredentialRecord[]
}

export interface CredentialRecord {
  readonly id: string
  readonly user?: string
  readonly role: Role
  readonly scopes: readonly Scope[]
  /** Epoch milliseconds; absent: never ends. */
  readonly expiresAt?: number
}

/** Effective settings, read from mcp. In process a function call, else REST with `If-None-Match`. */
export interface Settings {
  /**
   * The snapshot, or undefined when it still is at `known`.
   * @throws HearthError `store_unavailable`, `gateway_config_unavailable`.
   */
  snapshot(known: SettingsVersion | undefined, signal: AbortSignal): Promise<Snapshot | undefined>
}

/** What each channel of the bus carries. */
export interface Channels {
  readonly settings: Doorbell
  readonly conversations: ConversationChange
}

export interface ChangeListener<Message> {
  onMessage(message: Message): void
  /** Once, after the subscription stands: what was published before is missed, so read what you need now. */
  onSubscribed?(): void
}

/** Says at once that something changed. What is lost is found by reading again; nothing else hangs on it. */
export interface ChangeBus {
  publish<Name extends keyof Channels>(channel: Name, message: Channels[Name]): void
  /** Ends with `signal`. */
  subscribe<Name extends keyof Channels>(
    channel: Name,
    listener: ChangeListener<Channels[Name]>,
    signal: AbortSignal,
  ): void
}

/** The doorbell: says that settings changed, never what. */
export interface Doorbell extends SettingsVersion {
  readonly kinds: readonly SettingKind[]
}

/** A conversation changed; its owner's clients read it again. */
export interface ConversationChange {
  readonly conversation: string
  /** Principal id. */
  readonly owner: string
  /** `created`, `asked` (a run began), `answered` (its answer is kept), `renamed`, `removed`. */
  readonly change: ConversationChangeKind
  /** Of the run that began or ended. */
  readonly runId?: string
}

export const conversationChanges = ['created', 'asked', 'answered', 'renamed', 'removed'] as const
export type ConversationChangeKind = (typeof conversationChanges)[number]
