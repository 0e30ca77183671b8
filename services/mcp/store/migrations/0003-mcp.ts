import { type CreateTableBuilder, type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** MCP servers and their switches, devices, what is known of upstreams, the audit, sealed secrets. */
export const mcp: Migration = {
  up: async (database: Kysely<unknown>) => {
    await createSettings(database)
    await createSwitches(database)
    await createTools(database)
    await createUpstreams(database)
    await createRecords(database)
  },
}

function strict<Table extends string, Columns extends string>(
  table: CreateTableBuilder<Table, Columns>,
): CreateTableBuilder<Table, Columns> {
  return table.modifyEnd(sql`strict`)
}

async function createSettings(database: Kysely<unknown>): Promise<void> {
  for (const name of ['mcp_servers', 'devices']) {
    const table = database.schema
      .createTable(name)
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('spec', 'text', (column) => column.notNull())
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'integer', (column) => column.notNull())
      .addColumn('updated_at', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint(`${name}_key`, ['name', 'origin'])
    await strict(table).execute()
  }
}

async function createSwitches(database: Kysely<unknown>): Promise<void> {
  const switches = database.schema
    .createTable('mcp_server_switches')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('declared', 'integer', (column) => column.notNull())
    .addColumn('enabled', 'integer', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('updated_at', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('mcp_server_switches_key', ['name', 'origin'])
  await strict(switches).execute()
}

async function createTools(database: Kysely<unknown>): Promise<void> {
  const tools = database.schema
    .createTable('tools')
    .addColumn('server', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('exposed_name', 'text', (column) => column.notNull().unique())
    .addColumn('definition', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('approved_hash', 'text')
    .addColumn('approved_definition', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('enabled', 'integer', (column) => column.notNull())
    .addColumn('pinned', 'integer', (column) => column.notNull())
    .addColumn('first_seen_at', 'integer', (column) => column.notNull())
    .addColumn('gone_at', 'integer')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('tools_key', ['server', 'name'])
  await strict(tools).execute()
  await database.schema.createIndex('tools_revision').on('tools').column('revision').execute()
}

async function createUpstreams(database: Kysely<unknown>): Promise<void> {
  const listings = database.schema
    .createTable('upstream_listings')
    .addColumn('server', 'text', (column) => column.notNull().primaryKey())
    .addColumn('listing', 'text', (column) => column.notNull())
    .addColumn('listed_at', 'integer', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
  await strict(listings).execute()
  const verdicts = database.schema
    .createTable('upstream_verdicts')
    .addColumn('server', 'text', (column) => column.notNull().primaryKey())
    .addColumn('config_hash', 'text', (column) => column.notNull())
    .addColumn('prior', 'text', (column) => column.notNull())
    .addColumn('at', 'integer', (column) => column.notNull())
  await strict(verdicts).execute()
  const absences = database.schema
    .createTable('upstream_absences')
    .addColumn('server', 'text', (column) => column.notNull().primaryKey())
    .addColumn('since', 'integer', (column) => column.notNull())
  await strict(absences).execute()
}

async function createRecords(database: Kysely<unknown>): Promise<void> {
  const audit = database.schema
    .createTable('audit')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('at', 'integer', (column) => column.notNull())
    .addColumn('principal', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('code', 'text')
    .addColumn('detail', 'text')
  await strict(audit).execute()
  for (const name of ['action', 'target'] as const)
    await database.schema.createIndex(`audit_${name}`).on('audit').column(name).execute()
  const secrets = database.schema
    .createTable('sealed_secrets')
    .addColumn('name', 'text', (column) => column.notNull().primaryKey())
    .addColumn('sealed', 'blob', (column) => column.notNull())
    .addColumn('updated_at', 'integer', (column) => column.notNull())
  await strict(secrets).execute()
}
