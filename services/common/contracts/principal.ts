/** What a token may do. `admin` includes all others. */
export const scopes = ['chat', 'read', 'settings', 'devices', 'tools', 'admin'] as const
export type Scope = (typeof scopes)[number]

export const roles = ['admin', 'member', 'guest'] as const
export type Role = (typeof roles)[number]

/** Who asks. `id` is `user:<name>`, or `token:<id>` for a token without a user. */
export interface Principal {
  readonly id: string
  readonly user?: string
  readonly role: Role
  readonly scopes: readonly Scope[]
  /** The durable credential (API token or paired device) behind this principal; revoking it ends every session. */
  readonly credentialId: string
  /** When the presented token ends, epoch milliseconds; absent: never. */
  readonly expiresAt?: number
}
