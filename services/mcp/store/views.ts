import type { AttemptRecord, RunStatus, WireUsage } from '../../common/contracts/run-event.ts'

/** One page of a collection; `nextCursor` is absent on the last. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor?: string
}

export interface Conversation {
  readonly id: string
  readonly title: string
  readonly owner: string
  readonly revision: number
  readonly created_at: number
  readonly updated_at: number
}

/** A conversation in which a search found something. */
export interface Found {
  readonly conversation: Conversation
  /** The message that fits best; null: the title does. */
  readonly message_id: string | null
  /** Around the match; the words found stand between U+0002 and U+0003. */
  readonly snippet: string
}

/** A message as REST shows it. */
export interface StoredMessageView {
  readonly id: string
  readonly conversation_id: string
  readonly parent_id: string | null
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly status: RunStatus
  readonly run_id: string | null
  readonly profile: string | null
  readonly parts: readonly PartView[]
  readonly usage: WireUsage | null
  readonly attempts: readonly AttemptRecord[]
  readonly error?: { readonly code: string; readonly message: string }
  readonly created_at: number
}

export type PartView =
  | { readonly type: 'text' | 'reasoning' | 'refusal'; readonly text: string }
  | { readonly type: 'image'; readonly blob_id: string; readonly media_type: string }
  | { readonly type: 'tool_call'; readonly call_id: string; readonly name: string; readonly arguments: string }
  | { readonly type: 'tool_output'; readonly call_id: string; readonly output: string }

/** A conversation whole, as it is exported and imported. */
export interface ExportedConversation {
  readonly id: string
  readonly title: string
  readonly created_at: number
  readonly updated_at: number
  /** In the order appended; a parent stands before its children. */
  readonly messages: readonly ExportedMessage[]
  /** The pictures of its messages, each once. */
  readonly blobs: readonly ExportedBlob[]
}

export type ExportedMessage = Omit<StoredMessageView, 'conversation_id'>

export interface ExportedBlob {
  /** What `blob_id` of image parts names. */
  readonly id: string
  readonly media_type: string
  /** Base64. */
  readonly data: string
}

/** Conversations of one owner, as a file: what `GET /conversations/export` answers and `POST /conversations/import` takes. */
export interface ConversationExport {
  readonly format: 'hearth.conversations'
  readonly version: 1
  readonly exported_at: number
  readonly conversations: readonly ExportedConversation[]
}

/** What became of an import. */
export interface ImportReport {
  /** Ids of the conversations made; another one than in the file where that was taken. */
  readonly imported: readonly string[]
  /** Those that were there already; nothing of them was touched. */
  readonly skipped: readonly string[]
}

export interface BlobMeta {
  readonly id: string
  readonly media_type: string
  readonly byte_length: number
  readonly created_at: number
}
