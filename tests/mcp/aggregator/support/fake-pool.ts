import type { Prompt, Resource, ResourceTemplateType, Tool } from '@modelcontextprotocol/client'
import type { McpServer } from '../../../../services/common/contracts/mcp-server.ts'
import { HearthError } from '../../../../services/common/errors/hearth-error.ts'
import type {
  Exchange,
  ExchangeAnswer,
  Upstream,
  UpstreamListener,
  UpstreamListing,
  UpstreamPool,
  UpstreamState,
  UpstreamStatus,
} from '../../../../services/mcp/aggregator/upstream.ts'

export const tool = (name: string, description = `Does ${name}`, more: Partial<Tool> = {}): Tool => ({
  name,
  description,
  inputSchema: { type: 'object', properties: { text: { type: 'string', description: 'What to work on' } } },
  ...more,
})

/** What one upstream offers and does; a test changes it at will and then says so by `changed`. */
export interface FakeServer {
  tools: Tool[]
  prompts: Prompt[]
  resources: Resource[]
  templates: ResourceTemplateType[]
  state: UpstreamState
  /** Fails every list. */
  isDead: boolean
  /** Milliseconds before it lists or answers. */
  delayMs: number
  /** Milliseconds that a call waits for its turn. */
  queueMs: number
  /** What a call waits for before its turn. */
  turn: Promise<void> | undefined
  /** Throws what an upstream would throw. */
  answer: (exchange: Exchange) => Promise<ExchangeAnswer>
  /** Of every request that reached it. */
  readonly reached: Exchange[]
  lists: number
  readonly watched: string[]
}

const fakeServer = (tools: readonly Tool[]): FakeServer => ({
  tools: [...tools],
  prompts: [],
  resources: [],
  templates: [],
  state: 'ready',
  isDead: false,
  delayMs: 0,
  queueMs: 0,
  turn: undefined,
  answer: async ({ params }) => ({
    type: 'complete',
    result: { content: [{ type: 'text', text: `answer of ${String(params['name'] ?? params['uri'])}` }] },
  }),
  reached: [],
  lists: 0,
  watched: [],
})

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })

/** A pool of upstreams in memory. */
export class FakePool implements UpstreamPool {
  readonly name = 'fake-pool'
  readonly servers = new Map<string, FakeServer>()
  /** What was applied last. */
  applied: readonly McpServer[] = []
  readonly restarted: string[] = []
  mostListing = 0
  onReached: ((exchange: Exchange) => void) | undefined
  readonly #upstreams = new Map<string, Upstream>()
  #listing = 0
  #listener: UpstreamListener | undefined

  listenTo(listener: UpstreamListener): this {
    this.#listener = listener
    return this
  }

  offer(name: string, ...tools: readonly Tool[]): FakeServer {
    const server = fakeServer(tools)
    this.servers.set(name, server)
    this.#upstreams.delete(name)
    return server
  }

  of(name: string): FakeServer {
    const server = this.servers.get(name)
    if (server === undefined) throw new Error(`no fake server ${name}`)
    return server
  }

  /** The upstream says that its lists changed. */
  changed(name: string): void {
    this.#listener?.onListsChanged(name)
  }

  /** An upstream of that name tells how it is. */
  tell(name: string, state: UpstreamState): void {
    this.#listener?.onStatus({ ...this.#status(name, this.of(name)), state })
  }

  updated(name: string, uri: string): void {
    this.#listener?.onResourceUpdated(name, uri)
  }

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  apply(servers: readonly McpServer[]): void {
    this.applied = servers
    const names = new Set(servers.map(({ name }) => name))
    for (const name of [...this.#upstreams.keys()]) if (!names.has(name)) this.#upstreams.delete(name)
  }

  get(name: string): Upstream | undefined {
    const server = this.servers.get(name)
    if (server === undefined || !this.applied.some((applied) => applied.name === name)) return undefined
    const upstream = this.#upstreams.get(name) ?? this.#upstream(name, server)
    this.#upstreams.set(name, upstream)
    return upstream
  }

  #upstream(name: string, server: FakeServer): Upstream {
    return {
      name,
      status: () => this.#status(name, server),
      list: (signal) => this.#list(server, signal),
      exchange: (exchange) => this.#exchange(server, exchange),
      watch: (uri) => {
        server.watched.push(uri)
        return { [Symbol.dispose]: () => void server.watched.splice(server.watched.indexOf(uri), 1) }
      },
    }
  }

  statuses(): readonly UpstreamStatus[] {
    return [...this.servers].map(([name, server]) => this.#status(name, server))
  }

  async restart(name: string): Promise<void> {
    this.restarted.push(name)
  }

  async #list(server: FakeServer, signal: AbortSignal): Promise<UpstreamListing> {
    server.lists++
    this.mostListing = Math.max(this.mostListing, ++this.#listing)
    try {
      if (server.delayMs > 0) await pause(server.delayMs, signal)
      if (server.isDead) throw new HearthError('tool_unavailable', 'It does not start.')
      server.state = 'ready'
      const { tools, prompts, resources, templates } = server
      return structuredClone({
        capabilities: { tools: { listChanged: true } },
        instructions: undefined,
        ...{ tools, prompts, resources, resourceTemplates: templates },
      })
    } finally {
      this.#listing--
    }
  }

  async #exchange(server: FakeServer, exchange: Exchange): Promise<ExchangeAnswer> {
    await server.turn
    if (server.queueMs > 0) await pause(server.queueMs, exchange.signal)
    const refused = exchange.refused?.()
    if (refused !== undefined) throw refused
    server.reached.push(exchange)
    this.onReached?.(exchange)
    if (server.delayMs > 0) await pause(server.delayMs, exchange.signal)
    return await server.answer(exchange)
  }

  #status(name: string, { state }: FakeServer): UpstreamStatus {
    return {
      ...{ name, state, era: 'modern', protocolVersion: '2026-07-28', restarts: 0, callsInFlight: 0 },
      ...{ lastError: undefined, retryAt: undefined, latencyMs: undefined, pid: undefined, memoryBytes: undefined },
    }
  }
}
