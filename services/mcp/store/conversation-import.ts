import type { Kysely, Transaction } from 'kysely'
import type { History } from '../../common/contracts/history.ts'
import type { TellChange } from './conversation-news.ts'
import type { StoreDatabase } from './database-schema.ts'
import {
  assertImportable,
  foreignBlobs,
  hasOwnIds,
  type ImportRows,
  importRows,
  keepId,
  missingBlob,
  type RenameId,
  renamedFor,
} from './import-plan.ts'
import type { ExportedConversation, ImportReport } from './views.ts'

interface ImportDeps {
  readonly database: Kysely<StoreDatabase>
  readonly history: Pick<History, 'putBlob'>
  readonly tell: TellChange
}

/** Values of one `in`, rows of one insert: SQLite takes 32,766 values. */
const AT_ONCE = 500

/** `Conversations.importAll` for that principal id. */
export async function importConversations(
  deps: ImportDeps,
  owner: string,
  conversations: readonly ExportedConversation[],
): Promise<ImportReport> {
  for (const [index, conversation] of conversations.entries()) {
    const path = `conversations[${index}]`
    assertImportable(conversation, path)
    await assertOwnsBlobs(deps.database, owner, foreignBlobs(conversation, path))
  }
  const imported: string[] = []
  const skipped: string[] = []
  for (const conversation of conversations) {
    const { id, isNew } = await importOne(deps, owner, conversation)
    if (isNew) imported.push(id)
    else skipped.push(id)
  }
  return { imported, skipped }
}

interface Imported {
  readonly id: string
  /** False: it was there already. */
  readonly isNew: boolean
}

async function importOne(deps: ImportDeps, owner: string, conversation: ExportedConversation): Promise<Imported> {
  const before = await findOwn(deps.database, owner, conversation.id)
  if (before !== undefined) return { id: before, isNew: false }
  const blobs = new Map<string, string>()
  for (const { id, media_type: mediaType, data } of conversation.blobs)
    blobs.set(id, await deps.history.putBlob({ owner, mediaType, bytes: Buffer.from(data, 'base64') }))
  const made = await deps.database.transaction().execute(async (transaction): Promise<Imported> => {
    // Another import of the same file may have made it while the pictures were stored.
    const kept = await findOwn(transaction, owner, conversation.id)
    if (kept !== undefined) return { id: kept, isNew: false }
    const rename = (await canKeepIds(transaction, conversation)) ? keepId : renamedFor(owner, conversation.id)
    const rows = importRows(conversation, rename, (id) => blobs.get(id) ?? id)
    return { id: await insertConversation(transaction, { owner, conversation, rename, rows }), isNew: true }
  })
  if (made.isNew) deps.tell({ conversation: made.id, owner, change: 'created' })
  return made
}

async function insertConversation(
  transaction: Transaction<StoreDatabase>,
  made: {
    readonly owner: string
    readonly conversation: ExportedConversation
    readonly rename: RenameId
    readonly rows: ImportRows
  },
): Promise<string> {
  const { title, created_at, updated_at } = made.conversation
  const id = made.rename('conv', made.conversation.id)
  const row = { id, owner: made.owner, title, revision: 1, created_at, updated_at }
  await transaction.insertInto('conversations').values(row).execute()
  for (const rows of slices(made.rows.messages)) await transaction.insertInto('messages').values(rows).execute()
  for (const rows of slices(made.rows.parts)) await transaction.insertInto('parts').values(rows).execute()
  return id
}

/** The owner's conversation that an import of that id made, or that it was taken from. */
async function findOwn(database: Kysely<StoreDatabase>, owner: string, id: string): Promise<string | undefined> {
  const found = await database
    .selectFrom('conversations')
    .select('id')
    .where('owner', '=', owner)
    .where('id', 'in', [id, renamedFor(owner, id)('conv', id)])
    .executeTakeFirst()
  return found?.id
}

async function canKeepIds(
  transaction: Transaction<StoreDatabase>,
  conversation: ExportedConversation,
): Promise<boolean> {
  if (!hasOwnIds(conversation)) return false
  const { id, messages } = conversation
  const same = await transaction.selectFrom('conversations').select('id').where('id', '=', id).executeTakeFirst()
  if (same !== undefined) return false
  const runs = messages.flatMap(({ run_id }) => (run_id === null ? [] : [run_id]))
  const isTaken = async (column: 'id' | 'run_id', values: readonly string[]): Promise<boolean> =>
    (await transaction.selectFrom('messages').select('id').where(column, 'in', values).limit(1).execute()).length > 0
  for (const ids of slices(messages.map((message) => message.id))) if (await isTaken('id', ids)) return false
  for (const ids of slices(runs)) if (await isTaken('run_id', ids)) return false
  return true
}

async function assertOwnsBlobs(
  database: Kysely<StoreDatabase>,
  owner: string,
  named: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [id, param] of named) {
    const blobs = database.selectFrom('blobs').select('id').where('id', '=', id).where('owner', '=', owner)
    if ((await blobs.executeTakeFirst()) === undefined) throw missingBlob(param)
  }
}

function* slices<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let first = 0; first < items.length; first += AT_ONCE) yield items.slice(first, first + AT_ONCE)
}
