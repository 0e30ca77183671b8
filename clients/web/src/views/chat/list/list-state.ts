import type { Failure } from '../../../protocol/hearth-client.ts'
import type { Conversation, Page } from '../../../protocol/rest-api.ts'

/** What the list knows; replaced, never written to. */
export interface ListState {
  /** `loading`: nothing has come yet. */
  readonly status: 'loading' | 'ready' | 'failed'
  readonly failure: Failure | undefined
  /** Last changed first. */
  readonly conversations: readonly Conversation[]
  readonly nextCursor: string | undefined
  /** Deleted by the reader, who may still take it back. */
  readonly hidden: ReadonlySet<string>
}

export const emptyList: ListState = {
  status: 'loading',
  failure: undefined,
  conversations: [],
  nextCursor: undefined,
  hidden: new Set(),
}

/** The newest page again; older ones that were read stay, as far as they still can be placed. */
export function withFirstPage(state: ListState, page: Page<Conversation>): ListState {
  const oldest = page.items.at(-1)?.updatedAt ?? 0
  const older = page.nextCursor === undefined ? [] : state.conversations.filter(({ updatedAt }) => updatedAt < oldest)
  return {
    ...state,
    status: 'ready',
    failure: undefined,
    conversations: merge(page.items, older),
    nextCursor: older.length === 0 ? page.nextCursor : state.nextCursor,
  }
}

export function withNextPage(state: ListState, page: Page<Conversation>): ListState {
  return { ...state, conversations: merge(state.conversations, page.items), nextCursor: page.nextCursor }
}

/** New, renamed or with a new message: it takes its place. An older revision than the one known changes nothing. */
export function withConversation(state: ListState, changed: Conversation): ListState {
  const known = state.conversations.find(({ id }) => id === changed.id)
  if (known !== undefined && known.revision > changed.revision) return state
  return { ...state, conversations: merge([changed], state.conversations) }
}

export function withoutConversations(state: ListState, removed: ReadonlySet<string>): ListState {
  return { ...state, conversations: state.conversations.filter(({ id }) => !removed.has(id)) }
}

export function withHidden(state: ListState, id: string, isHidden: boolean): ListState {
  const others = [...state.hidden].filter((other) => other !== id)
  return { ...state, hidden: new Set(isHidden ? [...others, id] : others) }
}

export function withFailure(state: ListState, failure: Failure): ListState {
  return { ...state, status: 'failed', failure }
}

/** Those of `first` win over those of `second`. */
function merge(first: readonly Conversation[], second: readonly Conversation[]): readonly Conversation[] {
  const taken = new Set(first.map(({ id }) => id))
  const all = [...first, ...second.filter(({ id }) => !taken.has(id))]
  return all.toSorted((one, other) => other.updatedAt - one.updatedAt || (other.id < one.id ? -1 : 1))
}
