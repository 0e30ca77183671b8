import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Identity } from '../../common/contracts/identity.ts'
import type { Principal } from '../../common/contracts/principal.ts'
import type { Router } from '../../common/contracts/router.ts'
import type { Snapshot } from '../../common/contracts/settings.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { fromFastify } from '../../common/http/http-server.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import { ApiCall, OpenCalls } from './api-call.ts'
import type { ApiLimits } from './api-limits.ts'
import { authenticate } from './authenticate.ts'
import { chatOrder } from './chat/chat-order.ts'
import { errorAnswer } from './error-answer.ts'
import { readJson } from './read-body.ts'
import { RunReader } from './read-run.ts'
import { responseOrder } from './responses/response-order.ts'
import { type Order, serveRun } from './serve-run.ts'

export interface OpenAiApiDeps {
  readonly router: Router
  readonly identity: Identity
  readonly snapshot: () => Snapshot | undefined
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
  readonly log: Logger
  readonly limits: ApiLimits
  /** Largest body, pictures included. */
  readonly bodyLimitBytes: number
  /** Told once a request, when its answer has ended; 499: the client left before. */
  readonly onAnswered: (route: string, status: number) => void
}

/** The routes of the OpenAI API (protocol.md §2), so that its official libraries work with Hearth as their base URL. */
export class OpenAiApi {
  readonly #deps: OpenAiApiDeps
  readonly #calls = new OpenCalls()
  #isDraining = false

  constructor(deps: OpenAiApiDeps) {
    this.#deps = deps
  }

  /** Under `/v1`, with errors in OpenAI's shape for every path there that has no route of another kind. */
  register(app: FastifyInstance): void {
    app.register(
      (scope, _options, done) => {
        this.#routes(scope)
        done()
      },
      { prefix: '/v1' },
    )
  }

  /** Refuses new requests, lets those that go on end, and resolves when none is left or the deadline is over. */
  async drain(deadline: AbortSignal): Promise<void> {
    this.#isDraining = true
    await this.#calls.drain(this.#deps.limits.drainMs, deadline)
  }

  #routes(scope: FastifyInstance): void {
    const { limits, bodyLimitBytes: bodyLimit } = this.#deps
    scope.decorateRequest('apiCall')
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer', bodyLimit },
      async (_request: FastifyRequest, body: Buffer) => readJson(body, limits),
    )
    scope.addHook('onRequest', (request, reply) => this.#admit(request, reply))
    scope.setErrorHandler((error, request, reply) => this.#refuse(error, request, reply))
    scope.setNotFoundHandler((request) => {
      throw new HearthError('caller_not_found', `There is nothing at ${request.method} ${pathOf(request.url)}.`)
    })
    scope.post('/chat/completions', (request, reply) => this.#run(request, reply, chatOrder))
    scope.post('/responses', (request, reply) => this.#run(request, reply, responseOrder))
  }

  async #admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { identity, limits } = this.#deps
    const call = new ApiCall(`req_${randomUUID().replaceAll('-', '')}`, reply.raw)
    this.#calls.add(call)
    request.setDecorator('apiCall', call)
    reply.header('x-request-id', call.requestId)
    call.gone.addEventListener('abort', () => this.#answered(request, reply), { once: true })
    if (this.#isDraining) throw new HearthError('gateway_draining', 'The server stops; come back later.')
    const patience = { gone: call.gone, timeoutMs: limits.authenticateMs }
    call.belongsTo(await authenticate(identity, request.headers.authorization, patience))
  }

  #answered(request: FastifyRequest, { raw }: FastifyReply): void {
    this.#deps.onAnswered(request.routeOptions.url ?? 'unknown', raw.writableFinished ? raw.statusCode : 499)
  }

  async #run(
    request: FastifyRequest,
    reply: FastifyReply,
    toOrder: (body: unknown, requestId: string) => Order,
  ): Promise<unknown> {
    const call = request.getDecorator<ApiCall>('apiCall')
    const { router, limits, clock, elapsed, log } = this.#deps
    const order = toOrder(request.body, call.requestId)
    const isDraining = (): boolean => this.#isDraining
    const reader = new RunReader({ router, caller: callerOf(call), gone: call.gone, isDraining })
    call.reads(reader)
    return serveRun({ reader, reply, limits, clock, elapsed, log }, order)
  }

  #refuse(thrown: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { error, status } = fromFastify(thrown)
    if (error.code === 'gateway_internal') this.#deps.log.error({ err: thrown }, 'request failed')
    const answer = errorAnswer(error, status)
    return reply.code(answer.status).headers(answer.headers).send(answer.body)
  }
}

function callerOf({ principal }: ApiCall): Principal {
  if (principal === undefined) throw new HearthError('gateway_internal', 'A request was served before it was admitted.')
  return principal
}

const pathOf = (url: string): string => url.split('?', 1)[0] ?? url
