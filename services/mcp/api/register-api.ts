import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify'
import type { Principal } from '../../common/contracts/principal.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import { bearerToken, demandAccess } from './access.ts'
import type { ApiContext } from './api-context.ts'
import { fingerprint, IdempotencyCache, idempotencyKey, type RepeatableRequest } from './idempotency-cache.ts'
import type { RawRequest, Route } from './route.ts'
import { apiPrefix, apiRoutes, takesHead } from './route-table.ts'
import { sendAnswer, sendFailure, sendNothingHere } from './send-answer.ts'
import { takeJsonOnly } from './take-json.ts'

export interface ApiDeps extends ApiContext {
  readonly log: Logger
}

/** How often the idempotency cache forgets secrets that are due, milliseconds. */
const sweepMs = 60_000

/**
 * Mounts the REST API under /api/v1 (protocol.md §3). The listener brings the body limit and the Host and Origin guard;
 * everything else of the API is set up here, for its own routes only.
 */
export async function registerApi(app: FastifyInstance, deps: ApiDeps): Promise<void> {
  const routes = apiRoutes()
  const plugin: FastifyPluginCallback = (scope, _options, done) => {
    const principals = new WeakMap<FastifyRequest, Principal>()
    const cache = new IdempotencyCache({ clock: deps.clock })
    sweepWhileOpen(scope, cache)
    const ended = new AbortController()
    scope.addHook('onClose', async () => ended.abort())
    takeJsonOnly(scope)
    scope.setErrorHandler((error, _request, reply) => sendFailure(reply, error, deps.log))
    scope.setNotFoundHandler((request, reply) => sendNothingHere(routes, request, reply))
    for (const route of routes) mount(scope, route, { ...deps, cache, principals, ended: ended.signal })
    done()
  }
  await app.register(plugin, { prefix: apiPrefix })
}

interface Mounting extends ApiDeps {
  readonly cache: IdempotencyCache
  readonly principals: WeakMap<FastifyRequest, Principal>
  /** Ends with the API. */
  readonly ended: AbortSignal
}

function mount(scope: FastifyInstance, route: Route, { cache, principals, ended, ...context }: Mounting): void {
  scope.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    exposeHeadRoute: takesHead(route),
    ...(route.bodyLimitBytes === undefined ? {} : { bodyLimit: route.bodyLimitBytes }),
    // Before the body is read: a stranger's bytes are not parsed.
    onRequest: async (request) => {
      if (route.access.type === 'public') return
      const principal = await context.store.identity.authenticate(
        bearerToken(request.headers.authorization),
        request.signal,
      )
      demandAccess(route.access, principal)
      principals.set(request, principal)
    },
    handler: async (request, reply) => {
      const principal = principals.get(request)
      const work = (signal: AbortSignal) => route.handle(rawRequest(request, principal, signal), context)
      const repeatable = principal === undefined ? undefined : repeatableRequest(route, request, principal)
      // What is kept for a retry must not end with the client that asked first.
      const answer = await (repeatable === undefined
        ? work(goneSignal(reply.raw))
        : cache.answer(repeatable, () => work(ended)))
      return sendAnswer(reply, answer, {
        ifNoneMatch: request.headers['if-none-match'],
        isRead: route.method === 'GET',
        isSecret: route.isSecret,
      })
    },
  })
}

/** Ends when the client goes before it is answered. Fastify's own signal ends as soon as the body has been read. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => !response.writableFinished && gone.abort())
  return gone.signal
}

function rawRequest(request: FastifyRequest, principal: Principal | undefined, signal: AbortSignal): RawRequest {
  return {
    params: request.params,
    query: request.query,
    body: request.body,
    principal,
    ifMatch: request.headers['if-match'],
    ifNoneMatch: request.headers['if-none-match'],
    acceptLanguage: request.headers['accept-language'],
    signal,
  }
}

/** A POST under an `Idempotency-Key` works once; undefined: this is none. */
function repeatableRequest(route: Route, request: FastifyRequest, principal: Principal): RepeatableRequest | undefined {
  const key = route.method === 'POST' ? idempotencyKey(request.headers['idempotency-key']) : undefined
  if (key === undefined) return undefined
  const mark = fingerprint(route.method, route.path, request.body)
  return { owner: principal.id, key, fingerprint: mark, isSecret: route.isSecret }
}

function sweepWhileOpen(scope: FastifyInstance, cache: IdempotencyCache): void {
  const timer = setInterval(() => cache.sweep(), sweepMs)
  timer.unref()
  scope.addHook('onClose', async () => clearInterval(timer))
}
