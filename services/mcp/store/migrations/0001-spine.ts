import { type CreateTableBuilder, type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Settings, credentials, conversations, blobs, the change log. Never edited once released; later ones add. */
export const spine: Migration = {
  up: async (database: Kysely<unknown>) => {
    await createSettings(database)
    await createCredentials(database)
    await createHistory(database)
  },
}

function strict<Table extends string, Columns extends string>(
  table: CreateTableBuilder<Table, Columns>,
): CreateTableBuilder<Table, Columns> {
  return table.modifyEnd(sql`strict`)
}

async function createSettings(database: Kysely<unknown>): Promise<void> {
  for (const name of ['model_profiles', 'users']) {
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
  const changes = database.schema
    .createTable('changes')
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('declared_version', 'text')
    .addColumn('at', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('changes_key', ['revision', 'kind', 'name'])
  await strict(changes).execute()
  const meta = database.schema
    .createTable('meta')
    .addColumn('id', 'integer', (column) => column.primaryKey().check(sql`id = 1`))
    .addColumn('epoch', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('declared_version', 'text')
  await strict(meta).execute()
}

async function createCredentials(database: Kysely<unknown>): Promise<void> {
  const tokens = database.schema
    .createTable('api_tokens')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('secret_hash', 'text', (column) => column.notNull().unique())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('parent_id', 'text', (column) => column.references('api_tokens.id').onDelete('cascade'))
    .addColumn('user_name', 'text')
    .addColumn('role', 'text')
    .addColumn('scopes', 'text')
    .addColumn('is_bootstrap', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'integer', (column) => column.notNull())
    .addColumn('expires_at', 'integer')
    .addColumn('last_used_at', 'integer')
    .addColumn('revoked_at', 'integer')
  await strict(tokens).execute()
  await database.schema.createIndex('api_tokens_parent').on('api_tokens').column('parent_id').execute()
  const pairings = database.schema
    .createTable('pairings')
    .addColumn('code_hash', 'text', (column) => column.notNull().primaryKey())
    .addColumn('user_name', 'text', (column) => column.notNull())
    .addColumn('created_at', 'integer', (column) => column.notNull())
    .addColumn('expires_at', 'integer', (column) => column.notNull())
  await strict(pairings).execute()
}

async function createHistory(database: Kysely<unknown>): Promise<void> {
  const conversations = database.schema
    .createTable('conversations')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'integer', (column) => column.notNull())
    .addColumn('updated_at', 'integer', (column) => column.notNull())
  await strict(conversations).execute()
  const byOwner = database.schema.createIndex('conversations_owner').on('conversations')
  await byOwner.columns(['owner', 'updated_at', 'id']).execute()
  await createMessages(database)
  const blobs = database.schema
    .createTable('blobs')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('media_type', 'text', (column) => column.notNull())
    .addColumn('byte_length', 'integer', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('bytes', 'blob')
    .addColumn('created_at', 'integer', (column) => column.notNull())
  await strict(blobs).execute()
}

async function createMessages(database: Kysely<unknown>): Promise<void> {
  const messages = database.schema
    .createTable('messages')
    .addColumn('id', 'text', (column) => column.notNull().primaryKey())
    .addColumn('conversation_id', 'text', (column) =>
      column.notNull().references('conversations.id').onDelete('cascade'),
    )
    .addColumn('ordinal', 'integer', (column) => column.notNull())
    .addColumn('parent_id', 'text', (column) => column.references('messages.id').onDelete('cascade'))
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text', (column) => column.unique())
    .addColumn('profile', 'text')
    .addColumn('provider', 'text')
    .addColumn('model', 'text')
    .addColumn('usage', 'text')
    .addColumn('attempts', 'text', (column) => column.notNull())
    .addColumn('error_code', 'text')
    .addColumn('error_message', 'text')
    .addColumn('created_at', 'integer', (column) => column.notNull())
    .addUniqueConstraint('messages_order', ['conversation_id', 'ordinal'])
  await strict(messages).execute()
  await database.schema.createIndex('messages_parent').on('messages').column('parent_id').execute()
  const parts = database.schema
    .createTable('parts')
    .addColumn('message_id', 'text', (column) => column.notNull().references('messages.id').onDelete('cascade'))
    .addColumn('ordinal', 'integer', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('text', 'text')
    .addColumn('call_id', 'text')
    .addColumn('name', 'text')
    .addColumn('blob_id', 'text')
    .addColumn('media_type', 'text')
    .addPrimaryKeyConstraint('parts_key', ['message_id', 'ordinal'])
  await strict(parts).execute()
}
