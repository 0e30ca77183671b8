import type { Kysely, Transaction } from 'kysely'
import { mcpServerSpec } from '../../common/contracts/mcp-server.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { StoreDatabase } from './database-schema.ts'
import { parseSpec } from './effective-objects.ts'
import type { SealKey } from './seal-key.ts'
import { open, seal } from './secret-box.ts'
import type { SealedSecrets } from './store.ts'

interface SealedDeps {
  readonly database: Kysely<StoreDatabase>
  readonly key: SealKey
  readonly clock: () => number
  readonly log: Logger
}

/** A sign-in at an MCP server is kept under this and the server's name. */
export const signInPrefix = 'mcp-oauth:'

/** Forgets the sign-ins at servers that are gone, or no longer reached at an address. */
export async function dropSignIns(transaction: Transaction<StoreDatabase>): Promise<void> {
  const kept = await transaction
    .selectFrom('sealed_secrets')
    .select('name')
    .where('name', 'like', `${signInPrefix}%`)
    .execute()
  if (kept.length === 0) return
  const servers = await transaction.selectFrom('mcp_servers').select(['name', 'spec']).execute()
  const reached = new Set(servers.filter(isReached).map(({ name }) => signInPrefix + name))
  for (const { name } of kept)
    if (!reached.has(name)) await transaction.deleteFrom('sealed_secrets').where('name', '=', name).execute()
}

/** What cannot be read may be reached. */
function isReached({ spec }: { readonly spec: string }): boolean {
  const server = parseSpec(spec, mcpServerSpec)
  return server === undefined || server.url !== undefined
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
