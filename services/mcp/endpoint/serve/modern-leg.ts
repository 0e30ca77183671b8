import {
  createMcpHandler,
  type McpHttpHandler,
  ProtocolError,
  ProtocolErrorCode,
  type SubscriptionFilter,
  type Tool,
} from '@modelcontextprotocol/server'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { isRecord } from '../../../common/is-record.ts'
import type { AudienceHub } from '../audience/audience-hub.ts'
import type { PlainRequest } from '../direct/plain-request.ts'
import type { EndpointLimits, McpEndpointDeps } from '../endpoint-deps.ts'
import { jsonRpcError, requestIdOf } from '../http/json-rpc-answer.ts'
import { type HeaderParameter, headerMismatch, headerParameters } from '../http/param-headers.ts'
import { protocolErrorOf } from '../requests/refusals.ts'
import { isOwnUri } from '../requests/requests.ts'
import type { TokenUsage } from '../requests/token-usage.ts'
import { buildServer, type ServerParts } from './build-server.ts'
import { modernAsk } from './modern-ask.ts'

export interface ModernLegDeps extends Pick<McpEndpointDeps, 'aggregator' | 'log'> {
  readonly parts: ServerParts
  readonly usage: TokenUsage
  readonly limits: EndpointLimits
}

/** Clients of 2026-07-28 and later: every request stands alone, `subscriptions/listen` is a long one. */
export class ModernLeg {
  readonly #deps: ModernLegDeps
  /** One for each hub, so that what is told there reaches its listeners only. */
  readonly #handlers = new WeakMap<AudienceHub, McpHttpHandler>()
  /** Those that clients listen at, by how many. */
  readonly #listenedAt = new Map<McpHttpHandler, number>()
  readonly #parameters = new WeakMap<Tool, readonly HeaderParameter[]>()

  constructor(deps: ModernLegDeps) {
    this.#deps = deps
  }

  async serve(hub: AudienceHub, request: Request, body: unknown): Promise<Response> {
    try {
      const message = messageOf(body)
      if (message?.method === 'subscriptions/listen') return await this.#listen(hub, request, { body, message })
      const fault = message?.method === 'tools/call' ? this.#headerMismatch(message.params, request.headers) : undefined
      if (fault !== undefined) return jsonRpcError(400, fault, requestIdOf(body))
      return await this.#handlerOf(hub).fetch(request, { parsedBody: body })
    } catch (error) {
      if (error instanceof ProtocolError) return jsonRpcError(200, error, requestIdOf(body))
      if (error instanceof HearthError) return jsonRpcError(200, protocolErrorOf(error), requestIdOf(body))
      throw error
    }
  }

  /** Whether parameters of this call must be repeated in headers, which then have to be looked at. */
  needsHeaders(request: PlainRequest): boolean {
    return request.method === 'tools/call' && this.#headerParameters(request.name).length > 0
  }

  /** Ends what listens, as the specification wants it: with a result. */
  async close(): Promise<void> {
    await Promise.all([...this.#listenedAt.keys()].map((handler) => handler.close()))
  }

  #handlerOf(hub: AudienceHub): McpHttpHandler {
    const known = this.#handlers.get(hub)
    if (known !== undefined) return known
    const { parts, limits, log } = this.#deps
    const handler = createMcpHandler(() => buildServer(parts, (ctx) => modernAsk(ctx, hub.caller)), {
      legacy: 'reject',
      bus: hub.bus,
      maxSubscriptions: limits.listeners,
      keepAliveMs: limits.keepAliveMs,
      // Told of every request that a client got wrong, too.
      onerror: (error) => log.debug({ err: error }, 'mcp request refused'),
    })
    this.#handlers.set(hub, handler)
    return handler
  }

  /** Until the client leaves, the token ends or the endpoint stops. */
  async #listen(
    hub: AudienceHub,
    request: Request,
    { body, message }: { readonly body: unknown; readonly message: Message },
  ): Promise<Response> {
    const { usage, limits } = this.#deps
    // A listener for an end that has come already would never be told of it.
    request.signal.throwIfAborted()
    hub.refuseEnded()
    const handler = this.#handlerOf(hub)
    const held = new DisposableStack()
    held.use(usage.hold(hub.caller.principal.credentialId, 'listeners'))
    held.use(hub.use())
    const end = (): void => held.dispose()
    request.signal.addEventListener('abort', end, { once: true })
    const onHubEnd = (): void => void handler.close()
    hub.ended.addEventListener('abort', onHubEnd, { once: true })
    held.defer(() => hub.ended.removeEventListener('abort', onHubEnd))
    this.#count(handler, 1)
    held.defer(() => this.#count(handler, -1))
    try {
      const granted = watchAll(hub, message.params, { held, most: limits.watchedPerClient })
      const response = await handler.fetch(request, { parsedBody: withResources(body, message.params, granted) })
      // What ended meanwhile was told before there was a stream to end.
      if (hub.ended.aborted) await handler.close()
      if (response.headers.get('content-type') !== 'text/event-stream') end()
      return response
    } catch (error) {
      end()
      throw error
    }
  }

  #count(handler: McpHttpHandler, step: 1 | -1): void {
    const count = (this.#listenedAt.get(handler) ?? 0) + step
    if (count > 0) this.#listenedAt.set(handler, count)
    else this.#listenedAt.delete(handler)
  }

  #headerMismatch({ name, arguments: args }: Message['params'], headers: Headers): ProtocolError | undefined {
    return typeof name === 'string' ? headerMismatch(this.#headerParameters(name), args, headers) : undefined
  }

  #headerParameters(name: string): readonly HeaderParameter[] {
    const exposed = this.#deps.aggregator.catalog().tools.get(name)?.exposed
    if (exposed === undefined) return []
    const known = this.#parameters.get(exposed)
    if (known !== undefined) return known
    const parameters = headerParameters(exposed.inputSchema)
    this.#parameters.set(exposed, parameters)
    return parameters
  }
}

interface Message {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

function messageOf(body: unknown): Message | undefined {
  if (!isRecord(body) || typeof body['method'] !== 'string') return undefined
  return { method: body['method'], params: isRecord(body['params']) ? body['params'] : {} }
}

/** The resources of the filter that are there for this caller, watched until `held` is disposed of. */
function watchAll(
  hub: AudienceHub,
  params: Readonly<Record<string, unknown>>,
  { held, most }: { readonly held: DisposableStack; readonly most: number },
): readonly string[] | undefined {
  const filter = params['notifications']
  const uris = isRecord(filter) ? filter['resourceSubscriptions'] : undefined
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string')) return undefined
  if (uris.length > most) {
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `At most ${most} resources can be watched by one listener.`,
    )
  }
  return [...new Set(uris)].filter((uri) => {
    const watch = hub.watch(uri, isOwnUri(uri))
    if (watch !== undefined) held.use(watch)
    return watch !== undefined
  })
}

/** The acknowledgement must name what will be told, no more. */
function withResources(
  body: unknown,
  params: Readonly<Record<string, unknown>>,
  granted: readonly string[] | undefined,
): unknown {
  if (granted === undefined || !isRecord(body)) return body
  const filter: SubscriptionFilter = { ...Object(params['notifications']), resourceSubscriptions: [...granted] }
  return { ...body, params: { ...params, notifications: filter } }
}
