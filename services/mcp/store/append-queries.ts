import { sql } from 'kysely'
import { compileQuery } from './compiled-query.ts'
import type { BlobRow, ConversationRow, MessageRow, PartRow } from './database-schema.ts'

/** The statements of appends, the hot ones: each is compiled once. */

export const ownedConversation = compileQuery<Pick<ConversationRow, 'id' | 'owner'>, Pick<ConversationRow, 'id'>>(
  (database, value) =>
    database.selectFrom('conversations').select('id').where('id', '=', value('id')).where('owner', '=', value('owner')),
)

export const ownerOfConversation = compileQuery<Pick<ConversationRow, 'id'>, Pick<ConversationRow, 'owner'>>(
  (database, value) => database.selectFrom('conversations').select('owner').where('id', '=', value('id')),
)

export const addConversation = compileQuery<ConversationRow>((database, value) =>
  database.insertInto('conversations').values({
    id: value('id'),
    owner: value('owner'),
    title: value('title'),
    revision: value('revision'),
    created_at: value('created_at'),
    updated_at: value('updated_at'),
  }),
)

/** The conversation is newer now, for lists and for whoever holds its revision. */
export const touchConversation = compileQuery<Pick<ConversationRow, 'id' | 'updated_at'>>((database, value) =>
  database
    .updateTable('conversations')
    .set((is) => ({ updated_at: value('updated_at'), revision: is('revision', '+', 1) }))
    .where('id', '=', value('id')),
)

type OfConversation = Pick<MessageRow, 'conversation_id'>

/** The last message, if there is one. */
export const newestMessage = compileQuery<OfConversation, Pick<MessageRow, 'id' | 'ordinal'>>((database, value) =>
  database
    .selectFrom('messages')
    .select(['id', 'ordinal'])
    .where('conversation_id', '=', value('conversation_id'))
    .orderBy('ordinal', 'desc')
    // As a parameter, SQLite would look at its value and prepare the statement anew for every use.
    .limit(sql.lit(1)),
)

export const messageOfConversation = compileQuery<Pick<MessageRow, 'id' | 'conversation_id'>, Pick<MessageRow, 'id'>>(
  (database, value) =>
    database
      .selectFrom('messages')
      .select('id')
      .where('id', '=', value('id'))
      .where('conversation_id', '=', value('conversation_id')),
)

export const answerOfRun = compileQuery<{ readonly run_id: string }, Pick<MessageRow, 'id'>>((database, value) =>
  database.selectFrom('messages').select('id').where('run_id', '=', value('run_id')),
)

/** Where the answer of a run stands, when its conversation is the owner's. */
export const ownedAnswerOfRun = compileQuery<
  { readonly run_id: string; readonly owner: string },
  { readonly messageId: string; readonly conversation: string }
>((database, value) =>
  database
    .selectFrom('messages')
    .innerJoin('conversations', 'conversations.id', 'messages.conversation_id')
    .select(['messages.id as messageId', 'conversations.id as conversation'])
    .where('messages.run_id', '=', value('run_id'))
    .where('conversations.owner', '=', value('owner')),
)

export const addMessage = compileQuery<MessageRow>((database, value) =>
  database.insertInto('messages').values({
    id: value('id'),
    conversation_id: value('conversation_id'),
    ordinal: value('ordinal'),
    parent_id: value('parent_id'),
    role: value('role'),
    status: value('status'),
    run_id: value('run_id'),
    profile: value('profile'),
    provider: value('provider'),
    model: value('model'),
    usage: value('usage'),
    attempts: value('attempts'),
    error_code: value('error_code'),
    error_message: value('error_message'),
    created_at: value('created_at'),
  }),
)

export const addPart = compileQuery<PartRow>((database, value) =>
  database.insertInto('parts').values({
    message_id: value('message_id'),
    ordinal: value('ordinal'),
    type: value('type'),
    text: value('text'),
    call_id: value('call_id'),
    name: value('name'),
    blob_id: value('blob_id'),
    media_type: value('media_type'),
  }),
)

/** Unless the same bytes are there already. */
export const addBlob = compileQuery<BlobRow>((database, value) =>
  database
    .insertInto('blobs')
    .values({
      id: value('id'),
      owner: value('owner'),
      media_type: value('media_type'),
      byte_length: value('byte_length'),
      sha256: value('sha256'),
      bytes: value('bytes'),
      created_at: value('created_at'),
    })
    .onConflict((conflict) => conflict.column('id').doNothing()),
)
