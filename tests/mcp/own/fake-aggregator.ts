import type { Tool } from '@modelcontextprotocol/client'
import { type McpServer, mcpServerSpec } from '../../../services/common/contracts/mcp-server.ts'
import type { Aggregator, CatalogNews, ToolRefusal } from '../../../services/mcp/aggregator/aggregator.ts'
import type { Catalog, CatalogTool } from '../../../services/mcp/aggregator/catalog.ts'
import type { UpstreamStatus } from '../../../services/mcp/aggregator/upstream.ts'
import type { Store } from '../../../services/mcp/store/store.ts'

const emptyCatalog: Catalog = {
  servers: new Map(),
  capabilities: new Map(),
  tools: new Map(),
  prompts: new Map(),
  resources: new Map(),
  templates: [],
}

/** An aggregator without upstreams: knows what it is given, or what the store says when it is told to sync. */
export class FakeAggregator implements Aggregator {
  /** Servers and switches as they were at each sync. */
  readonly synced: Catalog[] = []
  statusList: readonly UpstreamStatus[] = []
  readonly #listeners = new Set<(news: CatalogNews) => void>()
  readonly #store: Store | undefined
  #catalog: Catalog = emptyCatalog

  constructor(store?: Store) {
    this.#store = store
  }

  catalog(): Catalog {
    return this.#catalog
  }

  swap(change: Partial<Catalog>): void {
    const news = { before: this.#catalog, after: { ...this.#catalog, ...change } }
    this.#catalog = news.after
    for (const listen of this.#listeners) listen(news)
  }

  setTools(...tools: readonly CatalogTool[]): void {
    this.swap({ tools: new Map(tools.map((tool) => [tool.exposedName, tool])) })
  }

  view(): never {
    throw new Error('own parts make no views')
  }

  eraOf(): undefined {
    return undefined
  }

  statuses(): readonly UpstreamStatus[] {
    return this.statusList
  }

  refusal(exposedName: string, { profile }: Parameters<Aggregator['refusal']>[1]): ToolRefusal | undefined {
    const tool = this.#catalog.tools.get(exposedName)
    if (tool === undefined) return 'unknown'
    if (profile !== undefined && !profile.tools.servers.includes(tool.server)) return 'not_in_profile'
    if (this.#catalog.servers.get(tool.server)?.enabled === false) return 'server_off'
    if (!tool.enabled) return 'off'
    return tool.state === 'active' ? undefined : tool.state
  }

  /** All whose text has a word of the query, those with most of them first. */
  search(
    query: string,
    audience: Parameters<Aggregator['search']>[1],
    limit: number,
  ): ReturnType<Aggregator['search']> {
    const words = query.toLowerCase().split(/\s+/)
    return [...this.#catalog.tools.values()]
      .filter((tool) => this.refusal(tool.exposedName, audience) === undefined)
      .map((tool) => ({ tool, score: words.filter((word) => textOf(tool).includes(word)).length }))
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score || a.tool.exposedName.localeCompare(b.tool.exposedName))
      .slice(0, limit)
  }

  async exchange(): Promise<never> {
    throw new Error('own parts call no upstream')
  }

  watchResource(): undefined {
    return undefined
  }

  async sync(): Promise<void> {
    if (this.#store === undefined) return
    const servers = await this.#store.mcpServers.all()
    const { tools } = await this.#store.catalog.load()
    this.swap({
      servers: new Map(servers.map((server) => [server.name, server])),
      tools: new Map(
        tools.map((tool) => [
          tool.exposedName,
          { ...tool, exposed: { ...tool.definition, name: tool.exposedName }, tokens: 1 },
        ]),
      ),
    })
    this.synced.push(this.#catalog)
  }

  async refresh(): Promise<void> {}
  async restart(): Promise<void> {}

  onCatalog(listen: (news: CatalogNews) => void): Disposable {
    this.#listeners.add(listen)
    return { [Symbol.dispose]: () => this.#listeners.delete(listen) }
  }

  onResourceUpdated(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }
}

const textOf = ({ exposed }: CatalogTool): string => `${exposed.name} ${exposed.description ?? ''}`.toLowerCase()

/** A tool that was seen and is ON, with `change`. */
export function catalogTool(exposed: Partial<Tool>, change: Partial<CatalogTool> = {}): CatalogTool {
  const definition: Tool = { name: 'a-tool', inputSchema: { type: 'object' }, ...exposed }
  return {
    server: 'memory',
    name: definition.name,
    exposedName: definition.name,
    definition,
    hash: 'aa',
    approvedHash: 'aa',
    approvedDefinition: null,
    state: 'active',
    reason: null,
    enabled: true,
    pinned: false,
    firstSeenAt: 1,
    goneAt: null,
    revision: 1,
    exposed: definition,
    tokens: 1,
    ...change,
  }
}

export const mcpServer = (name: string, change: Partial<McpServer> = {}): McpServer => ({
  ...mcpServerSpec.parse({ url: 'http://127.0.0.1:9/mcp' }),
  name,
  origin: 'api',
  revision: 1,
  created_at: 1,
  updated_at: 1,
  ...change,
})
