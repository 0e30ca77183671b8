import type { NewMessage, OpenRun, RunAnswer } from '../../common/contracts/history.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { AppendWrite } from './append-connection.ts'
import * as queries from './append-queries.ts'
import type { MessageRow, PartRow } from './database-schema.ts'
import { answerColumns, noAnswer, toPartRows } from './message-rows.ts'
import { toPortableText } from './portable-domain.ts'

export interface WriterDeps {
  readonly clock: () => number
  readonly createId: () => string
}

/** Where a run continues. */
interface RunPoint {
  readonly conversation: string
  /** To answer after; undefined: the newest one. */
  readonly messageId: string | null | undefined
}

/** What `openRun` found or made. */
export interface Opened {
  readonly conversation: string
  /** Last message before the new ones. */
  readonly point: string | null
  /** Last message appended. */
  readonly parentId: string | null
}

/** `History.open`, inside a transaction. */
export async function openRun(write: AppendWrite, request: OpenRun, deps: WriterDeps): Promise<Opened> {
  const known = await findPoint(write, request)
  const conversation = known?.conversation ?? (await makeConversation(write, request, deps))
  const newest = known === undefined ? undefined : await newestMessage(write, conversation)
  const messageId = known?.messageId === undefined ? (newest?.id ?? null) : known.messageId
  const first = (newest?.ordinal ?? 0) + 1
  const messages = chainOf(request.input, { conversation, parentId: messageId, first }, deps)
  const parts = request.input.flatMap((input, index) => toPartRows(messages[index]?.id ?? '', input.parts))
  await addMessages(write, messages, parts)
  if (messages.length > 0 && known !== undefined) await touch(write, conversation, deps)
  return { conversation, point: messageId, parentId: messages.at(-1)?.id ?? messageId }
}

/** `History.close`, inside a transaction: the owner of the conversation, or undefined when the run was closed already. */
export async function closeRun(write: AppendWrite, answer: RunAnswer, deps: WriterDeps): Promise<string | undefined> {
  const [closed] = await write.rows(queries.answerOfRun, { run_id: answer.runId })
  if (closed !== undefined) return undefined
  const owner = await ownerOfPlace(write, answer)
  const newest = await newestMessage(write, answer.conversation)
  const message: MessageRow = {
    id: `msg_${deps.createId()}`,
    conversation_id: answer.conversation,
    ordinal: (newest?.ordinal ?? 0) + 1,
    parent_id: answer.parentId,
    role: 'assistant',
    created_at: deps.clock(),
    ...answerColumns(answer),
  }
  await addMessages(write, [message], toPartRows(message.id, answer.parts))
  await touch(write, answer.conversation, deps)
  return owner
}

async function findPoint(write: AppendWrite, request: OpenRun): Promise<RunPoint | undefined> {
  const { previousResponseId } = request
  if (typeof previousResponseId === 'string') return await pointOfRun(write, request, previousResponseId)
  if (request.conversation === undefined) return undefined
  const named = { id: request.conversation, owner: request.owner }
  const [conversation] = await write.rows(queries.ownedConversation, named)
  if (conversation === undefined) throw notFound('conversation')
  return { conversation: conversation.id, messageId: previousResponseId }
}

async function pointOfRun(write: AppendWrite, request: OpenRun, runId: string): Promise<RunPoint> {
  const [answer] = await write.rows(queries.ownedAnswerOfRun, { run_id: runId, owner: request.owner })
  const isElsewhere = request.conversation !== undefined && request.conversation !== answer?.conversation
  if (answer === undefined || isElsewhere) throw notFound('response')
  return answer
}

/** Its first messages are a change already: no second statement has to touch it. */
async function makeConversation(write: AppendWrite, request: OpenRun, deps: WriterDeps): Promise<string> {
  const id = request.newConversation ?? `conv_${deps.createId()}`
  const at = deps.clock()
  const title = toPortableText(request.title)
  const revision = request.input.length > 0 ? 2 : 1
  await write.rows(queries.addConversation, {
    id,
    owner: request.owner,
    title,
    revision,
    created_at: at,
    updated_at: at,
  })
  return id
}

async function newestMessage(
  write: AppendWrite,
  conversation: string,
): Promise<Pick<MessageRow, 'id' | 'ordinal'> | undefined> {
  const [newest] = await write.rows(queries.newestMessage, { conversation_id: conversation })
  return newest
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

async function addMessages(
  write: AppendWrite,
  messages: readonly MessageRow[],
  parts: readonly PartRow[],
): Promise<void> {
  for (const message of messages) await write.rows(queries.addMessage, message)
  for (const part of parts) await write.rows(queries.addPart, part)
}

/** @throws HearthError `caller_not_found` when the conversation is gone, or the answer is to no message of it. */
async function ownerOfPlace(write: AppendWrite, { conversation, parentId }: RunAnswer): Promise<string> {
  const [found] = await write.rows(queries.ownerOfConversation, { id: conversation })
  if (found === undefined) throw notFound('conversation')
  if (parentId === null) return found.owner
  const [parent] = await write.rows(queries.messageOfConversation, { id: parentId, conversation_id: conversation })
  if (parent === undefined) throw notFound('message')
  return found.owner
}

const touch = (write: AppendWrite, id: string, { clock }: WriterDeps) =>
  write.rows(queries.touchConversation, { id, updated_at: clock() })

export function notFound(what: string): HearthError {
  return new HearthError('caller_not_found', `There is no such ${what}, or it belongs to someone else.`)
}
