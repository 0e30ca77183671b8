import type { ErrorCode } from '../errors/error-table.ts'
import type { AttemptRecord, RunStatus, WireUsage } from './run-event.ts'

/** Conversations as rows, append only. Stored by mcp, written by the router. Times are epoch milliseconds. */
export interface History {
  /**
   * Opens a run: finds or makes the conversation, appends the caller's messages after `after` (unset: the newest
   * message), and returns the messages on the way from the first to that point, without the new ones.
   * @throws HearthError `caller_not_found` for a conversation or run that is not the owner's; `store_unavailable`, `store_full`.
   */
  open(request: OpenRun, signal: AbortSignal): Promise<OpenedRun>
  /** Appends the answer of a run, whole or partial. Idempotent by `runId`. Durable when it resolves. */
  close(answer: RunAnswer): Promise<void>
  /** Keeps bytes; the id is derived from their SHA-256, so the same bytes are kept once. Durable when it resolves. */
  putBlob(blob: NewBlob): Promise<string>
  /** @throws HearthError `caller_not_found`. */
  getBlob(blobId: string, owner: string): Promise<Blob>
}

export interface OpenRun {
  readonly runId: string
  /** Principal id. */
  readonly owner: string
  readonly conversation?: string
  /** As in RunRequest: that answer, null the beginning of `conversation`. */
  readonly previousResponseId?: string | null
  /** Used when a conversation is made. */
  readonly title: string
  /** Its id then. Default: one of the store's. */
  readonly newConversation?: string
  readonly input: readonly NewMessage[]
}

export interface OpenedRun {
  readonly conversation: string
  /** Oldest first. */
  readonly past: readonly StoredMessage[]
  /** Parent of the answer: the last message appended. */
  readonly parentId: string | null
}

export interface RunAnswer {
  readonly runId: string
  readonly conversation: string
  readonly parentId: string | null
  readonly status: RunStatus
  readonly parts: readonly MessagePart[]
  readonly profile: string
  readonly usage: WireUsage | null
  readonly attempts: readonly AttemptRecord[]
  readonly error?: { readonly code: ErrorCode; readonly message: string }
}

export type MessageRole = 'system' | 'user' | 'assistant' | 'tool'

export interface NewMessage {
  readonly role: MessageRole
  readonly parts: readonly MessagePart[]
}

export interface StoredMessage extends NewMessage {
  readonly id: string
  readonly parentId: string | null
  readonly status: RunStatus
  readonly runId: string | null
  readonly createdAt: number
}

export type MessagePart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning' | 'refusal'; readonly text: string }
  | { readonly type: 'image'; readonly blobId: string; readonly mediaType: string }
  | { readonly type: 'tool_call'; readonly callId: string; readonly name: string; readonly arguments: string }
  | { readonly type: 'tool_output'; readonly callId: string; readonly output: string }

export interface NewBlob {
  readonly owner: string
  readonly mediaType: string
  readonly bytes: Uint8Array
}

export interface Blob extends NewBlob {
  readonly id: string
}
