import type { Kysely } from 'kysely'
import type { History } from '../../common/contracts/history.ts'
import type { StoreDatabase } from './database-schema.ts'
import { readViews } from './message-reader.ts'
import type { Conversation, ExportedBlob, ExportedConversation, StoredMessageView } from './views.ts'

interface ExportDeps {
  readonly database: Kysely<StoreDatabase>
  readonly history: Pick<History, 'getBlob'>
}

/** Messages read at once: no statement may name more than 32,766 of them. */
const MESSAGES_AT_ONCE = 500

/** Every conversation of that owner; one is in memory at a time. */
export async function* exportConversations(deps: ExportDeps, owner: string): AsyncGenerator<ExportedConversation> {
  const { database } = deps
  const ids = await database
    .selectFrom('conversations')
    .select('id')
    .where('owner', '=', owner)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  for (const { id } of ids) {
    const conversation = await database.selectFrom('conversations').selectAll().where('id', '=', id).executeTakeFirst()
    if (conversation !== undefined) yield await exportOne(deps, conversation)
  }
}

async function exportOne(deps: ExportDeps, conversation: Conversation): Promise<ExportedConversation> {
  const { id, title, owner, created_at, updated_at } = conversation
  const views = await readAll(deps.database, id)
  const messages = views.map(({ conversation_id: _, ...message }) => message)
  return { id, title, created_at, updated_at, messages, blobs: await readBlobs(deps.history, owner, views) }
}

async function readAll(database: Kysely<StoreDatabase>, conversation: string): Promise<readonly StoredMessageView[]> {
  const views: StoredMessageView[] = []
  for (let after = 0; ; ) {
    const rows = await database
      .selectFrom('messages')
      .selectAll()
      .where('conversation_id', '=', conversation)
      .where('ordinal', '>', after)
      .orderBy('ordinal')
      .limit(MESSAGES_AT_ONCE)
      .execute()
    views.push(...(await readViews(database, rows)))
    const last = rows.at(-1)
    if (last === undefined || rows.length < MESSAGES_AT_ONCE) return views
    after = last.ordinal
  }
}

async function readBlobs(
  history: Pick<History, 'getBlob'>,
  owner: string,
  messages: readonly StoredMessageView[],
): Promise<readonly ExportedBlob[]> {
  const parts = messages.flatMap((message) => message.parts)
  const ids = new Set(parts.flatMap((part) => (part.type === 'image' ? [part.blob_id] : [])))
  const blobs: ExportedBlob[] = []
  for (const id of ids) {
    const { mediaType, bytes } = await history.getBlob(id, owner)
    blobs.push({ id, media_type: mediaType, data: Buffer.from(bytes).toString('base64') })
  }
  return blobs
}
