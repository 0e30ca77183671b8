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

export interface BlobMeta {
  readonly id: string
  readonly media_type: string
  readonly byte_length: number
  readonly created_at: number
}
