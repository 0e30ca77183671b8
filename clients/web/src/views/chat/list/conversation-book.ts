import type { ConversationUpdate, HearthClient } from '../../../protocol/hearth-client.ts'
import { failureOf } from '../../../protocol/hearth-failure.ts'
import { Listeners } from '../../../protocol/listeners.ts'
import type { Conversation, Page } from '../../../protocol/rest-api.ts'
import {
  emptyList,
  type ListState,
  withConversation,
  withFailure,
  withFirstPage,
  withHidden,
  withNextPage,
  withoutConversations,
} from './list-state.ts'

const pageSize = 40

/** The conversations of the user, kept true by what the house tells. Knows no DOM. */
export class ConversationBook {
  readonly #client: HearthClient
  readonly #listeners = new Listeners<void>()
  #state = emptyList
  #leave: readonly (() => void)[] = []
  #isLoadingMore = false
  /** What is gone for good: readings that were on their way then still tell of it. */
  readonly #removed = new Set<string>()
  #reloads = 0
  #news = 0

  constructor(client: HearthClient) {
    this.#client = client
  }

  get state(): ListState {
    return this.#state
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  start(): void {
    this.#leave = [
      this.#client.on('conversation', (update) => void this.#take(update)),
      this.#client.on('resumed', () => void this.reload()),
    ]
    void this.reload()
  }

  stop(): void {
    for (const leave of this.#leave) leave()
    this.#leave = []
  }

  /** Only the last one counts, and none that is older than what was heard meanwhile. */
  async reload(): Promise<void> {
    const reload = ++this.#reloads
    try {
      const page = await this.#readFirstPage(reload)
      if (reload === this.#reloads) this.#replace(withFirstPage(this.#state, page))
    } catch (error) {
      if (reload === this.#reloads) this.#replace(withFailure(this.#state, failureOf(error)))
    }
  }

  async #readFirstPage(reload: number): Promise<Page<Conversation>> {
    const news = this.#news
    const page = await this.#client.rest.listConversations({ limit: pageSize })
    return news === this.#news || reload !== this.#reloads ? page : this.#readFirstPage(reload)
  }

  /** The next page, once at a time. One that fails is tried again when the reader scrolls again. */
  async loadMore(): Promise<void> {
    const cursor = this.#state.nextCursor
    if (cursor === undefined || this.#isLoadingMore) return
    this.#isLoadingMore = true
    try {
      const page = await this.#client.rest.listConversations({ limit: pageSize, cursor })
      this.#replace(withNextPage(this.#state, page))
    } catch (error) {
      if (this.#state.conversations.length === 0) this.#replace(withFailure(this.#state, failureOf(error)))
    } finally {
      this.#isLoadingMore = false
    }
  }

  /** As it is known here, when that is not older: a search tells of conversations that no page brought yet. */
  newest(conversation: Conversation): Conversation {
    const known = this.#state.conversations.find(({ id }) => id === conversation.id)
    return known === undefined || known.revision < conversation.revision ? conversation : known
  }

  /** Shown at once, and taken back when the house does not agree. @throws HearthFailure */
  async rename(conversation: Conversation, title: string): Promise<void> {
    const before = this.newest(conversation)
    const { id } = before
    if (before.title === title) return
    this.#replace(withConversation(this.#state, { ...before, title }))
    try {
      const renamed = await this.#client.rest.renameConversation(id, title, before.revision)
      this.#replace(withConversation(this.#state, renamed))
    } catch (error) {
      this.#replace(withConversation(this.#state, before))
      void this.#read(id)
      throw error
    }
  }

  /** Out of sight, not yet deleted. */
  hide(id: string, isHidden: boolean): void {
    this.#replace(withHidden(this.#state, id, isHidden))
  }

  /** @throws HearthFailure, and it is back in sight. */
  async remove(id: string): Promise<void> {
    try {
      await this.#client.rest.removeConversation(id)
    } catch (error) {
      if (failureOf(error).code !== 'caller_not_found') {
        this.hide(id, false)
        throw error
      }
    }
    this.#forget(id)
  }

  async #take({ conversation, change }: ConversationUpdate): Promise<void> {
    this.#news += 1
    if (change === 'removed') this.#forget(conversation)
    else await this.#read(conversation)
  }

  #forget(id: string): void {
    this.#removed.add(id)
    this.#replace(this.#state)
  }

  async #read(id: string): Promise<void> {
    try {
      const conversation = await this.#client.rest.getConversation(id)
      this.#replace(withConversation(this.#state, conversation))
    } catch (error) {
      if (failureOf(error).code === 'caller_not_found') this.#forget(id)
    }
  }

  #replace(state: ListState): void {
    this.#state = withoutConversations(state, this.#removed)
    this.#listeners.tell()
  }
}
