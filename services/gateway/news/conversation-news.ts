import type { SessionMessage } from '../../common/contracts/protocol/server-messages.ts'
import type { ConversationChange } from '../../common/contracts/settings.ts'
import type { GatewayLimits } from '../gateway-limits.ts'

/** A connection that can be told of changed conversations. */
export interface NewsListener {
  /** `text`: the whole message, encoded once for all. */
  tell(conversation: string, text: string): void
}

interface Audience {
  /** Every session of the principal. */
  readonly all: Set<NewsListener>
  /** Those with the feature `conversations`, oldest first. */
  readonly asking: Set<NewsListener>
}

/**
 * Who is told that a conversation changed: every session of its owner, or, where the owner has very many (a program with
 * one token and hundreds of sockets), the newest of those that asked for it.
 */
export class ConversationNews {
  readonly #limits: Pick<GatewayLimits, 'newsForAll' | 'newsListeners'>
  /** By principal. */
  readonly #audiences = new Map<string, Audience>()

  constructor(limits: Pick<GatewayLimits, 'newsForAll' | 'newsListeners'>) {
    this.#limits = limits
  }

  /** @returns how to leave again; idempotent. */
  join(principalId: string, listener: NewsListener, asksForNews: boolean): () => void {
    const audience = this.#audiences.get(principalId) ?? { all: new Set(), asking: new Set() }
    this.#audiences.set(principalId, audience)
    audience.all.add(listener)
    if (asksForNews) audience.asking.add(listener)
    return () => {
      audience.all.delete(listener)
      audience.asking.delete(listener)
      if (audience.all.size === 0 && this.#audiences.get(principalId) === audience) {
        this.#audiences.delete(principalId)
      }
    }
  }

  publish(change: ConversationChange): void {
    const listeners = this.#listenersOf(change.owner)
    if (listeners.length === 0) return
    const text = JSON.stringify(newsOf(change))
    for (const listener of listeners) listener.tell(change.conversation, text)
  }

  #listenersOf(owner: string): readonly NewsListener[] {
    const audience = this.#audiences.get(owner)
    if (audience === undefined) return []
    const { all, asking } = audience
    return all.size <= this.#limits.newsForAll ? [...all] : [...asking].slice(-this.#limits.newsListeners)
  }
}

const newsOf = ({ conversation, change, runId }: ConversationChange): SessionMessage => ({
  type: 'conversation.updated',
  conversation,
  change,
  ...(runId === undefined ? {} : { response_id: runId }),
})
