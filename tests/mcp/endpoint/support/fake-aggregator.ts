import { ProtocolError } from '@modelcontextprotocol/client'
import { type McpServer, mcpServerSpec } from '../../../../services/common/contracts/mcp-server.ts'
import type {
  Aggregator,
  Audience,
  CatalogNews,
  ClientExchange,
  FoundTool,
  ToolRefusal,
  View,
} from '../../../../services/mcp/aggregator/aggregator.ts'
import type { Catalog, CatalogTool } from '../../../../services/mcp/aggregator/catalog.ts'
import type { Era, ExchangeAnswer, UpstreamStatus } from '../../../../services/mcp/aggregator/upstream.ts'

type Exchange = (request: ClientExchange) => Promise<ExchangeAnswer>

/** A tool of the server `fake` with nothing special about it. */
export function fakeTool(name: string, change: Partial<CatalogTool> = {}): CatalogTool {
  const definition = { name, description: `Does ${name}`, inputSchema: { type: 'object' as const } }
  return {
    server: 'fake',
    name,
    exposedName: name,
    definition,
    hash: name,
    approvedHash: name,
    state: 'active',
    reason: null,
    enabled: true,
    pinned: false,
    firstSeenAt: 0,
    goneAt: null,
    revision: 1,
    exposed: definition,
    tokens: 10,
    ...change,
  }
}

/** The server of those tools. */
export const fakeServer = (enabled: boolean): McpServer => ({
  ...mcpServerSpec.parse({ url: 'http://127.0.0.1:9/mcp', enabled }),
  name: 'fake',
  origin: 'config',
  revision: 1,
  created_at: 0,
  updated_at: 0,
})

const emptyCatalog: Catalog = {
  servers: new Map(),
  capabilities: new Map(),
  tools: new Map(),
  prompts: new Map(),
  resources: new Map(),
  templates: [],
}

/** An aggregator without upstreams: a catalog that tests swap, and one function that answers every exchange. */
export class FakeAggregator implements Aggregator {
  readonly exchanges: ClientExchange[] = []
  readonly watched: string[] = []
  /** Of all servers. */
  era: Era | undefined
  answer: Exchange = async () => ({ type: 'complete', result: { content: [{ type: 'text', text: 'done' }] } })
  #catalog: Catalog
  readonly #views = new WeakMap<Catalog, Map<string, View>>()
  readonly #onCatalog = new Set<(news: CatalogNews) => void>()
  readonly #onUpdated = new Set<(server: string, uri: string) => void>()

  constructor(tools: readonly CatalogTool[] = [], rest: Partial<Catalog> = {}) {
    this.#catalog = { ...emptyCatalog, ...rest, tools: toolMap(tools) }
  }

  /** The same catalog with other tools, told to everybody who listens. */
  setTools(tools: readonly CatalogTool[]): void {
    this.swap({ ...this.#catalog, tools: toolMap(tools) })
  }

  swap(after: Catalog): void {
    const before = this.#catalog
    this.#catalog = after
    for (const listen of this.#onCatalog) listen({ before, after })
  }

  updated(server: string, uri: string): void {
    for (const listen of this.#onUpdated) listen(server, uri)
  }

  catalog(): Catalog {
    return this.#catalog
  }

  /** As the real one: the same object as long as the catalog is the same. */
  view(audience: Audience): View {
    const views = this.#views.get(this.#catalog) ?? new Map<string, View>()
    this.#views.set(this.#catalog, views)
    const key = JSON.stringify(audience.profile?.tools ?? null)
    const view = views.get(key) ?? this.#makeView(audience)
    views.set(key, view)
    return view
  }

  #makeView({ profile }: Audience): View {
    const { tools, prompts, resources, templates } = this.#catalog
    const isInProfile = ({ server }: { readonly server: string }): boolean =>
      profile === undefined || profile.tools.servers.includes(server)
    const listed = [...tools.values()].filter((tool) => isInProfile(tool) && refusalOf(tool) === undefined)
    const view = {
      tools: listed,
      leftOut: [],
      tokens: 0,
      budgetTokens: undefined,
      prompts: [...prompts.values()].filter(isInProfile),
      resources: [...resources.values()].filter(isInProfile),
      templates: templates.filter(isInProfile),
    }
    const hashes = {
      tools: JSON.stringify(view.tools.map(({ exposed }) => exposed)),
      prompts: JSON.stringify(view.prompts),
      resources: JSON.stringify([view.resources, view.templates]),
    }
    return { ...view, hashes }
  }

  eraOf(): Era | undefined {
    return this.era
  }

  statuses(): readonly UpstreamStatus[] {
    return []
  }

  refusal(exposedName: string, { profile }: Audience): ToolRefusal | undefined {
    const tool = this.#catalog.tools.get(exposedName)
    if (tool === undefined) return 'unknown'
    if (profile !== undefined && !profile.tools.servers.includes(tool.server)) return 'not_in_profile'
    return refusalOf(tool)
  }

  search(): readonly FoundTool[] {
    return []
  }

  /** As the real one: what may not be called is refused here. */
  async exchange(request: ClientExchange): Promise<ExchangeAnswer> {
    const name = String(request.params['name'])
    const refusal = request.method === 'tools/call' ? this.refusal(name, request.audience) : undefined
    if (refusal === 'unknown' || refusal === 'not_in_profile') throw new ProtocolError(-32602, `Unknown tool: ${name}`)
    if (refusal !== undefined) return refused
    this.exchanges.push(request)
    return this.answer(request)
  }

  watchResource(uri: string): Disposable | undefined {
    if (!this.#catalog.resources.has(uri)) return undefined
    this.watched.push(uri)
    return { [Symbol.dispose]: () => void this.watched.splice(this.watched.indexOf(uri), 1) }
  }

  async sync(): Promise<void> {}
  async refresh(): Promise<void> {}
  async restart(): Promise<void> {}

  onCatalog(listen: (news: CatalogNews) => void): Disposable {
    this.#onCatalog.add(listen)
    return { [Symbol.dispose]: () => void this.#onCatalog.delete(listen) }
  }

  onResourceUpdated(listen: (server: string, uri: string) => void): Disposable {
    this.#onUpdated.add(listen)
    return { [Symbol.dispose]: () => void this.#onUpdated.delete(listen) }
  }
}

const refused: ExchangeAnswer = {
  type: 'complete',
  result: {
    content: [{ type: 'text', text: 'tool_disabled: it is switched off' }],
    isError: true,
    _meta: { 'hearth/code': 'tool_disabled' },
  },
}

const toolMap = (tools: readonly CatalogTool[]): ReadonlyMap<string, CatalogTool> =>
  new Map(tools.map((tool) => [tool.exposedName, tool]))

function refusalOf({ enabled, state }: CatalogTool): ToolRefusal | undefined {
  if (!enabled) return 'off'
  return state === 'active' ? undefined : state
}
