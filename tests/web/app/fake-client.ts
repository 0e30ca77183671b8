import type { ClientEvents, HearthClient } from '../../../clients/web/src/protocol/hearth-client.ts'
import { HearthFailure } from '../../../clients/web/src/protocol/hearth-failure.ts'
import { Listeners } from '../../../clients/web/src/protocol/listeners.ts'
import type { Conversation, Found, Page, PageWish, RestApi } from '../../../clients/web/src/protocol/rest-api.ts'

/** A house of conversations in memory: pages, revisions and news of them as the real one gives. */
export interface FakeClient extends HearthClient {
  /** What the house keeps; tests change it as another device would. */
  readonly kept: Map<string, Conversation>
  /** What was asked of the house, in order. */
  readonly asked: string[]
  /** From now on every call fails with this code; undefined: works again. */
  failWith(code: string | undefined): void
  tell<Type extends keyof ClientEvents>(type: Type, event: ClientEvents[Type]): void
}

const unused = (): never => {
  throw new Error('A list does not need this.')
}

export function fakeClient(conversations: readonly Conversation[] = []): FakeClient {
  const kept = new Map(conversations.map((conversation) => [conversation.id, conversation]))
  const listeners = {
    connection: new Listeners<ClientEvents['connection']>(),
    conversation: new Listeners<ClientEvents['conversation']>(),
    resumed: new Listeners<ClientEvents['resumed']>(),
  } satisfies { readonly [Type in keyof ClientEvents]: Listeners<ClientEvents[Type]> }
  const hub: { readonly [Type in keyof ClientEvents]: Listeners<ClientEvents[Type]> } = listeners
  const asked: string[] = []
  let failure: string | undefined
  const ask = async (what: string, signal?: AbortSignal) => {
    asked.push(what)
    await new Promise((resolve) => setImmediate(resolve))
    signal?.throwIfAborted()
    if (failure !== undefined) throw failed(failure)
  }
  return {
    kept,
    asked,
    failWith: (code) => {
      failure = code
    },
    tell: (type, event) => hub[type].tell(event),
    on: (type, listener) => hub[type].add(listener),
    connection: { status: 'stopped' },
    live: [],
    rest: restOf(kept, ask),
    start: unused,
    stop: unused,
    pair: unused,
    signOut: unused,
    wake: unused,
    ask: unused,
    follow: unused,
  }
}

type Ask = (what: string, signal?: AbortSignal) => Promise<void>

function restOf(kept: Map<string, Conversation>, ask: Ask): RestApi {
  const find = (id: string) => {
    const found = kept.get(id)
    if (found === undefined) throw failed('caller_not_found')
    return found
  }
  return {
    listConversations: async (wish) => {
      await ask(`list ${wish?.cursor ?? 'first'}`, wish?.signal)
      return pageOf(
        [...kept.values()].toSorted((one, other) => other.updatedAt - one.updatedAt),
        wish,
      )
    },
    searchConversations: async (query, wish) => {
      await ask(`search ${query}`, wish?.signal)
      const fitting = [...kept.values()].filter(({ title }) => title.includes(query))
      return pageOf(
        fitting.map((conversation): Found => ({ conversation, messageId: null, snippet: conversation.title })),
        wish,
      )
    },
    getConversation: async (id) => {
      await ask(`get ${id}`)
      return find(id)
    },
    renameConversation: async (id, title, ifRevision) => {
      await ask(`rename ${id} ${title}`)
      const before = find(id)
      if (ifRevision !== undefined && ifRevision !== before.revision) throw failed('caller_conflict')
      const renamed = { ...before, title, revision: before.revision + 1 }
      kept.set(id, renamed)
      return renamed
    },
    removeConversation: async (id) => {
      await ask(`remove ${id}`)
      find(id)
      kept.delete(id)
    },
    listMessages: unused,
    getBlob: unused,
    getSession: unused,
    state: unused,
    send: unused,
  }
}

function pageOf<Item>(items: readonly Item[], { limit = 20, cursor = '0' }: PageWish = {}): Page<Item> {
  const from = Number(cursor)
  const next = from + limit
  return { items: items.slice(from, next), nextCursor: next < items.length ? String(next) : undefined }
}

function failed(code: string): HearthFailure {
  return new HearthFailure({ code, message: `It failed with ${code}.`, retryable: false })
}
