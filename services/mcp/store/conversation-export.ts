import type { Kysely } from 'kysely'
import type { History } from '../../common/contracts/history.ts'
import { toHearthError } from '../../common/errors/hearth-error.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { StoreDatabase } from './database-schema.ts'
import { readViews } from './message-reader.ts'
import type { Conversation, ExportedBlob, ExportedConversation, StoredMessageView } from './views.ts'

interface ExportDeps {
  readonly database: Kysely<StoreDatabase>
  readonly history: Pick<History, 'getBlob'>
  readonly log: Logger
}

/** Stands for a picture that cannot be read any more, so that the rest can be exported, and imported again. */
const lostPicture = { type: 'text', text: '[A picture was here; it is lost.]' } as const

/** Messages read at once: no statement may name more than 32,766 of them. */
const MESSAGES_AT_ONCE = 500

/** Every conversation of that owner, or of those the named ones; one is in memory at a time. */
export async function* exportConversations(
  deps: ExportDeps,
  owner: string,
  named?: readonly string[],
): AsyncGenerator<ExportedConversation> {
  const { database } = deps
  const own = database.selectFrom('conversations').select('id').where('owner', '=', owner)
  const wanted = named === undefined ? own : own.where('id', 'in', named)
  for (const { id } of await wanted.orderBy('created_at').orderBy('id').execute()) {
    const conversation = await database.selectFrom('conversations').selectAll().where('id', '=', id).executeTakeFirst()
    if (conversation !== undefined) yield await exportOne(deps, conversation)
  }
}

async function exportOne(deps: ExportDeps, conversation: Conversation): Promise<ExportedConversation> {
  const { id, title, owner, created_at, updated_at } = conversation
  const views = await readAll(deps.database, id)
  const blobs = await readBlobs(deps, owner, views)
  const found = new Set(blobs.map((blob) => blob.id))
  const messages = views.map(({ conversation_id: _, ...message }) => ({
    ...message,
    parts: message.parts.map((part) => (part.type === 'image' && !found.has(part.blob_id) ? lostPicture : part)),
  }))
  return { id, title, created_at, updated_at, messages, blobs }
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

/** Those that can be read. */
async function readBlobs(
  { history, log }: ExportDeps,
  owner: string,
  messages: readonly StoredMessageView[],
): Promise<readonly ExportedBlob[]> {
  const parts = messages.flatMap((message) => message.parts)
  const ids = new Set(parts.flatMap((part) => (part.type === 'image' ? [part.blob_id] : [])))
  const blobs: ExportedBlob[] = []
  for (const id of ids) {
    try {
      const { mediaType, bytes } = await history.getBlob(id, owner)
      blobs.push({ id, media_type: mediaType, data: Buffer.from(bytes).toString('base64') })
    } catch (error) {
      const { code } = toHearthError(error)
      log.error({ code, blob: id }, 'a picture cannot be read and is left out of the export')
    }
  }
  return blobs
}
