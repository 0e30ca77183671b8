import {
  type CallToolResult,
  type LoggingLevel,
  ResourceNotFoundError,
  type Server,
  type ServerEvent,
} from '@modelcontextprotocol/server'
import { LiveMap } from '../../../common/collections/live-map.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { isRecord } from '../../../common/is-record.ts'
import type { AudienceHub } from '../audience/audience-hub.ts'
import type { DirectAnswer } from '../direct/direct-answer.ts'
import type { DirectLeg } from '../direct/direct-leg.ts'
import { isId } from '../direct/plain-request.ts'
import type { SessionCall } from '../direct/session-call.ts'
import type { EndpointLimits } from '../endpoint-deps.ts'
import { protocolErrorOf } from '../requests/refusals.ts'
import { isOwnUri } from '../requests/requests.ts'
import { buildServer, type ServerParts } from './build-server.ts'
import { directAsk, type LegacyClient, legacyAsk } from './legacy-ask.ts'
import { SessionTransport } from './session-transport.ts'

export interface SessionDeps {
  readonly parts: ServerParts
  readonly direct: DirectLeg
  readonly limits: Pick<EndpointLimits, 'watchedPerClient' | 'stateTtlMs' | 'keepAliveMs' | 'bodyBytes'>
  readonly newId: () => string
  readonly clock: () => number
}

/** One client of a revision before 2026-07-28, from `initialize` to the end of its session. */
export class LegacySession {
  readonly hub: AudienceHub
  readonly #deps: SessionDeps
  readonly #server: Server
  readonly #transport: SessionTransport
  readonly #held = new DisposableStack()
  readonly #watched = new Map<string, Disposable>()
  /** Calls under way that are answered directly. */
  readonly #calls = new LiveMap<SessionCall['id'], AbortController>()
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
    this.#transport = new SessionTransport({
      sessionIdGenerator: deps.newId,
      keepAliveMs: deps.limits.keepAliveMs,
    })
    this.#server = buildServer(deps.parts, (ctx) => legacyAsk(ctx, this.#client))
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
    // The request lives as long as its stream: its signal ends with the connection.
    this.#until(request.signal, () => {
      if (this.#listening === request) this.#listening = undefined
    })
    for (const id of cancelledIn(body)) this.#calls.get(id)?.abort(cancelled())
    const response = await this.#transport.handleRequest(request, body === undefined ? {} : { parsedBody: body })
    if (request.method === 'GET' && response.ok && !request.signal.aborted) this.#listens(request)
    return response
  }

  /** Can the call be answered directly? A server of 2026-07-28 answers with what it asks: that is for the SDK. */
  takes({ id, name }: SessionCall): boolean {
    return this.id !== undefined && !this.#calls.has(id) && this.#deps.parts.requests.eraOf(name) === 'legacy'
  }

  /** `life` ends with the connection, which is not the end of the call: a client may have lost it. */
  async call(call: SessionCall, answer: DirectAnswer, life: AbortSignal): Promise<void> {
    const { direct, parts } = this.#deps
    const abort = new AbortController()
    // A token that ends in the middle is told nothing more.
    this.#until(life, () => answer.cut())
    this.#calls.set(call.id, abort)
    using held = new DisposableStack()
    held.defer(() => this.#calls.delete(call.id))
    held.use(this.#transport.relate(call.id, answer))
    const ask = directAsk(call, this.#client, { answer, signal: abort.signal })
    const project = (result: CallToolResult): CallToolResult =>
      this.#server.projectCallToolResult(result, parts.requests.outputSchemaOf(call.name))
    await direct.serveCall(ask, call, { answer, project })
  }

  async close(): Promise<void> {
    await this.#server.close()
  }

  get #client(): LegacyClient {
    const { stateTtlMs: answerMs } = this.#deps.limits
    return { caller: this.hub.caller, server: this.#server, logLevel: this.#logLevel, answerMs }
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

  /** In use as long as the connection of a request lives. */
  #until(life: AbortSignal, onEnd: () => void): void {
    const left = (): void => {
      this.#open -= 1
      this.#lastUsedAt = this.#deps.clock()
      onEnd()
    }
    this.#open += 1
    if (life.aborted) left()
    else life.addEventListener('abort', left, { once: true })
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
    for (const call of this.#calls.values()) call.abort(cancelled())
    for (const watch of this.#watched.values()) watch[Symbol.dispose]()
    this.#watched.clear()
    this.#missed.clear()
  }
}

const cancelled = (): HearthError => new HearthError('caller_cancelled', 'The client cancelled the call.')

/** Ids of the requests that a body cancels; batches are of 2025-03-26. */
const cancelledIn = (body: unknown): readonly SessionCall['id'][] =>
  [body].flat().flatMap((message) => {
    const params = isRecord(message) && message['method'] === 'notifications/cancelled' ? message['params'] : undefined
    const id = isRecord(params) ? params['requestId'] : undefined
    return isId(id) ? [id] : []
  })
