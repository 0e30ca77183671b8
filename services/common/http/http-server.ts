import { readFileSync } from 'node:fs'
import { type IncomingHttpHeaders, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, LogController } from 'fastify'
import { HearthError, toHearthError } from '../errors/hearth-error.ts'
import type { Logger } from '../telemetry/logger.ts'
import { closeInStages } from './close-in-stages.ts'
import { checkHost, type HostPolicy } from './host-guard.ts'
import { problemContentType, problemOf, retryAfterHeader } from './problem.ts'

export interface HttpServerOptions {
  readonly hostPolicy: HostPolicy
  readonly bodyLimitBytes: number
  readonly log: Logger
  /** PEM files; absent: plain HTTP. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string }
}

/** Milliseconds. A client that sends its headers slower is cut (slow-loris). */
const headersTimeoutMs = 5000
/** Milliseconds for a whole request: 10 s, and what its largest body takes at 1 Mbit/s. */
const requestTimeoutMs = (bodyBytes: number): number => 10_000 + Math.ceil(bodyBytes / 125)

/** Milliseconds. How long the rest of a request is read after its answer, whole and with nothing coming. */
const lingerMs = 30_000
const quietLingerMs = 5000

/**
 * A listener with the rules that hold on every route: exact Host and Origin, bounded headers and bodies, RFC 9457
 * errors, no sniffing. Routes are registered by the caller; `listen` and `close` belong to the caller too.
 */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const refusedHost = ({ host, origin }: IncomingHttpHeaders): HearthError | undefined => {
    const verdict = checkHost(options.hostPolicy, { host, origin })
    return verdict.ok ? undefined : new HearthError('policy_access_denied', verdict.message)
  }
  const app: FastifyInstance = Fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    // Nobody logs by request: a logger for each would be made for nothing.
    childLoggerFactory: (log) => log,
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: requestTimeoutMs(options.bodyLimitBytes),
    forceCloseConnections: true,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    exposeHeadRoutes: false,
    clientErrorHandler: refuseBytes,
    // A path that is not percent-encoded rightly reaches no hook and no route.
    frameworkErrors: (error, { headers }, reply) => sendProblem(reply, refusedHost(headers) ?? error, options.log),
    ...(options.tls === undefined
      ? {}
      : { https: { cert: readFileSync(options.tls.certFile), key: readFileSync(options.tls.keyFile) } }),
  })
  app.server.headersTimeout = headersTimeoutMs
  // With this Node closes after an answer: at once, though the request may still be arriving.
  app.server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    socket.destroySoon = () => linger(socket)
  })
  // Node knows one time for all requests of a server: the longest that a route needs.
  app.addHook('onRoute', ({ bodyLimit = 0 }) => {
    app.server.requestTimeout = Math.max(app.server.requestTimeout, requestTimeoutMs(bodyLimit))
  })
  app.addHook('onRequest', async ({ headers, url }, reply) => {
    reply.header('X-Content-Type-Options', 'nosniff').header('Referrer-Policy', 'no-referrer')
    const refused = refusedHost(headers)
    if (refused !== undefined) throw refused
    if (url.length > 8192) throw new HearthError('caller_too_large', 'The URL is longer than 8192 characters.')
  })
  app.setErrorHandler((error: FastifyError, _request, reply) => sendProblem(reply, error, options.log))
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      new HearthError('caller_not_found', `There is nothing at ${request.method} ${pathOf(request.url)}.`),
      options.log,
    ),
  )
  return app
}

/** Bytes that are no HTTP request (Node's parser refused them, or they came too slowly): one typed answer, then closed. */
function refuseBytes(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) {
    socket.destroy(error)
    return
  }
  // What still comes on a socket that lingers.
  if (socket.writableEnded) return
  const refusal = refusalOf(error.code)
  const body = JSON.stringify(problemOf(refusal.error, refusal.status))
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    `Content-Type: ${problemContentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  linger(socket, `${head.join('\r\n')}\r\n\r\n${body}`)
}

function linger(socket: Socket, lastBytes?: string): void {
  socket.setTimeout(quietLingerMs, () => socket.destroy())
  closeInStages(socket, lingerMs, lastBytes)
}

function refusalOf(code: string | undefined): { readonly error: HearthError; readonly status: number } {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { error: new HearthError('caller_too_large', 'The headers are larger than 16 KiB.'), status: 431 }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { error: new HearthError('caller_invalid_request', 'The request did not arrive in time.'), status: 408 }
    default:
      return { error: new HearthError('caller_invalid_request', 'These bytes are no HTTP/1.1 request.'), status: 400 }
  }
}

const pathOf = (url: string): string => url.split('?', 1)[0] ?? url

/** Sends any error as a problem document; a defect of ours is logged with its cause and shown without it. */
export function sendProblem(reply: FastifyReply, error: unknown, log: Logger): FastifyReply {
  const known = fromFastify(error)
  if (known.error.code === 'gateway_internal') log.error({ err: error }, 'request failed')
  const problem = problemOf(known.error, known.status)
  const retryAfter = retryAfterHeader(known.error, problem.status)
  if (retryAfter !== undefined) reply.header('Retry-After', retryAfter)
  if (problem.status === 401 && !reply.hasHeader('WWW-Authenticate')) reply.header('WWW-Authenticate', 'Bearer')
  return reply.code(problem.status).type(problemContentType).send(problem)
}

/** What a route threw; fastify's own refusals (malformed JSON, media type, size) keep their status. */
export function fromFastify(error: unknown): { readonly error: HearthError; readonly status?: number } {
  const other = { error: toHearthError(error) }
  if (error instanceof HearthError || !(error instanceof Error) || !('statusCode' in error)) return other
  const status = Number(error.statusCode)
  if (!Number.isInteger(status) || status < 400 || status > 499) return other
  const code = status === 413 ? 'caller_too_large' : 'caller_invalid_request'
  return { error: new HearthError(code, error.message, { cause: error }), status }
}
