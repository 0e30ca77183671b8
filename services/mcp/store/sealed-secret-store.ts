import type { Kysely } from 'kysely'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { StoreDatabase } from './database-schema.ts'
import type { SealKey } from './seal-key.ts'
import { open, seal } from './secret-box.ts'
import type { SealedSecrets } from './store.ts'

interface SealedDeps {
  readonly database: Kysely<StoreDatabase>
  readonly key: SealKey
  readonly clock: () => number
  readonly log: Logger
}

/** Secrets as rows that are worth nothing without the key file. */
export class SealedSecretStore implements SealedSecrets {
  readonly #deps: SealedDeps

  constructor(deps: SealedDeps) {
    this.#deps = deps
  }

  async get(name: string): Promise<string | undefined> {
    const { database, key, log } = this.#deps
    const row = await database.selectFrom('sealed_secrets').select('sealed').where('name', '=', name).executeTakeFirst()
    if (row === undefined) return undefined
    const secret = open(row.sealed, name, await key.get())
    if (secret === undefined) log.error({ name }, 'a stored secret does not open with the key file; sign in again')
    return secret
  }

  async set(name: string, secret: string): Promise<void> {
    const { database, key, clock } = this.#deps
    const row = { name, sealed: seal(secret, name, await key.get()), updated_at: clock() }
    await database.replaceInto('sealed_secrets').values(row).execute()
  }

  async remove(name: string): Promise<void> {
    await this.#deps.database.deleteFrom('sealed_secrets').where('name', '=', name).execute()
  }
}
