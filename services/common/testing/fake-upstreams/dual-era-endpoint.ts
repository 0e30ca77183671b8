import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import {
  type NodeIncomingMessageLike,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
  toWebRequest,
} from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  type EventStore,
  isInitializeRequest,
  isLegacyRequest,
  type McpHttpHandler,
  type McpServer,
  type Server,
} from '@modelcontextprotocol/server'

export interface EndpointOptions {
  readonly eras: () => 'modern' | 'legacy' | 'both'
  /** A new server: for a session of the old revisions, or for one modern request. */
  readonly serve: (session: LegacySession | undefined) => Server | McpServer
  /** Old revisions only: lets a client take up a stream again. */
  readonly eventStore?: () => EventStore
}

/** A session of a revision before 2026-07-28. */
export interface LegacySession {
  readonly subscribed: Set<string>
}

type Open = LegacySession & {
  readonly transport: NodeStreamableHTTPServerTransport
  readonly server: Server | McpServer
}

export type Change = 'tools' | 'prompts' | 'resources'

/** One MCP address that speaks 2026-07-28, the sessionful revisions before it, or both. Owns its sessions. */
export class DualEraEndpoint {
  readonly #options: EndpointOptions
  readonly #modern: McpHttpHandler
  readonly #modernNode: ReturnType<typeof toNodeHandler>
  readonly #sessions = new Map<string, Open>()

  constructor(options: EndpointOptions) {
    this.#options = options
    this.#modern = createMcpHandler(() => options.serve(undefined), { legacy: 'reject', keepAliveMs: 0 })
    this.#modernNode = toNodeHandler(this.#modern)
  }

  get sessions(): number {
    return this.#sessions.size
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = request.method === 'POST' ? await json(request).catch(() => undefined) : undefined
    if (await this.#isLegacy(request, body)) return this.#handleLegacy(request, response, body)
    return this.#modernNode(asLike(request), response, body)
  }

  /** Tells everybody who listens, of both eras. */
  changed(what: Change): void {
    if (what === 'tools') this.#modern.notify.toolsChanged()
    if (what === 'prompts') this.#modern.notify.promptsChanged()
    if (what === 'resources') this.#modern.notify.resourcesChanged()
    for (const { server } of this.#sessions.values()) void tellChanged(lowLevel(server), what).catch(() => undefined)
  }

  resourceUpdated(uri: string): void {
    this.#modern.notify.resourceUpdated(uri)
    for (const { server, subscribed } of this.#sessions.values()) {
      if (subscribed.has(uri))
        void lowLevel(server)
          .sendResourceUpdated({ uri })
          .catch(() => undefined)
    }
  }

  /** Forgets every session, as a restart would. */
  async forgetSessions(): Promise<void> {
    const open = [...this.#sessions.values()]
    this.#sessions.clear()
    await Promise.all(open.map(({ transport }) => transport.close()))
  }

  async close(): Promise<void> {
    await this.forgetSessions()
    await this.#modern.close()
  }

  async #isLegacy(request: IncomingMessage, body: unknown): Promise<boolean> {
    const eras = this.#options.eras()
    if (eras !== 'both') return eras === 'legacy'
    if (request.method !== 'POST') return true
    return isLegacyRequest(await toWebRequest(asLike(request), body ?? {}))
  }

  async #handleLegacy(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const id = request.headers['mcp-session-id']
    const open = typeof id === 'string' ? this.#sessions.get(id) : undefined
    if (open !== undefined) return open.transport.handleRequest(request, response, body)
    if (id !== undefined) return refuse(response, 404, -32001, 'Session not found')
    if (!isInitializeRequest(body)) return refuse(response, 400, -32000, 'Bad Request: Session ID required')
    await (await this.#openSession()).handleRequest(request, response, body)
  }

  async #openSession(): Promise<NodeStreamableHTTPServerTransport> {
    const session: LegacySession = { subscribed: new Set() }
    const server = this.#options.serve(session)
    const eventStore = this.#options.eventStore?.()
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void this.#sessions.set(id, { ...session, transport, server }),
      ...(eventStore === undefined ? {} : { eventStore, retryInterval: 500 }),
    })
    await server.connect(transport)
    const { onclose } = transport
    transport.onclose = () => {
      if (transport.sessionId !== undefined) this.#sessions.delete(transport.sessionId)
      onclose?.()
    }
    return transport
  }
}

/** Node says `undefined` where the SDK's type says absent. */
const asLike = (request: IncomingMessage) => request as NodeIncomingMessageLike

const lowLevel = (server: Server | McpServer): Server => ('server' in server ? server.server : server)

function tellChanged(server: Server, what: Change): Promise<void> {
  if (what === 'tools') return server.sendToolListChanged()
  if (what === 'prompts') return server.sendPromptListChanged()
  return server.sendResourceListChanged()
}

function refuse(response: ServerResponse, status: number, code: number, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }))
}
