import type { Kysely, Transaction } from 'kysely'
import type { History } from '../../common/contracts/history.ts'
import type { Principal } from '../../common/contracts/principal.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { BackgroundIndex } from './background-index.ts'
import { exportConversations } from './conversation-export.ts'
import { importConversations } from './conversation-import.ts'
import type { TellChange } from './conversation-news.ts'
import type { StoreDatabase } from './database-schema.ts'
import { decodeCursor, numberCursor, timeCursor, toPage } from './keyset-cursor.ts'
import { readViews } from './message-reader.ts'
import type { MessageSearch } from './message-search.ts'
import { notFound, type WriterDeps } from './message-writer.ts'
import { assertPortable } from './portable-domain.ts'
import { RevisionMismatch } from './revision-mismatch.ts'
import type { Conversations, PageRequest } from './store.ts'
import type {
  BlobMeta,
  Conversation,
  ExportedConversation,
  Found,
  ImportReport,
  Page,
  StoredMessageView,
} from './views.ts'

interface ConversationDeps extends WriterDeps {
  readonly database: Kysely<StoreDatabase>
  readonly search: Pick<MessageSearch, 'find'>
  readonly index: Pick<BackgroundIndex, 'flush'>
  readonly tell: TellChange
  readonly history: Pick<History, 'getBlob' | 'putBlob'>
  readonly log: Logger
}

/** Conversations as their owner sees them; to everyone else, admins included, they do not exist. */
export class ConversationStore implements Conversations {
  readonly #deps: ConversationDeps

  constructor(deps: ConversationDeps) {
    this.#deps = deps
  }

  async create(owner: Principal, title: string): Promise<Conversation> {
    assertPortable(title, 'title')
    const at = this.#deps.clock()
    const id = `conv_${this.#deps.createId()}`
    const row = { id, owner: owner.id, title, revision: 1, created_at: at, updated_at: at }
    await this.#deps.database.insertInto('conversations').values(row).execute()
    this.#deps.tell({ conversation: id, owner: owner.id, change: 'created' })
    return row
  }

  async list(owner: Principal, page: PageRequest): Promise<Page<Conversation>> {
    const after = decodeCursor(timeCursor, page)
    const query = this.#deps.database
      .selectFrom('conversations')
      .selectAll()
      .where('owner', '=', owner.id)
      .orderBy('updated_at', 'desc')
      .orderBy('id', 'desc')
      .limit(page.limit + 1)
    const rows = await (after === undefined
      ? query
      : query.where((is) => is(is.refTuple('updated_at', 'id'), '<', is.tuple(...after)))
    ).execute()
    return toPage(rows, page.limit, { item: (row) => row, key: (row) => [row.updated_at, row.id] })
  }

  async get(owner: Principal, id: string): Promise<Conversation | undefined> {
    return await readConversation(this.#deps.database, owner, id)
  }

  async update(
    owner: Principal,
    id: string,
    change: { readonly title: string },
    ifRevision: number | undefined,
  ): Promise<Conversation> {
    assertPortable(change.title, 'title')
    const changed = await this.#deps.database.transaction().execute(async (transaction) => {
      const current = await claim(transaction, { owner, id, ifRevision })
      const next = { title: change.title, revision: current.revision + 1, updated_at: this.#deps.clock() }
      await transaction.updateTable('conversations').set(next).where('id', '=', id).execute()
      return { ...current, ...next }
    })
    this.#deps.tell({ conversation: id, owner: owner.id, change: 'renamed' })
    return changed
  }

  async remove(owner: Principal, id: string, ifRevision: number | undefined): Promise<void> {
    await this.#deps.database.transaction().execute(async (transaction) => {
      await claim(transaction, { owner, id, ifRevision })
      await transaction.deleteFrom('conversations').where('id', '=', id).execute()
    })
    this.#deps.tell({ conversation: id, owner: owner.id, change: 'removed' })
  }

  async search(owner: Principal, query: string, page: PageRequest): Promise<Page<Found>> {
    await this.#deps.index.flush()
    return await this.#deps.search.find(owner.id, query, page)
  }

  async messages(owner: Principal, id: string, page: PageRequest): Promise<Page<StoredMessageView>> {
    const after = decodeCursor(numberCursor, page)?.[0] ?? 0
    const { database } = this.#deps
    if ((await readConversation(database, owner, id)) === undefined) throw notFound('conversation')
    const rows = await database
      .selectFrom('messages')
      .selectAll()
      .where('conversation_id', '=', id)
      .where('ordinal', '>', after)
      .orderBy('ordinal')
      .limit(page.limit + 1)
      .execute()
    const { items, ...more } = toPage(rows, page.limit, { item: (row) => row, key: (row) => [row.ordinal] })
    return { items: await readViews(database, items), ...more }
  }

  async message(owner: Principal, messageId: string): Promise<StoredMessageView | undefined> {
    const rows = await this.#deps.database
      .selectFrom('messages')
      .innerJoin('conversations', 'conversations.id', 'messages.conversation_id')
      .selectAll('messages')
      .where('messages.id', '=', messageId)
      .where('conversations.owner', '=', owner.id)
      .execute()
    return (await readViews(this.#deps.database, rows))[0]
  }

  async blob(owner: Principal, blobId: string): Promise<BlobMeta | undefined> {
    return await this.#deps.database
      .selectFrom('blobs')
      .select(['id', 'media_type', 'byte_length', 'created_at'])
      .where('id', '=', blobId)
      .where('owner', '=', owner.id)
      .executeTakeFirst()
  }

  exportAll(owner: Principal, ids?: readonly string[]): AsyncIterable<ExportedConversation> {
    return exportConversations(this.#deps, owner.id, ids)
  }

  async importAll(owner: Principal, conversations: readonly ExportedConversation[]): Promise<ImportReport> {
    return await importConversations(this.#deps, owner.id, conversations)
  }
}

async function readConversation(
  database: Kysely<StoreDatabase>,
  owner: Principal,
  id: string,
): Promise<Conversation | undefined> {
  return await database
    .selectFrom('conversations')
    .selectAll()
    .where('id', '=', id)
    .where('owner', '=', owner.id)
    .executeTakeFirst()
}

/** The conversation to change, if it is the owner's and still as the caller read it. */
async function claim(
  transaction: Transaction<StoreDatabase>,
  wanted: { readonly owner: Principal; readonly id: string; readonly ifRevision: number | undefined },
): Promise<Conversation> {
  const current = await readConversation(transaction, wanted.owner, wanted.id)
  if (current === undefined) throw notFound('conversation')
  if (wanted.ifRevision !== undefined && wanted.ifRevision !== current.revision)
    throw new RevisionMismatch(current.revision)
  return current
}
