import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { describe, expect, it } from 'vitest'
import { mcpServerSpec } from '../../../services/common/contracts/mcp-server.ts'
import { spine } from '../../../services/mcp/store/migrations/0001-spine.ts'
import { search } from '../../../services/mcp/store/migrations/0002-search.ts'
import { never, openTestStore, profileSpec, testFolder } from './open-test-store.ts'

/** A database as 0002 left it, at revision 7, with one profile. */
async function databaseBeforeServers(): Promise<string> {
  const folder = await testFolder()
  const database = new Database(join(folder, 'hearth.db'))
  database.pragma('journal_mode = WAL')
  const kysely = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) })
  const released = { '0001-spine': spine, '0002-search': search }
  const { error } = await new Migrator({
    db: kysely,
    provider: { getMigrations: async () => released },
  }).migrateToLatest()
  if (error !== undefined) throw error
  database.prepare("insert into meta values (1, 'epoch-of-before', 7, 'v1')").run()
  const profile = database.prepare("insert into model_profiles values ('one', 'api', ?, 7, 1, 1)")
  profile.run(JSON.stringify(profileSpec('kept')))
  await kysely.destroy()
  return folder
}

describe('a database from before MCP servers', () => {
  it('keeps what it has, its epoch and its revision, and takes servers, devices, tools, the audit and secrets', async () => {
    const folder = await databaseBeforeServers()
    await using opened = await openTestStore({ folder })
    const { store } = opened
    expect(await store.version()).toEqual({ epoch: 'epoch-of-before', revision: 7 })
    expect(await store.profiles.get('one')).toMatchObject({ targets: [{ model: 'kept' }], revision: 7 })
    expect(await store.mcpServers.all()).toEqual([])
    expect(await store.catalog.load()).toEqual({ tools: [], listings: [], verdicts: [] })
    await store.mcpServers.create('memory', mcpServerSpec.parse({ command: 'memory' }))
    expect(await store.mcpServers.all()).toMatchObject([{ name: 'memory', revision: 8 }])
    expect((await store.homeDevices.list({ limit: 1 })).items).toEqual([])
    expect((await store.audit.list({ limit: 1 }, {})).items).toEqual([])
    await store.sealed.set('name', 'secret')
    expect(await store.sealed.get('name')).toBe('secret')
    expect((await store.settings.snapshot(undefined, never))?.profiles).toHaveLength(1)
  })
})
