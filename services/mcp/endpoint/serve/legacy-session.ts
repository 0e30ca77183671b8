import {
  type LoggingLevel,
  ResourceNotFoundError,
  type Server,
  type ServerEvent,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { AudienceHub } from '../audience/audience-hub.ts'
import type { EndpointLimits } from '../endpoint-deps.ts'
import { protocolErrorOf } from '../requests/refusals.ts'
import { isOwnUri } from '../requests/requests.ts'
import { buildServer, type ServerParts } from './build-server.ts'
import { legacyAsk } from './legacy-ask.ts'

export interface SessionDeps {
  readonly parts: ServerParts
  readonly limits: Pick<EndpointLimits, 'watchedPerClient' | 'stateTtlMs' | 'keepAliveMs' | 'bodyBytes'>
  readonly newId: () => string
  readonly clock: () => number
}

/** One client of a revision before 2026-07-28, from `initialize` to the end of its session. */
export class LegacySession {
  readonly hub: AudienceHub
  readonly #deps: SessionDeps
  readonly #server: Server
  readonly #transport: WebStandardStreamableHTTPServerTransport
  readonly #held = new DisposableStack()
  readonly #watched = new Map<string, Disposable>()
  /** Until the client says what it wants. */
  #logLevel: LoggingLevel = 'info'
  /** The GET request whose answer is the stream for news. */
  #listening: Request | undefined
  readonly #missed = new Map<string, ServerEvent>()
  #open = 0
  #lastUsedAt: number

  private constructor(hub: AudienceHub, deps: SessionDeps) {
    this.hub = hub
    this.#deps = deps
    this.#lastUsedAt = deps.clock()
    this.#transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: deps.newId,
      keepAliveMs: deps.limits.keepAliveMs,
    })
    const answerMs = deps.limits.stateTtlMs
    this.#server = buildServer(deps.parts, (ctx, server) =>
      legacyAsk(ctx, { caller: hub.caller, server, logLevel: this.#logLevel, answerMs }),
    )
    this.#handleSessionRequests()
  }

  /** @param onClose told once, whoever closed it. @throws HearthError as `AudienceHub.refuseEnded`. */
  static async open(
    hub: AudienceHub,
    deps: SessionDeps,
    onClose: (session: LegacySession) => void,
  ): Promise<LegacySession> {
    const session = new LegacySession(hub, deps)
    session.#held.use(hub.use())
    session.#held.use(hub.subscribe((event) => session.#tell(event)))
    const onHubEnd = (): void => void session.close()
    hub.ended.addEventListener('abort', onHubEnd, { once: true })
    session.#held.defer(() => hub.ended.removeEventListener('abort', onHubEnd))
    session.#server.onclose = () => {
      session.#release()
      onClose(session)
    }
    await session.#server.connect(session.#transport)
    hub.refuseEnded()
    return session
  }

  /** Known once `initialize` was answered. */
  get id(): string | undefined {
    return this.#transport.sessionId
  }

  /** How long nobody has used it, milliseconds; 0 while a stream or request is open. */
  get idleMs(): number {
    return this.#open > 0 ? 0 : this.#deps.clock() - this.#lastUsedAt
  }

  async serve(request: Request, body: unknown): Promise<Response> {
    this.#open += 1
    // The request lives as long as its stream: its signal ends with the connection.
    const left = (): void => this.#left(request)
    if (request.signal.aborted) left()
    else request.signal.addEventListener('abort', left, { once: true })
    const response = await this.#transport.handleRequest(request, body === undefined ? {} : { parsedBody: body })
    if (request.method === 'GET' && response.ok && !request.signal.aborted) this.#listens(request)
    return response
  }

  async close(): Promise<void> {
    await this.#server.close()
  }

  #handleSessionRequests(): void {
    this.#server.setRequestHandler('logging/setLevel', ({ params }) => {
      this.#logLevel = params.level
      return {}
    })
    this.#server.setRequestHandler('resources/subscribe', ({ params }) => {
      this.#watch(params.uri)
      return {}
    })
    this.#server.setRequestHandler('resources/unsubscribe', ({ params }) => {
      this.#watched.get(params.uri)?.[Symbol.dispose]()
      this.#watched.delete(params.uri)
      return {}
    })
  }

  #watch(uri: string): void {
    if (this.#watched.has(uri)) return
    const { watchedPerClient } = this.#deps.limits
    if (this.#watched.size >= watchedPerClient) {
      const message = `A session watches at most ${watchedPerClient} resources; unsubscribe from some.`
      throw protocolErrorOf(new HearthError('policy_rate_limited', message))
    }
    const watch = this.hub.watch(uri, isOwnUri(uri))
    if (watch === undefined) throw new ResourceNotFoundError(uri)
    this.#watched.set(uri, watch)
  }

  /** The stream for what the session is told is open; so it learns what it has missed. */
  #listens(request: Request): void {
    this.#listening = request
    const missed = [...this.#missed.values()]
    this.#missed.clear()
    for (const event of missed) this.#tell(event)
  }

  #left(request: Request): void {
    this.#open -= 1
    this.#lastUsedAt = this.#deps.clock()
    if (this.#listening === request) this.#listening = undefined
  }

  #tell(event: ServerEvent): void {
    if (event.kind === 'resource_updated' && !this.#watched.has(event.uri)) return
    // The same news twice is one; a session watches a bounded number of resources.
    if (this.#listening === undefined) this.#missed.set(JSON.stringify(event), event)
    // A connection that breaks meanwhile is noticed by its end.
    else this.#send(event).catch(() => undefined)
  }

  #send(event: ServerEvent): Promise<void> {
    switch (event.kind) {
      case 'tools_list_changed':
        return this.#server.sendToolListChanged()
      case 'prompts_list_changed':
        return this.#server.sendPromptListChanged()
      case 'resources_list_changed':
        return this.#server.sendResourceListChanged()
      case 'resource_updated':
        return this.#server.sendResourceUpdated({ uri: event.uri })
    }
  }

  #release(): void {
    this.#held.dispose()
    for (const watch of this.#watched.values()) watch[Symbol.dispose]()
    this.#watched.clear()
    this.#missed.clear()
  }
}
