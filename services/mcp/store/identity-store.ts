import type { Kysely } from 'kysely'
import type { Identity } from '../../common/contracts/identity.ts'
import type { Principal, Role } from '../../common/contracts/principal.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { StoreDatabase, TokenRow } from './database-schema.ts'
import { hashSecret, rightsOf } from './effective-rights.ts'
import type { LastUsed } from './last-used.ts'
import { RememberedPrincipals } from './remembered-principals.ts'

interface IdentityDeps {
  readonly database: Kysely<StoreDatabase>
  /** Of all settings: with every write, of credentials too, what is remembered ends. */
  readonly revision: () => number
  readonly roles: () => Promise<ReadonlyMap<string, Role>>
  readonly lastUsed: LastUsed
  readonly clock: () => number
}

/** Longer ones are none of ours; they are not even hashed. */
const MAX_TOKEN_LENGTH = 512

/** Bearer tokens by the SHA-256 of their secret. A device secret is no bearer token: it only opens sessions. */
export class IdentityStore implements Identity {
  readonly #deps: IdentityDeps
  readonly #remembered: RememberedPrincipals

  constructor(deps: IdentityDeps) {
    this.#deps = deps
    this.#remembered = new RememberedPrincipals(deps)
  }

  async authenticate(token: string, signal: AbortSignal): Promise<Principal> {
    if (signal.aborted) throw new HearthError('caller_cancelled', 'The request was cancelled.')
    if (token.length > MAX_TOKEN_LENGTH) throw unauthenticated()
    const hash = hashSecret(token)
    const principal = this.#remembered.get(hash) ?? (await this.#look(hash))
    if ((principal.expiresAt ?? Infinity) <= this.#deps.clock()) throw unauthenticated()
    return principal
  }

  /** @throws HearthError `policy_unauthenticated`. */
  async #look(hash: string): Promise<Principal> {
    const asOf = this.#deps.revision()
    const presented = await this.#find(hash)
    if (presented === undefined) throw unauthenticated()
    const durable = presented.kind === 'session' ? await this.#parentOf(presented) : presented
    const principal = toPrincipal(presented, durable, await this.#deps.roles())
    if (durable === undefined || principal === undefined) throw unauthenticated()
    this.#deps.lastUsed.note(durable.id, durable.last_used_at)
    this.#remembered.set(hash, principal, asOf)
    return principal
  }

  async #find(secretHash: string): Promise<TokenRow | undefined> {
    return await this.#live().where('secret_hash', '=', secretHash).where('kind', '!=', 'device').executeTakeFirst()
  }

  async #parentOf(session: TokenRow): Promise<TokenRow | undefined> {
    return await this.#live().where('id', '=', session.parent_id).executeTakeFirst()
  }

  #live() {
    return this.#deps.database.selectFrom('api_tokens').selectAll().where('revoked_at', 'is', null)
  }
}

/** A session is worth what its device is worth now, and ends with whichever ends first. */
function toPrincipal(
  presented: TokenRow,
  durable: TokenRow | undefined,
  roles: ReadonlyMap<string, Role>,
): Principal | undefined {
  const rights = durable === undefined ? undefined : rightsOf(durable, roles)
  if (durable === undefined || rights === undefined) return undefined
  const end = Math.min(presented.expires_at ?? Infinity, durable.expires_at ?? Infinity)
  return {
    ...(durable.user_name === null
      ? { id: `token:${durable.id}` }
      : { id: `user:${durable.user_name}`, user: durable.user_name }),
    ...rights,
    credentialId: durable.id,
    ...(end === Infinity ? {} : { expiresAt: end }),
  }
}

export function unauthenticated(): HearthError {
  return new HearthError('policy_unauthenticated', 'The token is unknown, expired or revoked; sign in again.')
}
