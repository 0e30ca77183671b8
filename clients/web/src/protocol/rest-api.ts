import type { Scope } from '../../../../services/common/contracts/principal.ts'
import type { AttemptRecord, RunStatus, WireUsage } from '../../../../services/common/contracts/run-event.ts'

import type { HouseCall, HouseState } from './house-http.ts'

/** The REST calls that clients make. All throw HearthFailure; a session token is fetched and renewed by itself. */
export interface RestApi {
  listConversations(page?: PageWish): Promise<Page<Conversation>>
  /** Full text over titles and messages, best first. */
  searchConversations(query: string, page?: PageWish): Promise<Page<Found>>
  getConversation(id: string): Promise<Conversation>
  /** `ifRevision`: fails with `caller_conflict` when someone else was faster. */
  renameConversation(id: string, title: string, ifRevision?: number): Promise<Conversation>
  removeConversation(id: string): Promise<void>
  /** All of them, oldest first (every page). */
  listMessages(conversation: string): Promise<readonly Message[]>
  /** The bytes of a kept picture. */
  getBlob(id: string, signal?: AbortSignal): Promise<{ readonly mediaType: string; readonly bytes: ArrayBuffer }>
  /** Who this session is. */
  getSession(): Promise<SessionInfo>
  /** Reads anything else of the house: views that are fetched later bring their own shapes. */
  state(call: RestCall): Promise<HouseState>
  /** Does anything else; the answer's body, undefined for none. */
  send(call: RestCall): Promise<unknown>
}

/** Its token is put in by the client. */
export type RestCall = Omit<HouseCall, 'token'>

export interface PageWish {
  readonly limit?: number
  readonly cursor?: string
  readonly signal?: AbortSignal
}

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | undefined
}

/** Times are epoch milliseconds. */
export interface Conversation {
  readonly id: string
  readonly title: string
  readonly revision: number
  readonly createdAt: number
  readonly updatedAt: number
}

export interface Found {
  readonly conversation: Conversation
  /** The message that fits best; null: the title does. */
  readonly messageId: string | null
  /** Around the match; the words found stand between U+0002 and U+0003. */
  readonly snippet: string
}

export interface Message {
  readonly id: string
  /** Several children of one parent are branches. */
  readonly parentId: string | null
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly status: RunStatus
  /** Of an answer: its response id. */
  readonly runId: string | null
  readonly profile: string | null
  readonly parts: readonly MessagePart[]
  readonly usage: WireUsage | null
  readonly attempts: readonly AttemptRecord[]
  readonly error: { readonly code: string; readonly message: string } | undefined
  readonly createdAt: number
}

export type MessagePart =
  | { readonly type: 'text' | 'reasoning' | 'refusal'; readonly text: string }
  | { readonly type: 'image'; readonly blobId: string; readonly mediaType: string }
  | { readonly type: 'tool_call'; readonly callId: string; readonly name: string; readonly arguments: string }
  | { readonly type: 'tool_output'; readonly callId: string; readonly output: string }

export interface SessionInfo {
  readonly user: string | null
  readonly role: 'admin' | 'member' | 'guest'
  /** `admin` includes all others. */
  readonly scopes: readonly Scope[]
  readonly device: { readonly id: string; readonly name: string } | null
}
