import type { Failure, HearthClient } from '../protocol/hearth-client.ts'
import { failureOf } from '../protocol/hearth-failure.ts'
import type { Found } from '../protocol/rest-api.ts'

/** `query` is what the results belong to; while the next ones are on their way the last ones stay. */
export type SearchState =
  | { readonly status: 'idle' }
  | { readonly status: 'searching'; readonly query: string; readonly results: readonly Found[] }
  | { readonly status: 'found'; readonly query: string; readonly results: readonly Found[] }
  | { readonly status: 'failed'; readonly query: string; readonly results: readonly Found[]; readonly failure: Failure }

export interface ConversationSearchConfig {
  readonly debounceMs: number
  readonly limit: number
}

/** Full text search while someone types: waits for a pause, and only the last question counts. */
export class ConversationSearch {
  readonly #client: HearthClient
  readonly #config: ConversationSearchConfig
  readonly #onChange: () => void
  #state: SearchState = { status: 'idle' }
  #abort = new AbortController()

  constructor(client: HearthClient, config: ConversationSearchConfig, onChange: () => void) {
    this.#client = client
    this.#config = config
    this.#onChange = onChange
  }

  get state(): SearchState {
    return this.#state
  }

  /** An empty query ends the search. */
  search(text: string): void {
    this.stop()
    const query = text.trim()
    if (query === '') {
      this.#replace({ status: 'idle' })
      return
    }
    const results = this.#state.status === 'idle' ? [] : this.#state.results
    this.#replace({ status: 'searching', query, results })
    void this.#ask(query, this.#abort.signal)
  }

  /** The same words once more, as something has changed; what was found stays until then. */
  again(): void {
    if (this.#state.status === 'idle') return
    this.stop()
    void this.#ask(this.#state.query, this.#abort.signal)
  }

  /** What is under way comes to nothing. */
  stop(): void {
    this.#abort.abort()
    this.#abort = new AbortController()
  }

  async #ask(query: string, signal: AbortSignal): Promise<void> {
    await pause(this.#config.debounceMs, signal)
    if (signal.aborted) return
    try {
      const { items } = await this.#client.rest.searchConversations(query, { limit: this.#config.limit, signal })
      if (!signal.aborted) this.#replace({ status: 'found', query, results: items })
    } catch (error) {
      if (!signal.aborted) this.#replace({ status: 'failed', query, results: [], failure: failureOf(error) })
    }
  }

  #replace(state: SearchState): void {
    this.#state = state
    this.#onChange()
  }
}

/** Resolves early when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
  clearTimeout(timer)
}
