import { isLegacyRequest } from '@modelcontextprotocol/server'
import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { Part } from '../../common/lifecycle/part.ts'
import type { Era } from '../aggregator/upstream.ts'
import type { AudienceHub } from './audience/audience-hub.ts'
import { Audiences } from './audience/audiences.ts'
import { DirectAnswer } from './direct/direct-answer.ts'
import { DirectLeg } from './direct/direct-leg.ts'
import { plainRequest } from './direct/plain-request.ts'
import { sessionCall } from './direct/session-call.ts'
import { defaultLimits, type EndpointLimits, type McpEndpointDeps } from './endpoint-deps.ts'
import { createEndpointMetrics, type EndpointMetrics } from './endpoint-metrics.ts'
import { Door } from './http/door.ts'
import { parseMessage } from './http/parse-message.ts'
import { baseUrlOf, metadataPath, resourceMetadata } from './http/resource-metadata.ts'
import { definedHeaders, sendResponse, webRequestOf } from './http/web-exchange.ts'
import { CallAudit } from './requests/call-audit.ts'
import { CallTool } from './requests/call-tool.ts'
import { Lists } from './requests/lists.ts'
import { ParkedCalls } from './requests/parked-calls.ts'
import { Relay } from './requests/relay.ts'
import { Requests } from './requests/requests.ts'
import { StateSeal } from './requests/sealed-state.ts'
import { TokenUsage } from './requests/token-usage.ts'
import { LegacyLeg } from './serve/legacy-leg.ts'
import { ModernLeg } from './serve/modern-leg.ts'
import { serverOptions } from './serve/server-options.ts'

/** `/mcp` and `/mcp/profiles/<name>`: one address for clients of every revision. */
export interface McpEndpoint extends Part {
  /** Mounts its routes; before the listener listens. */
  register(app: FastifyInstance): Promise<void>
  /** Ends sessions that nobody uses; done by itself every half minute. */
  sweep(): Promise<void>
}

export function createMcpEndpoint(deps: McpEndpointDeps): McpEndpoint {
  return new Endpoint(deps)
}

interface Visit {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly signal: AbortSignal
  readonly body: unknown
}

/** How often idle sessions and unused counters are looked for, milliseconds. */
const sweepMs = 30_000

class Endpoint implements McpEndpoint {
  readonly name = 'mcp endpoint'
  readonly #deps: McpEndpointDeps
  readonly #limits: EndpointLimits
  readonly #door: Door
  readonly #audiences: Audiences
  readonly #modern: ModernLeg
  readonly #directLeg: DirectLeg
  readonly #legacy: LegacyLeg
  readonly #parked: ParkedCalls
  readonly #usage: TokenUsage
  readonly #metrics: EndpointMetrics
  #timer: NodeJS.Timeout | undefined
  #isStopping = false

  constructor(deps: McpEndpointDeps) {
    const { aggregator, own, clock, settings, log, version } = deps
    const limits = { ...defaultLimits, ...deps.limits }
    const usage = new TokenUsage(limits, clock)
    const lists = new Lists(aggregator, own)
    const audit = new CallAudit(deps.audit, clock)
    const parked = new ParkedCalls(limits.stateTtlMs)
    const seal = new StateSeal(deps.sealKey, { clock, ttlMs: limits.stateTtlMs })
    const relay = new Relay({ aggregator, seal, parked, usage, audit })
    const callTool = new CallTool({ aggregator, ownTools: own.tools, relay, usage, audit, clock })
    const requests = new Requests({ aggregator, own, lists, callTool, relay, usage, pageSize: limits.pageSize })
    const parts = { requests, options: serverOptions(limits.listTtlMs), version, log }
    this.#deps = deps
    this.#limits = limits
    this.#usage = usage
    this.#metrics = createEndpointMetrics(deps.metrics, (what) => usage.total(what))
    this.#parked = parked
    this.#door = new Door(deps)
    this.#audiences = new Audiences({ aggregator, own, settings, clock, lists })
    this.#modern = new ModernLeg({ aggregator, log, parts, usage, limits })
    this.#directLeg = new DirectLeg({ requests, limits, log, version })
    this.#legacy = new LegacyLeg({ parts, direct: this.#directLeg, usage, limits, clock })
  }

