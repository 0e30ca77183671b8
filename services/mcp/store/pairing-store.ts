import { randomInt } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Role } from '../../common/contracts/principal.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { StoreDatabase } from './database-schema.ts'
import { createSecret, hashSecret, rightsOf } from './effective-rights.ts'
import { unauthenticated } from './identity-store.ts'
import { assertPortable } from './portable-domain.ts'
import type { SettingsLedger } from './settings-ledger.ts'
import type { PairedDevices } from './store.ts'
import { credentialChange, newRow, roleOf } from './token-store.ts'

interface PairingDeps {
  readonly database: Kysely<StoreDatabase>
  readonly ledger: SettingsLedger
  readonly roles: () => Promise<ReadonlyMap<string, Role>>
  readonly createId: () => string
  readonly clock: () => number
}

/** Without 0/O, 1/I/L: read aloud and typed on a phone. 31 characters, so a code has 39 bits. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'
const CODE_LENGTH = 8
const CODE_TTL_MS = 600_000
const SESSION_TTL_SECONDS = 900
const MAX_WRONG_TRIES = 10
const WRONG_TRIES_WINDOW_MS = 60_000

/** Pairing code → device secret → 15-minute session. Secrets are kept as SHA-256 only. */
export class PairingStore implements PairedDevices {
  readonly #deps: PairingDeps
  #wrongTries: readonly number[] = []

  constructor(deps: PairingDeps) {
    this.#deps = deps
  }

  async openPairing(user: string): Promise<{ readonly code: string; readonly expires_at: number }> {
    roleOf(user, await this.#deps.roles())
    const code = Array.from({ length: CODE_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('')
    const created_at = this.#deps.clock()
    const expires_at = created_at + CODE_TTL_MS
    await this.#deps.database
      .insertInto('pairings')
      .values({ code_hash: hashSecret(code), user_name: user, created_at, expires_at })
      .execute()
    return { code, expires_at }
  }

  async redeem(
    code: string,
    deviceName: string,
  ): Promise<{ readonly device_id: string; readonly device_secret: string }> {
    assertPortable(deviceName, 'device_name')
    const secret = createSecret('device')
    const id = `dev_${this.#deps.createId()}`
    await this.#deps.ledger.write(async (transaction, stamp) => {
      // Inside the transaction tries come one by one, so that many at once cannot pass together.
      this.#assertMayTry()
      const pairing = await transaction
        .deleteFrom('pairings')
        .where('code_hash', '=', hashSecret(normalise(code)))
        .returning(['user_name', 'expires_at'])
        .executeTakeFirst()
      if (pairing === undefined || pairing.expires_at <= stamp.at) throw this.#wrongCode()
      const row = newRow({ id, kind: 'device', name: deviceName, user: pairing.user_name, secret, at: stamp.at })
      await transaction.insertInto('api_tokens').values(row).execute()
      return { result: undefined, changes: [credentialChange(id, 'created')] }
    })
    return { device_id: id, device_secret: secret }
  }

  async openSession(
    deviceId: string,
    deviceSecret: string,
  ): Promise<{ readonly token: string; readonly ttl_seconds: number }> {
    const device = await this.#deps.database
      .selectFrom('api_tokens')
      .selectAll()
      .where('id', '=', deviceId)
      .where('secret_hash', '=', hashSecret(deviceSecret))
      .where('kind', '=', 'device')
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (device === undefined || rightsOf(device, await this.#deps.roles()) === undefined) throw unauthenticated()
    const token = createSecret('session')
    const at = this.#deps.clock()
    const row = newRow({
      id: `ses_${this.#deps.createId()}`,
      kind: 'session',
      name: device.name,
      parentId: device.id,
      ...(device.user_name === null ? {} : { user: device.user_name }),
      secret: token,
      at,
      expiresAt: at + SESSION_TTL_SECONDS * 1000,
    })
    await this.#deps.database.insertInto('api_tokens').values(row).execute()
    return { token, ttl_seconds: SESSION_TTL_SECONDS }
  }

  async get(credentialId: string): Promise<{ readonly id: string; readonly name: string } | undefined> {
    return await this.#deps.database
      .selectFrom('api_tokens')
      .select(['id', 'name'])
      .where('id', '=', credentialId)
      .where('kind', '=', 'device')
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
  }

  /** Drops sessions and codes that have ended. */
  async prune(): Promise<void> {
    const now = this.#deps.clock()
    const { database } = this.#deps
    await database.deleteFrom('api_tokens').where('kind', '=', 'session').where('expires_at', '<=', now).execute()
    await database.deleteFrom('pairings').where('expires_at', '<=', now).execute()
  }

  #assertMayTry(): void {
    const now = this.#deps.clock()
    this.#wrongTries = this.#wrongTries.filter((at) => now - at < WRONG_TRIES_WINDOW_MS)
    const oldest = this.#wrongTries[0]
    if (oldest === undefined || this.#wrongTries.length < MAX_WRONG_TRIES) return
    throw new HearthError('policy_rate_limited', 'Too many wrong pairing codes; wait a minute.', {
      details: { retryAfterMs: oldest + WRONG_TRIES_WINDOW_MS - now },
    })
  }

  #wrongCode(): HearthError {
    this.#wrongTries = [...this.#wrongTries, this.#deps.clock()]
    return new HearthError(
      'policy_unauthenticated',
      'The pairing code is wrong, used or older than 10 minutes; ask for a new one.',
    )
  }
}

function normalise(code: string): string {
  return code.toUpperCase().replaceAll(/[\s-]/g, '')
}
