import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { spine } from './0001-spine.ts'
import { search } from './0002-search.ts'
import { mcp } from './0003-mcp.ts'

/** Every migration ever released, run in the order of their names. Append only. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-spine': spine,
  '0002-search': search,
  '0003-mcp': mcp,
}

/**
 * Brings the database to the newest schema, all or nothing. Run by the process that holds the database's lock.
 * @throws HearthError `store_unavailable`, also when a newer Hearth made the database.
 */
export async function migrate<Database>(database: Kysely<Database>): Promise<void> {
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error === undefined) return
  throw new HearthError(
    'store_unavailable',
    'The database could not be brought to this version; if a newer Hearth has used it, run that one again.',
    { cause: error, retryable: false },
  )
}
