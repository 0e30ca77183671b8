import type { MessagePart, RunAnswer, StoredMessage } from '../../common/contracts/history.ts'
import type { AttemptRecord, WireUsage } from '../../common/contracts/run-event.ts'
import type { MessageRow, PartRow } from './database-schema.ts'
import { toPortableJson, toPortableText } from './portable-domain.ts'
import type { ExportedMessage, PartView, StoredMessageView } from './views.ts'

/** Between rows and the shapes of contracts and REST. What is written here passes into the portable domain. */

type PartContent = Omit<PartRow, 'message_id' | 'ordinal'>

const noContent = { text: null, call_id: null, name: null, blob_id: null, media_type: null } as const

export function toPartRows(messageId: string, parts: readonly MessagePart[]): readonly PartRow[] {
  return parts.map((part, ordinal) => ({ message_id: messageId, ordinal, ...noContent, ...partContent(part) }))
}

function partContent(part: MessagePart): Partial<PartContent> & Pick<PartContent, 'type'> {
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return { type: part.type, text: toPortableText(part.text) }
    case 'image':
      return { type: part.type, blob_id: toPortableText(part.blobId), media_type: toPortableText(part.mediaType) }
    case 'tool_call':
      return { type: part.type, ...callOf(part), name: toPortableText(part.name), text: toPortableText(part.arguments) }
    case 'tool_output':
      return { type: part.type, ...callOf(part), text: toPortableText(part.output) }
  }
}

function callOf(part: { readonly callId: string }): Pick<PartContent, 'call_id'> {
  return { call_id: toPortableText(part.callId) }
}

function toPart(row: PartRow): MessagePart {
  const text = row.text ?? ''
  const callId = row.call_id ?? ''
  switch (row.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return { type: row.type, text }
    case 'image':
      return { type: row.type, blobId: row.blob_id ?? '', mediaType: row.media_type ?? '' }
    case 'tool_call':
      return { type: row.type, callId, name: row.name ?? '', arguments: text }
    case 'tool_output':
      return { type: row.type, callId, output: text }
  }
}

function toPartView(row: PartRow): PartView {
  const part = toPart(row)
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return part
    case 'image':
      return { type: part.type, blob_id: part.blobId, media_type: part.mediaType }
    case 'tool_call':
      return { type: part.type, call_id: part.callId, name: part.name, arguments: part.arguments }
    case 'tool_output':
      return { type: part.type, call_id: part.callId, output: part.output }
  }
}

/** A part as an export has it. */
export function toMessagePart(view: PartView): MessagePart {
  switch (view.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return view
    case 'image':
      return { type: view.type, blobId: view.blob_id, mediaType: view.media_type }
    case 'tool_call':
      return { type: view.type, callId: view.call_id, name: view.name, arguments: view.arguments }
    case 'tool_output':
      return { type: view.type, callId: view.call_id, output: view.output }
  }
}

/** The columns only an answer fills. */
export type AnswerColumns = Omit<MessageRow, 'id' | 'conversation_id' | 'ordinal' | 'parent_id' | 'role' | 'created_at'>

export const noAnswer: AnswerColumns = {
  status: 'completed',
  run_id: null,
  profile: null,
  provider: null,
  model: null,
  usage: null,
  attempts: '[]',
  error_code: null,
  error_message: null,
}

export function answerColumns(answer: RunAnswer): AnswerColumns {
  return { ...outcomeColumns(answer), run_id: answer.runId, profile: answer.profile }
}

export function importedColumns(message: ExportedMessage): AnswerColumns {
  const profile = message.profile === null ? null : toPortableText(message.profile)
  return { ...outcomeColumns(message), run_id: message.run_id, profile }
}

type Outcome = Pick<ExportedMessage, 'status' | 'usage' | 'attempts' | 'error'>

/** Provider and model are those of the attempt that came last. */
function outcomeColumns(answer: Outcome): Omit<AnswerColumns, 'run_id' | 'profile'> {
  const last = answer.attempts.at(-1)
  return {
    status: answer.status,
    provider: last === undefined ? null : toPortableText(last.provider),
    model: last === undefined ? null : toPortableText(last.model),
    usage: answer.usage === null ? null : toPortableJson(answer.usage),
    attempts: toPortableJson(answer.attempts),
    error_code: answer.error?.code ?? null,
    error_message: answer.error === undefined ? null : toPortableText(answer.error.message),
  }
}

export function toStoredMessage(row: MessageRow, parts: readonly PartRow[]): StoredMessage {
  return {
    id: row.id,
    parentId: row.parent_id,
    role: row.role,
    status: row.status,
    runId: row.run_id,
    parts: parts.map(toPart),
    createdAt: row.created_at,
  }
}

export function toMessageView(row: MessageRow, parts: readonly PartRow[]): StoredMessageView {
  const { id, conversation_id, parent_id, role, status, run_id, profile, created_at } = row
  const error = row.error_code === null ? {} : { error: { code: row.error_code, message: row.error_message ?? '' } }
  return {
    ...{ id, conversation_id, parent_id, role, status, run_id, profile, created_at, ...error },
    parts: parts.map(toPartView),
    usage: row.usage === null ? null : storedUsage(row.usage),
    attempts: storedAttempts(row.attempts),
  }
}

// JSON.parse gives any: the text was written by answerColumns above and by nothing else.
function storedUsage(text: string): WireUsage {
  return JSON.parse(text)
}

function storedAttempts(text: string): readonly AttemptRecord[] {
  return JSON.parse(text)
}
