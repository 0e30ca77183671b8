import { draftPrefix } from '../../app/browser-storage.ts'

/** Of `sessionStorage`, what is needed here. */
export interface DraftStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** What was begun and not sent. */
export interface Draft {
  readonly text: string
  /** Chosen for this conversation; unset: that of its last answer. */
  readonly profile?: string
  readonly draws?: boolean
}

const emptyDraft: Draft = { text: '' }

/** A draft per conversation, undefined for a new one. They outlive a reload, not the window. */
export interface Drafts {
  read(conversation: string | undefined): Draft
  write(conversation: string | undefined, draft: Draft): void
  /** The new conversation has its id now. */
  adopt(conversation: string): void
}

/** A browser that keeps nothing (blocked, full) still has the drafts of this page. */
export function createDrafts(storage: () => DraftStorage): Drafts {
  const own = new Map<string, Draft>()
  const write = (key: string, draft: Draft) => {
    own.set(key, draft)
    attempt(() => (isEmpty(draft) ? storage().removeItem(key) : storage().setItem(key, JSON.stringify(draft))))
  }
  const read = (key: string) => own.get(key) ?? parseDraft(attempt(() => storage().getItem(key)) ?? null)
  return {
    read: (conversation) => read(keyOf(conversation)),
    write: (conversation, draft) => write(keyOf(conversation), draft),
    adopt: (conversation) => {
      write(keyOf(conversation), read(keyOf(undefined)))
      write(keyOf(undefined), emptyDraft)
    },
  }
}

const keyOf = (conversation: string | undefined): string => `${draftPrefix}${conversation ?? 'new'}`

const isEmpty = ({ text, profile, draws }: Draft): boolean => text === '' && profile === undefined && draws !== true

/** Field by field: another version of the page may have written it. */
function parseDraft(stored: string | null): Draft {
  const value = attempt<unknown>(() => JSON.parse(stored ?? 'null'))
  if (typeof value !== 'object' || value === null) return emptyDraft
  return {
    text: 'text' in value && typeof value.text === 'string' ? value.text : '',
    ...('profile' in value && typeof value.profile === 'string' ? { profile: value.profile } : {}),
    ...('draws' in value && value.draws === true ? { draws: true } : {}),
  }
}

function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
