import type { Identity } from '../contracts/identity.ts'
import type { Principal } from '../contracts/principal.ts'
import { HearthError } from '../errors/hearth-error.ts'

/** Identity from a map of token to principal. */
export class FakeIdentity implements Identity {
  readonly #principals: Map<string, Principal>
  readonly #clock: () => number

  constructor(principals: Readonly<Record<string, Principal>>, clock: () => number = Date.now) {
    this.#principals = new Map(Object.entries(principals))
    this.#clock = clock
  }

  async authenticate(token: string, _signal: AbortSignal): Promise<Principal> {
    const principal = this.#principals.get(token)
    if (principal === undefined || (principal.expiresAt ?? Infinity) <= this.#clock())
      throw new HearthError('policy_unauthenticated', 'The token is unknown, expired or revoked; sign in again.')
    return principal
  }

  /** The token is refused from now on. */
  revoke(token: string): void {
    this.#principals.delete(token)
  }
}