  async register(app: FastifyInstance): Promise<void> {
    const plugin: FastifyPluginCallback = (scope, _options, done) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, bytes: Buffer) => bytes)
      for (const url of ['/mcp', '/mcp/profiles/:name']) this.#mount(scope, url)
      done()
    }
    await app.register(plugin)
    for (const path of ['', '/mcp', '/mcp/profiles/:name']) {
      app.get(`${metadataPath}${path}`, async (request) => {
        const own = request.url.slice(metadataPath.length).split('?', 1)[0] ?? ''
        return resourceMetadata(baseUrlOf(request, this.#deps.publicUrl), own === '' ? '/mcp' : own)
      })
    }
  }

  async start(): Promise<void> {
    this.#audiences.start()
    this.#timer = setInterval(() => void this.sweep(), sweepMs)
    this.#timer.unref()
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#isStopping = true
    clearInterval(this.#timer)
    await this.#drained(deadline)
    this.#parked.endAll(stopping())
    this.#audiences.stop()
    await Promise.all([this.#modern.close(), this.#legacy.close()])
  }

  #mount(scope: FastifyInstance, url: string): void {
    scope.route<{ Params: { readonly name?: string } }>({
      method: ['GET', 'POST', 'DELETE'],
      url,
      exposeHeadRoute: false,
      bodyLimit: this.#limits.bodyBytes,
      // Before the body is read: a stranger's bytes are not parsed.
      onRequest: async (request, reply) => {
        if (this.#isStopping) throw stopping()
        await this.#door.enter(request, reply)
      },
      handler: (request, reply) => this.#serve(request, reply, request.params.name),
    })
  }

  async #serve(request: FastifyRequest, reply: FastifyReply, profile: string | undefined): Promise<void> {
    const { principal, signal } = this.#door.visitorOf(request)
    const hub = this.#audiences.hubOf(principal, profile)
    const { unsentBytes, jsonDepth } = this.#limits
    const parsed = parseMessage(request.body instanceof Uint8Array ? request.body : undefined, jsonDepth)
    if (parsed.status === 'refused') return sendResponse(reply, parsed.response, { signal, unsentBytes })
    const { body } = parsed
    if (request.method === 'POST' && (await this.#isServedDirectly(hub, { request, reply, signal, body }))) return
    const web = webRequestOf(request, signal)
    const isLegacy = await isLegacyRequest(web, body)
    this.#metrics.taken(isLegacy ? 'legacy' : 'modern')
    const leg = isLegacy ? this.#legacy : this.#modern
    await sendResponse(reply, await leg.serve(hub, web, body), { signal, unsentBytes })
  }

  /** What is asked most, when nothing is wrong with it. */
  async #isServedDirectly(hub: AudienceHub, { request, reply, signal, body }: Visit): Promise<boolean> {
    const { headers } = request
    const sessionId = headers['mcp-session-id']
    const session = typeof sessionId === 'string' ? this.#legacy.sessionOf(hub, sessionId) : undefined
    if (session === undefined) {
      const plain = plainRequest(headers, body)
      if (plain === undefined || this.#modern.needsHeaders(plain)) return false
      await this.#directLeg.serve(hub, plain, { answer: this.#directAnswer(reply, 'modern'), signal })
      return true
    }
    const call = sessionCall(headers, body)
    if (call === undefined || !session.takes(call)) return false
    await session.call(call, this.#directAnswer(reply.header('mcp-session-id', sessionId), 'legacy'), signal)
    return true
  }

  #directAnswer(reply: FastifyReply, era: Era): DirectAnswer {
    const { unsentBytes, keepAliveMs } = this.#limits
    this.#metrics.taken(era)
    const head = definedHeaders(reply)
    reply.hijack()
    return new DirectAnswer(reply.raw, { head, keepAliveMs, unsentBytes })
  }

  /** Calls that run get the time until the deadline. */
  async #drained(deadline: AbortSignal): Promise<void> {
    while (!deadline.aborted && this.#usage.total('calls') > 0) await soon()
  }

  async sweep(): Promise<void> {
    this.#usage.sweep()
    await this.#legacy.sweep()
  }
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10))

const stopping = (): HearthError =>
  new HearthError('gateway_draining', 'The server is stopping; connect again in a moment.')
