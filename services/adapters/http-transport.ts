import http from 'node:http'
import https from 'node:https'
import type { Readable } from 'node:stream'

/** HTTP for a vendor's SDK whose bodies we read ourselves. One per adapter; `close` frees the pooled sockets. */
export interface HttpTransport {
  /**
   * The `fetch` option of an SDK: sends text or a form (POST unless told otherwise), follows no redirect, sends no proxy. A good answer resolves at its
   * headers with an empty Response whose bytes `takeBody` gives; of a failed one up to 64 KiB of body are read within a second.
   */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>
  /** The bytes behind a good answer. Whoever takes them ends them by `release` or by destroying them. */
  takeBody(response: Response): Readable | undefined
  /** Gives a body back that was read up to the vendor's terminator: its socket is used again if it ends within a second. */
  release(body: Readable): void
  close(): void
}

const errorBodyBytes = 64 * 1024
const lingerMs = 1000
const pooledSocketMs = 30_000

/** The built-in fetch gives headers and each read at most 5 minutes; node:http leaves time to our own timers. */
export function createHttpTransport(): HttpTransport {
  const bodies = new WeakMap<Response, Readable>()
  const settings = { keepAlive: true, timeout: pooledSocketMs }
  const agents = { http: new http.Agent(settings), https: new https.Agent(settings) }
  const fetch: HttpTransport['fetch'] = async (input, init) => {
    const body = await bytesOf(init?.body)
    const message = await send(new URL(input instanceof Request ? input.url : input), init ?? {}, { agents, body })
    const status = statusOf(message)
    const headers = headersOf(message)
    if (status >= 400) return new Response(await readStart(message), { status, headers })
    if (status >= 300) message.destroy()
    const response = new Response(null, { status, headers })
    bodies.set(response, message)
    return response
  }
  return {
    // SDKs ask the Response of a fetch whether it can send forms, and fetch a page to find out where there is none.
    fetch: Object.assign(fetch, { Response }),
    takeBody: (response) => bodies.get(response),
    release,
    close: () => {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

/** Not copied when they are Headers already. */
export const asHeaders = (headers: RequestInit['headers']): Headers =>
  headers instanceof Headers ? headers : new Headers(headers)

/** Not copied when they are a record already. */
const recordOf = (headers: RequestInit['headers']): http.OutgoingHttpHeaders =>
  headers === undefined || headers instanceof Headers || Array.isArray(headers)
    ? Object.fromEntries(asHeaders(headers))
    : headers

interface Agents {
  readonly http: http.Agent
  readonly https: https.Agent
}

interface RequestBody {
  readonly content: string | Uint8Array
  /** Of a form: it names the boundary between the fields. */
  readonly type?: string | null
}

async function bytesOf(body: RequestInit['body']): Promise<RequestBody> {
  if (!(body instanceof FormData)) return { content: typeof body === 'string' ? body : '' }
  const encoded = new Response(body)
  return { content: await encoded.bytes(), type: encoded.headers.get('content-type') }
}

interface Sending {
  readonly agents: Agents
  readonly body: RequestBody
}

function send(url: URL, init: RequestInit, { agents, body }: Sending): Promise<http.IncomingMessage> {
  const isTls = url.protocol === 'https:'
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
  const request = (isTls ? https : http).request(url, {
    method: init.method ?? 'POST',
    agent: isTls ? agents.https : agents.http,
    headers: {
      ...recordOf(init.headers),
      'accept-encoding': 'identity',
      'content-length': Buffer.byteLength(body.content),
      ...(body.type ? { 'content-type': body.type } : {}),
    },
  })
  request.once('response', resolve)
  request.on('error', reject)
  endWith(init.signal, request)
  request.end(body.content)
  return promise
}

/** An abort closes the socket in every phase: connecting, waiting for headers, reading. */
function endWith(signal: AbortSignal | null | undefined, request: http.ClientRequest): void {
  if (!signal) return
  const onAbort = () => request.destroy(new Error('aborted'))
  signal.addEventListener('abort', onAbort, { once: true })
  request.once('close', () => signal.removeEventListener('abort', onAbort))
  if (signal.aborted) onAbort()
}

/** Response takes 200..599 only. */
function statusOf(message: http.IncomingMessage): number {
  const status = message.statusCode ?? 0
  return status >= 200 && status <= 599 ? status : 599
}

const headersOf = (message: http.IncomingMessage): [string, string][] =>
  Object.entries(message.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  )

/** Enough of an error's body to tell its kind; a body that fails or stalls is cut, the status says enough. */
async function readStart(message: http.IncomingMessage): Promise<string> {
  const deadline = setTimeout(() => message.destroy(), lingerMs)
  let text = ''
  try {
    message.setEncoding('utf8')
    for await (const chunk of message) {
      text += chunk
      if (text.length > errorBodyBytes) break
    }
  } catch {
    // Cut short: what came is what is known.
  } finally {
    clearTimeout(deadline)
  }
  return text
}

function release(body: Readable): void {
  if (body.readableEnded || body.destroyed) return
  const deadline = setTimeout(() => body.destroy(), lingerMs)
  body.once('close', () => clearTimeout(deadline))
  body.on('error', () => undefined)
  body.resume()
}
