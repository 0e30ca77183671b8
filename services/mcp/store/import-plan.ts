import { createHash } from 'node:crypto'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { MessageRow, PartRow } from './database-schema.ts'
import { importedColumns, toMessagePart, toPartRows } from './message-rows.ts'
import { assertPortable } from './portable-domain.ts'
import type { ExportedConversation } from './views.ts'

/** What an import says of itself, looked at before anything is written. */

/** @throws HearthError `caller_invalid_request` naming the field. @param path such as `conversations[3]`. */
export function assertImportable(conversation: ExportedConversation, path: string): void {
  assertPortable(conversation.title, `${path}.title`)
  const ids = new Set<string>()
  const runs = new Set<string>()
  for (const [index, { id, parent_id, run_id }] of conversation.messages.entries()) {
    const at = `${path}.messages[${index}]`
    if (parent_id !== null && !ids.has(parent_id)) throw refused(`${at}.parent_id`, 'must name a message before it')
    addNew(ids, id, `${at}.id`)
    if (run_id !== null) addNew(runs, run_id, `${at}.run_id`)
  }
}

function addNew(seen: Set<string>, value: string, param: string): void {
  if (seen.has(value)) throw refused(param, 'is that of a message before it')
  seen.add(value)
}

/** Pictures that messages name and the conversation does not bring, each with the field that names it first. */
export function foreignBlobs(conversation: ExportedConversation, path: string): ReadonlyMap<string, string> {
  const brought = new Set(conversation.blobs.map((blob) => blob.id))
  const foreign = new Map<string, string>()
  for (const [index, { parts }] of conversation.messages.entries())
    for (const [place, part] of parts.entries())
      if (part.type === 'image' && !brought.has(part.blob_id) && !foreign.has(part.blob_id))
        foreign.set(part.blob_id, `${path}.messages[${index}].parts[${place}].blob_id`)
  return foreign
}

export const missingBlob = (param: string): HearthError =>
  refused(param, 'names a picture that is neither in the import nor yours')

type IdKind = 'conv' | 'msg' | 'resp'

export type RenameId = (kind: IdKind, id: string) => string

export const keepId: RenameId = (_kind, id) => id

/**
 * Ids of this owner's for those that are taken: the same every time, so that a second import finds the first. Other
 * programs number the messages of each conversation anew, so the ids within it need the conversation's.
 */
export function renamedFor(owner: string, conversation: string): RenameId {
  return (kind, id) => {
    const whole = kind === 'conv' ? [owner, id] : [owner, conversation, id]
    const digest = createHash('sha256').update(JSON.stringify(whole)).digest('hex')
    return `${kind}_${digest.slice(0, 32)}`
  }
}

const madeByUs = /^(conv|msg|resp)_[A-Za-z0-9_-]{1,64}$/

/** Ids as Hearth makes them, which can be kept. */
export function hasOwnIds({ id, messages }: ExportedConversation): boolean {
  const isOf = (kind: IdKind, value: string): boolean => madeByUs.exec(value)?.[1] === kind
  return (
    isOf('conv', id) &&
    messages.every((one) => isOf('msg', one.id) && (one.run_id === null || isOf('resp', one.run_id)))
  )
}

export interface ImportRows {
  readonly messages: readonly MessageRow[]
  readonly parts: readonly PartRow[]
}

/** The rows of its messages. @param blobId of a picture, from the id that the import gives it. */
export function importRows(
  { id, messages }: ExportedConversation,
  rename: RenameId,
  blobId: (id: string) => string,
): ImportRows {
  const rows = messages.map((message, index) => ({
    id: rename('msg', message.id),
    conversation_id: rename('conv', id),
    ordinal: index + 1,
    parent_id: message.parent_id === null ? null : rename('msg', message.parent_id),
    role: message.role,
    created_at: message.created_at,
    ...importedColumns(message),
    run_id: message.run_id === null ? null : rename('resp', message.run_id),
  }))
  const parts = messages.flatMap((message) => {
    const own = message.parts.map(toMessagePart)
    const kept = own.map((part) => (part.type === 'image' ? { ...part, blobId: blobId(part.blobId) } : part))
    return toPartRows(rename('msg', message.id), kept)
  })
  return { messages: rows, parts }
}

function refused(param: string, rule: string): HearthError {
  return new HearthError('caller_invalid_request', `\`${param}\` ${rule}.`, { details: { param } })
}
