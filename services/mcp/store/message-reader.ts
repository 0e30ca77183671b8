import type { Kysely } from 'kysely'
import type { StoredMessage } from '../../common/contracts/history.ts'
import type { MessageRow, PartRow, StoreDatabase } from './database-schema.ts'
import { toMessageView, toStoredMessage } from './message-rows.ts'
import type { StoredMessageView } from './views.ts'

/** The way from the first message of its conversation to this one, oldest first; null: nothing. */
export async function readChain(
  database: Kysely<StoreDatabase>,
  messageId: string | null,
): Promise<readonly StoredMessage[]> {
  if (messageId === null) return []
  const chain = chainTo(database, messageId)
  const messages = await chain
    .selectFrom('chain')
    .innerJoin('messages', 'messages.id', 'chain.id')
    .selectAll('messages')
    .orderBy('chain.depth', 'desc')
    .execute()
  const parts = await chain
    .selectFrom('chain')
    .innerJoin('parts', 'parts.message_id', 'chain.id')
    .selectAll('parts')
    .orderBy('parts.ordinal')
    .execute()
  const partsOf = Map.groupBy(parts, (part) => part.message_id)
  return messages.map((message) => toStoredMessage(message, partsOf.get(message.id) ?? []))
}

function chainTo(database: Kysely<StoreDatabase>, messageId: string) {
  return database.withRecursive('chain(id, parent_id, depth)', (query) =>
    query
      .selectFrom('messages')
      .select((is) => ['messages.id', 'messages.parent_id', is.lit(0).as('depth')])
      .where('messages.id', '=', messageId)
      .unionAll(
        query
          .selectFrom('chain')
          .innerJoin('messages', 'messages.id', 'chain.parent_id')
          .select((is) => ['messages.id', 'messages.parent_id', is('chain.depth', '+', 1).as('depth')]),
      ),
  )
}

/** Views of these rows, in their order. */
export async function readViews(
  database: Kysely<StoreDatabase>,
  messages: readonly MessageRow[],
): Promise<readonly StoredMessageView[]> {
  const partsOf = await readParts(
    database,
    messages.map((message) => message.id),
  )
  return messages.map((message) => toMessageView(message, partsOf.get(message.id) ?? []))
}

async function readParts(
  database: Kysely<StoreDatabase>,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, readonly PartRow[]>> {
  if (messageIds.length === 0) return new Map()
  const query = database.selectFrom('parts').selectAll().where('message_id', 'in', messageIds)
  return Map.groupBy(await query.orderBy('ordinal').execute(), (part) => part.message_id)
}
