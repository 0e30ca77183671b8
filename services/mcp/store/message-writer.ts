import type { Transaction } from 'kysely'
import type { NewMessage, OpenRun, RunAnswer } from '../../common/contracts/history.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { MessageRow, StoreDatabase } from './database-schema.ts'
import { answerColumns, noAnswer, toPartRows } from './message-rows.ts'
import { toPortableText } from './portable-domain.ts'

type Write = Transaction<StoreDatabase>

export interface WriterDeps {
  readonly clock: () => number
  readonly createId: () => string
}

/** Where a run continues: a conversation and the message to answer after. */
interface RunPoint {
  readonly conversation: string
  readonly messageId: string | null
}

/** What `openRun` found or made. */
export interface Opened {
  readonly conversation: string
  /** Last message before the new ones. */
  readonly point: string | null
  /** Last message appended. */
  readonly parentId: string | null
}

/** SQLite takes 32,766 variables in a statement; the widest row here has 15. */
const ROWS_PER_INSERT = 1000

/** `History.open`, inside a transaction. */
export async function openRun(write: Write, request: OpenRun, deps: WriterDeps): Promise<Opened> {
  const known = await findPoint(write, request)
  const { conversation, messageId } = known ?? (await makeConversation(write, request, deps))
  const first = known === undefined ? 1 : (await lastOrdinal(write, conversation)) + 1
  const messages = chainOf(request.input, { conversation, parentId: messageId, first }, deps)
  await insertMessages(
    write,
    messages,
    request.input.flatMap((input, index) => toPartRows(messages[index]?.id ?? '', input.parts)),
  )
  if (messages.length > 0 && known !== undefined) await touch(write, conversation, deps)
  return { conversation, point: messageId, parentId: messages.at(-1)?.id ?? messageId }
}

/** `History.close`, inside a transaction: the owner of the conversation, or undefined when the run was closed already. */
export async function closeRun(write: Write, answer: RunAnswer, deps: WriterDeps): Promise<string | undefined> {
  const closed = await write.selectFrom('messages').select('id').where('run_id', '=', answer.runId).executeTakeFirst()
  if (closed !== undefined) return undefined
  const owner = await ownerOfPlace(write, answer)
  const message: MessageRow = {
    id: `msg_${deps.createId()}`,
    conversation_id: answer.conversation,
    ordinal: (await lastOrdinal(write, answer.conversation)) + 1,
    parent_id: answer.parentId,
    role: 'assistant',
    created_at: deps.clock(),
    ...answerColumns(answer),
  }
  await insertMessages(write, [message], toPartRows(message.id, answer.parts))
  await touch(write, answer.conversation, deps)
  return owner
}

async function findPoint(write: Write, request: OpenRun): Promise<RunPoint | undefined> {
  const { previousResponseId } = request
  if (typeof previousResponseId === 'string') return await pointOfRun(write, request, previousResponseId)
  if (request.conversation === undefined) return undefined
  const conversation = await write
    .selectFrom('conversations')
    .select('id')
    .where('id', '=', request.conversation)
    .where('owner', '=', request.owner)
    .executeTakeFirst()
  if (conversation === undefined) throw notFound('conversation')
  if (previousResponseId === null) return { conversation: conversation.id, messageId: null }
  const newest = await write
    .selectFrom('messages')
    .select('id')
    .where('conversation_id', '=', conversation.id)
    .orderBy('ordinal', 'desc')
    .limit(1)
    .executeTakeFirst()
  return { conversation: conversation.id, messageId: newest?.id ?? null }
}

async function pointOfRun(write: Write, request: OpenRun, runId: string): Promise<RunPoint> {
  const answer = await write
    .selectFrom('messages')
    .innerJoin('conversations', 'conversations.id', 'messages.conversation_id')
    .select(['messages.id as messageId', 'conversations.id as conversation'])
    .where('messages.run_id', '=', runId)
    .where('conversations.owner', '=', request.owner)
    .executeTakeFirst()
  const isElsewhere = request.conversation !== undefined && request.conversation !== answer?.conversation
  if (answer === undefined || isElsewhere) throw notFound('response')
  return answer
}

/** Its first messages are a change already: no second statement has to touch it. */
async function makeConversation(write: Write, request: OpenRun, deps: WriterDeps): Promise<RunPoint> {
  const id = `conv_${deps.createId()}`
  const at = deps.clock()
  const title = toPortableText(request.title)
  await write
    .insertInto('conversations')
    .values({
      id,
      owner: request.owner,
      title,
      revision: request.input.length > 0 ? 2 : 1,
      created_at: at,
      updated_at: at,
    })
    .execute()
  return { conversation: id, messageId: null }
}

async function lastOrdinal(write: Write, conversation: string): Promise<number> {
  const row = await write
    .selectFrom('messages')
    .select((is) => is.fn.max('ordinal').as('last'))
    .where('conversation_id', '=', conversation)
    .executeTakeFirst()
  return row?.last ?? 0
}

/** The input as rows, each the child of the one before. */
function chainOf(
  input: readonly NewMessage[],
  place: { readonly conversation: string; readonly parentId: string | null; readonly first: number },
  deps: WriterDeps,
): readonly MessageRow[] {
  const ids = input.map(() => `msg_${deps.createId()}`)
  return input.map((message, index) => ({
    ...noAnswer,
    id: ids[index] ?? '',
    conversation_id: place.conversation,
    ordinal: place.first + index,
    parent_id: ids[index - 1] ?? place.parentId,
    role: message.role,
    created_at: deps.clock(),
  }))
}

async function insertMessages(
  write: Write,
  messages: readonly MessageRow[],
  parts: ReturnType<typeof toPartRows>,
): Promise<void> {
  for (const rows of chunks(messages)) await write.insertInto('messages').values(rows).execute()
  for (const rows of chunks(parts)) await write.insertInto('parts').values(rows).execute()
}

function chunks<Row>(rows: readonly Row[]): readonly (readonly Row[])[] {
  const count = Math.ceil(rows.length / ROWS_PER_INSERT)
  return Array.from({ length: count }, (_, index) => rows.slice(index * ROWS_PER_INSERT, (index + 1) * ROWS_PER_INSERT))
}

/** @throws HearthError `caller_not_found` when the conversation is gone, or the answer is to no message of it. */
async function ownerOfPlace(write: Write, answer: RunAnswer): Promise<string> {
  const conversation = await write
    .selectFrom('conversations')
    .select('owner')
    .where('id', '=', answer.conversation)
    .executeTakeFirst()
  if (conversation === undefined) throw notFound('conversation')
  if (answer.parentId === null) return conversation.owner
  const parent = await write
    .selectFrom('messages')
    .select('id')
    .where('id', '=', answer.parentId)
    .where('conversation_id', '=', answer.conversation)
    .executeTakeFirst()
  if (parent === undefined) throw notFound('message')
  return conversation.owner
}

/** The conversation is newer now, for lists and for whoever holds its revision. */
async function touch(write: Write, conversation: string, deps: WriterDeps): Promise<void> {
  await write
    .updateTable('conversations')
    .set((is) => ({ updated_at: deps.clock(), revision: is('revision', '+', 1) }))
    .where('id', '=', conversation)
    .execute()
}

export function notFound(what: string): HearthError {
  return new HearthError('caller_not_found', `There is no such ${what}, or it belongs to someone else.`)
}
