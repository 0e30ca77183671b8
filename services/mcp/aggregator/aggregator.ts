import type { ModelProfile } from '../../common/contracts/model-profile.ts'
import type { Catalog, CatalogPrompt, CatalogResource, CatalogTemplate, CatalogTool } from './catalog.ts'
import type { Asker, Era, ExchangeAnswer, UpstreamStatus } from './upstream.ts'

/** For whom lists are made: everybody with the same audience sees the same. */
export interface Audience {
  /** Of `/mcp/profiles/<name>`; undefined: `/mcp`, all that is ON. */
  readonly profile: ModelProfile | undefined
}

/** Why a tool of the audience is not in its list. */
export interface LeftOut {
  readonly exposedName: string
  readonly reason: 'budget'
  readonly tokens: number
}

/** What one audience may list, call and read; pure in the catalog and the audience. */
export interface View {
  /** In the list: pinned first, then by name, within the budget of the profile. */
  readonly tools: readonly CatalogTool[]
  /** May be found by search and called, but is not in the list. */
  readonly leftOut: readonly LeftOut[]
  /** Tokens of `tools`, and how many there may be. */
  readonly tokens: number
  readonly budgetTokens: number | undefined
  readonly prompts: readonly CatalogPrompt[]
  readonly resources: readonly CatalogResource[]
  readonly templates: readonly CatalogTemplate[]
  /** Change exactly when the list does: equal hashes, equal lists. */
  readonly hashes: { readonly tools: string; readonly prompts: string; readonly resources: string }
}

export interface FoundTool {
  readonly tool: CatalogTool
  readonly score: number
}

/** A request of a client, in exposed names. */
export type ClientExchange = {
  readonly params: Readonly<Record<string, unknown>>
  readonly asker: Asker
  readonly audience: Audience
  readonly signal: AbortSignal
} & ({ readonly method: 'tools/call' | 'prompts/get' | 'resources/read' } | { readonly method: 'completion/complete' })

export type ToolRefusal = 'unknown' | 'off' | 'server_off' | 'quarantined' | 'gone' | 'not_in_profile'

/** What is told when the catalog was swapped. */
export interface CatalogNews {
  readonly before: Catalog
  readonly after: Catalog
}

/** One truthful server in front of all: lists from the catalog, calls to the upstreams. */
export interface Aggregator {
  catalog(): Catalog
  /** Computed once per catalog and audience. */
  view(audience: Audience): View
  statuses(): readonly UpstreamStatus[]
  /** What the server speaks while it runs; undefined: it is not running. */
  eraOf(server: string): Era | undefined
  /**
   * Is it callable now? Undefined: yes. Asked at every list, call and read.
   */
  refusal(exposedName: string, audience: Audience): ToolRefusal | undefined
  /** Ranked full text over names, titles, descriptions and parameters of what the audience may call. */
  search(query: string, audience: Audience, limit: number): readonly FoundTool[]
  /**
   * Calls, reads, gets and completes at the upstream that has it. A failing upstream of `tools/call` is an answer with
   * `isError: true` that names it.
   * @throws ProtocolError for an unknown name or URI (-32602); HearthError of `Upstream.exchange` for the other methods.
   */
  exchange(request: ClientExchange): Promise<ExchangeAnswer>
  /** Who watches a resource of an upstream; undefined: nobody has it. */
  watchResource(uri: string, audience: Audience): Disposable | undefined
  /** Reads what the store says now and acts on it; resolves when every list and call goes by it. */
  sync(signal: AbortSignal): Promise<void>
  /** Looks at the upstream anew now; resolves with the catalog that has it. @throws HearthError of `Upstream.list`. */
  refresh(server: string, signal: AbortSignal): Promise<void>
  restart(server: string): Promise<void>
  /** Listeners must not throw. Told after the swap, a burst of changes once. */
  onCatalog(listen: (news: CatalogNews) => void): Disposable
  onResourceUpdated(listen: (server: string, uri: string) => void): Disposable
}
