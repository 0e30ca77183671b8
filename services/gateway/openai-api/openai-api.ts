import { randomUUID } from 'node:crypto'
import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Identity } from '../../common/contracts/identity.ts'
import type { Router } from '../../common/contracts/router.ts'
import type { CredentialRecord, Snapshot } from '../../common/contracts/settings.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { fromFastify } from '../../common/http/http-server.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { MergePolicy } from '../sending/merge-policy.ts'
import { ApiCall, OpenCalls } from './api-call.ts'
import type { ApiLimits } from './api-limits.ts'
import { askRouter } from './ask-router.ts'
import type { Asked, ReadOrder } from './asked.ts'
import { authenticate } from './authenticate.ts'
import { readChatOrder } from './chat/chat-order.ts'
import { embeddingAnswer, embeddingOrder } from './embeddings.ts'
import { errorAnswer } from './error-answer.ts'
import { readImageEditOrder, readImageOrder } from './images/image-order.ts'
import { formLimits } from './images/read-form.ts'
import { findModel, listModels } from './models.ts'
import { readJson } from './read-body.ts'
import { RunReader } from './read-run.ts'
import { refuseUnknownPath } from './refuse-unknown-path.ts'
import { readResponseOrder } from './responses/response-order.ts'
import { serveRun } from './serve-run.ts'

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
  readonly merge: MergePolicy['merge']
  /** Largest body, pictures included. */
  readonly bodyLimitBytes: number
  /** Told once a request, when its answer has ended; 499: the client left before. */
  readonly onAnswered: (route: string, status: number) => void
}

interface AskedCall extends Asked {
  readonly call: ApiCall
}

/** The routes of the OpenAI API (protocol.md §2), so that its official libraries work with Hearth as their base URL. */
export class OpenAiApi {
  readonly #deps: OpenAiApiDeps
  readonly #calls = new OpenCalls()
  readonly #over = new HearthError('caller_cancelled', 'The request is over.')
  #isDraining = false

  constructor(deps: OpenAiApiDeps) {
    this.#deps = deps
  }

  /** Under `/v1`, with errors in OpenAI's shape for every path there that has no route of another kind. */
  register(app: FastifyInstance): void {
    app.register(
      (scope, _options, done) => {
        this.#prepare(scope)
        this.#routes(scope)
        done()
      },
      { prefix: '/v1' },
    )
  }

  /** New settings: requests of tokens that were revoked are cut. */
  review(credentials: ReadonlyMap<string, CredentialRecord>): void {
    this.#calls.review(credentials)
  }

  /** Refuses new requests, lets those that go on end, and resolves when none is left or the deadline is over. */
  async drain(deadline: AbortSignal): Promise<void> {
    this.#isDraining = true
    await this.#calls.drain(this.#deps.limits.drainMs, deadline)
  }

  #prepare(scope: FastifyInstance): void {
    const { limits } = this.#deps
    scope.decorateRequest('apiCall')
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer' },
      async (_request: FastifyRequest, body: Buffer) => readJson(body, limits),
    )
    scope.addHook('onRequest', (request, reply) => this.#admit(request, reply))
    scope.setErrorHandler((error, _request, reply) => this.#refuse(error, reply))
    scope.setNotFoundHandler((request, reply) => refuseUnknownPath(scope, request, reply))
  }

  #routes(scope: FastifyInstance): void {
    const run = (readOrder: ReadOrder) => (request: FastifyRequest, reply: FastifyReply) =>
      this.#run(this.#asked(request), reply, readOrder)
    const { bodyLimitBytes: bodyLimit } = this.#deps
    scope.post('/chat/completions', { bodyLimit }, run(readChatOrder))
    scope.post('/responses', { bodyLimit }, run(readResponseOrder))
    scope.post('/images/generations', { bodyLimit }, run(readImageOrder))
    scope.register((forms, _options, done) => {
      forms.register(multipart, { limits: formLimits(bodyLimit) })
      forms.post('/images/edits', { bodyLimit }, run(readImageEditOrder))
      done()
    })
    scope.post('/embeddings', { bodyLimit }, (request) => this.#embed(this.#asked(request)))
    scope.get('/models', async (request) => listModels(this.#asked(request)))
    scope.get<{ Params: { id: string } }>('/models/:id', async (request) =>
      findModel(this.#asked(request), request.params.id),
    )
  }

  async #admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { identity, limits } = this.#deps
    const { suspectMs } = limits
    const call = new ApiCall({ requestId: newRequestId(), response: reply.raw, over: this.#over, suspectMs })
    this.#calls.add(call)
    request.setDecorator('apiCall', call)
    reply.header('x-request-id', call.requestId)
    const echoed = request.headers['x-client-request-id']
    if (typeof echoed === 'string' && /^[\x21-\x7e]{1,128}$/.test(echoed)) reply.header('x-client-request-id', echoed)
    call.gone.addEventListener('abort', () => this.#answered(request, reply), { once: true })
    this.#refuseWhileDraining()
    const patience = { gone: call.gone, timeoutMs: limits.authenticateMs }
    const principal = await authenticate(identity, request.headers.authorization, patience)
    const known = this.#deps.snapshot()?.credentials.some(({ id }) => id === principal.credentialId) ?? false
    call.belongsTo(principal, known)
  }

  #refuseWhileDraining(): void {
    if (this.#isDraining) throw new HearthError('gateway_draining', 'The server stops; come back later.')
  }

  #answered(request: FastifyRequest, { raw }: FastifyReply): void {
    this.#deps.onAnswered(request.routeOptions.url ?? 'unknown', raw.writableFinished ? raw.statusCode : 499)
  }

  /** @throws HearthError `gateway_config_unavailable` before the first settings were read. */
  #asked(request: FastifyRequest): AskedCall {
    const call = request.getDecorator<ApiCall>('apiCall')
    const settings = this.#deps.snapshot()
    if (settings === undefined) {
      throw new HearthError('gateway_config_unavailable', 'No settings have been read from mcp yet; try again.')
    }
    return { request, requestId: call.requestId, caller: call.principal, settings, call }
  }

  async #run(asked: AskedCall, reply: FastifyReply, readOrder: ReadOrder): Promise<unknown> {
    const { router, limits, merge, clock, elapsed, log } = this.#deps
    const order = await readOrder(asked)
    // A form may take long to arrive.
    this.#refuseWhileDraining()
    const { call, caller } = asked
    const reader = new RunReader({ router, caller, gone: call.gone, isDraining: () => this.#isDraining })
    call.reads(reader)
    return serveRun({ reader, reply, limits, merge, clock, elapsed, log }, order)
  }

  async #embed({ request, call, caller }: AskedCall): Promise<unknown> {
    const order = embeddingOrder(request.body)
    return embeddingAnswer(order, await askRouter(this.#deps.router.embed(order.request, caller, call.gone)))
  }

  #refuse(thrown: unknown, reply: FastifyReply): FastifyReply {
    const { error, status } = fromFastify(thrown)
    if (error.code === 'gateway_internal') this.#deps.log.error({ err: thrown }, 'request failed')
    // A foreign Host is refused before the request is admitted.
    if (!reply.hasHeader('x-request-id')) reply.header('x-request-id', newRequestId())
    const answer = errorAnswer(error, status)
    return reply.code(answer.status).headers(answer.headers).send(answer.body)
  }
}

const newRequestId = (): string => `req_${randomUUID().replaceAll('-', '')}`
