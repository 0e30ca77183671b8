import type { McpServer } from '../../../../services/common/contracts/mcp-server.ts'
import { HearthError } from '../../../../services/common/errors/hearth-error.ts'
import type { Aggregator, ClientExchange, ToolRefusal } from '../../../../services/mcp/aggregator/aggregator.ts'
import type { Catalog, CatalogTool } from '../../../../services/mcp/aggregator/catalog.ts'
import type { ExchangeAnswer, UpstreamStatus } from '../../../../services/mcp/aggregator/upstream.ts'
import type { Store } from '../../../../services/mcp/store/store.ts'

/** An aggregator that goes by the store from one `sync` to the next and reaches no upstream. */
export class FakeAggregator implements Aggregator {
  readonly #store: Store
  #catalog: Catalog = {
    servers: new Map(),
    capabilities: new Map(),
    tools: new Map(),
    prompts: new Map(),
    resources: new Map(),
    templates: [],
  }
  /** What was asked of upstreams, such as `restart memory`. */
  readonly asked: string[] = []
  syncs = 0
  /** What a sync waits for. */
  beforeSync: (signal: AbortSignal) => Promise<void> = async () => undefined
  /** How upstreams answer calls. */
  answer: (request: ClientExchange) => Promise<ExchangeAnswer> = async () => ({
    type: 'complete',
    result: { content: [{ type: 'text', text: 'done' }] },
  })
  status: Partial<UpstreamStatus> = {}

  constructor(store: Store) {
    this.#store = store
  }

  catalog(): Catalog {
    return this.#catalog
  }

  async sync(signal: AbortSignal = new AbortController().signal): Promise<void> {
    this.syncs += 1
    await this.beforeSync(signal)
    const [servers, { tools }] = [await this.#store.mcpServers.all(), await this.#store.catalog.load()]
    const shown = tools.map((tool): CatalogTool => ({ ...tool, exposed: tool.definition, tokens: 7 }))
    this.#catalog = {
      ...this.#catalog,
      servers: new Map(servers.map((server) => [server.name, server])),
      tools: new Map(shown.map((tool) => [tool.exposedName, tool])),
    }
  }

  eraOf(): undefined {
    return undefined
  }

  statuses(): readonly UpstreamStatus[] {
    return [...this.#catalog.servers.values()].map((server) => this.#statusOf(server))
  }

  #statusOf({ name, enabled }: McpServer): UpstreamStatus {
    return {
      name,
      state: enabled ? 'cold' : 'off',
      era: undefined,
      protocolVersion: undefined,
      lastError: undefined,
      retryAt: undefined,
      restarts: 0,
      callsInFlight: 0,
      latencyMs: undefined,
      pid: undefined,
      memoryBytes: undefined,
      ...this.status,
    }
  }

  refusal(exposedName: string): ToolRefusal | undefined {
    const tool = this.#catalog.tools.get(exposedName)
    if (tool === undefined) return 'unknown'
    if (this.#catalog.servers.get(tool.server)?.enabled !== true) return 'server_off'
    if (tool.state !== 'active') return tool.state
    return tool.enabled ? undefined : 'off'
  }

  search(query: string, _audience: object, limit: number) {
    const found = [...this.#catalog.tools.values()].filter(
      ({ exposedName, definition }) =>
        this.refusal(exposedName) === undefined && (definition.description ?? '').includes(query),
    )
    return found
      .toSorted((a, b) => (a.exposedName < b.exposedName ? 1 : -1))
      .slice(0, limit)
      .map((tool, index) => ({ tool, score: 1 / (index + 1) }))
  }

  async exchange(request: ClientExchange): Promise<ExchangeAnswer> {
    const refusal = this.refusal(String(request.params['name']))
    if (refusal === undefined) return await this.answer(request)
    const code =
      refusal === 'quarantined' ? 'tool_quarantined' : refusal === 'gone' ? 'tool_unavailable' : 'tool_disabled'
    return { type: 'complete', result: { content: [], isError: true, _meta: { 'hearth/code': code } } }
  }

  async refresh(server: string): Promise<void> {
    this.asked.push(`refresh ${server}`)
    if (server === 'dead') throw new HearthError('tool_unavailable', 'The server dead cannot be started.')
  }

  async restart(server: string): Promise<void> {
    this.asked.push(`restart ${server}`)
  }

  view(): never {
    throw new Error('REST shows no audience')
  }

  watchResource(): undefined {
    return undefined
  }

  onCatalog(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }

  onResourceUpdated(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}
