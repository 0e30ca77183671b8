import type { ModelProfile } from './model-profile.ts'
import type { Role, Scope } from './principal.ts'
import type { User } from './user.ts'

/** Kinds of settings a snapshot may hold and a doorbell may name. */
export const settingKinds = ['profiles', 'users', 'credentials'] as const
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

/** The doorbell: says that something changed, never what. */
export interface ChangeBus {
  publish(message: Doorbell): void
  /** `onRing` for every message, and once after the subscription stands. Ends with `signal`. */
  subscribe(onRing: (message: Doorbell | 'subscribed') => void, signal: AbortSignal): void
}

export interface Doorbell extends SettingsVersion {
  readonly kinds: readonly SettingKind[]
}
