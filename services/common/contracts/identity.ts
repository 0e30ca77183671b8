import type { Principal } from './principal.ts'

/** Verifies bearer tokens. Served by mcp. */
export interface Identity {
  /**
   * The principal of a bearer token (API token, session token).
   * @throws HearthError `policy_unauthenticated` when it is unknown, expired or revoked; `store_unavailable`.
   */
  authenticate(token: string, signal: AbortSignal): Promise<Principal>
}
