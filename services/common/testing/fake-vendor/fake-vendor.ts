import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BodyStep, chatStream } from './chat-stream.ts'
import { plainScenario, type Scenario, scenarioOfModel } from './scenario.ts'

/** A real HTTP server that plays OpenAI: `POST /v1/chat/completions`, streamed, with pace and faults. */
export interface FakeVendor {
  /** Up to and with /v1. */
  readonly baseUrl: string
  /** Oldest first; the newest 10 000. */
  readonly requests: readonly VendorRequest[]
  /** Sockets that are open now. */
  openSockets(): number
  /** Resolves with request `index` (from 0) once it is there. */
  request(index: number, signal: AbortSignal): Promise<VendorRequest>
  /** What every request meets whose model's name says nothing else. */
  use(scenario: Partial<Scenario>): void
  /** Ends every request and closes the port. */
  stop(): Promise<void>
}

export interface VendorRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<http.IncomingHttpHeaders>
  /** Parsed JSON. */
  readonly body: unknown
  readonly model: string
  /** Tells sockets apart. */
  readonly clientPort: number | undefined
  /** `performance.now()`. */
  readonly receivedAtMs: number
  /** Steps of the body written so far. */
  written: number
  /** Who ended the response; open while it runs. */
  ended: { readonly by: 'vendor' | 'client'; readonly atMs: number } | undefined
  /** Resolves when the response ended, or its socket closed. */
  readonly closed: Promise<void>
}

const keptRequests = 10_000
const bodyLimitBytes = 32 * 1024 * 1024
const commentEveryMs = 50

export async function startFakeVendor(): Promise<FakeVendor> {
  const vendor = new Vendor()
  const server = http.createServer((request, response) => {
    void vendor.serve(request, response).catch(() => response.destroy())
  })
  server.on('connection', (socket) => vendor.track(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests: vendor.requests,
    openSockets: () => vendor.sockets.size,
    request: (index, signal) => vendor.waitFor(index, signal),
    use: (scenario) => vendor.use(scenario),
    stop: async () => {
      const closed = [server, ...vendor.sockets].map((each) => once(each, 'close'))
      vendor.stop()
      server.close()
      server.closeAllConnections()
      await Promise.all(closed)
    },
  }
}

class Vendor {
  readonly requests: VendorRequest[] = []
  readonly sockets = new Set<Socket>()
  readonly #stopping = new AbortController()
  readonly #arrivals = new EventTarget()
  #scenario: Scenario = plainScenario

  use(scenario: Partial<Scenario>): void {
    this.#scenario = { ...plainScenario, ...scenario }
  }

  track(socket: Socket): void {
    socket.setNoDelay(true)
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
  }

  stop(): void {
    this.#stopping.abort()
  }

  async waitFor(index: number, signal: AbortSignal): Promise<VendorRequest> {
    for (;;) {
      const request = this.requests[index]
      if (request !== undefined) return request
      await once(this.#arrivals, 'request', { signal })
    }
  }

  async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await readJson(request)
    const seen = this.#record(request, response, body)
    if (request.method !== 'POST' || !request.url?.endsWith('/chat/completions')) {
      return void answerError(response, 404, { ...plainScenario, code: 'not_found' })
    }
    const scenario = { ...scenarioOfModel(seen.model, this.#scenario), maxTokens: maxTokensOf(body) }
    if (scenario.status !== undefined) return void answerError(response, scenario.status, scenario)
    if (scenario.fault === 'headers-never') return
    if (scenario.fault === 'not-sse') {
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>a router login page</html>')
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
    response.flushHeaders()
    await this.#play(chatStream(scenario), scenario.paceMs, { response, seen })
  }

  #record(request: http.IncomingMessage, response: http.ServerResponse, body: unknown): VendorRequest {
    const { promise, resolve } = Promise.withResolvers<void>()
    const seen: VendorRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
      model: modelOf(body),
      clientPort: request.socket.remotePort,
      receivedAtMs: performance.now(),
      written: 0,
      ended: undefined,
      closed: promise,
    }
    response.once('close', () => {
      seen.ended ??= { by: response.writableFinished ? 'vendor' : 'client', atMs: performance.now() }
      resolve()
    })
    this.requests.push(seen)
    if (this.requests.length > keptRequests) this.requests.shift()
    this.#arrivals.dispatchEvent(new Event('request'))
    return seen
  }

  async #play(steps: Iterable<BodyStep>, paceMs: number, exchange: Exchange): Promise<void> {
    const { response, seen } = exchange
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const signal = AbortSignal.any([gone.signal, this.#stopping.signal])
    for (const step of steps) {
      if (signal.aborted) return
      if (typeof step === 'object' && 'do' in step) return await misbehave(step.do, exchange, signal)
      await write(step, response, { paceMs, signal })
      seen.written += 1
    }
    response.end()
  }
}

interface Pace {
  readonly paceMs: number
  readonly signal: AbortSignal
}

/** Bytes are a character cut in two: what follows must come by another read. */
async function write(
  step: string | Uint8Array,
  response: http.ServerResponse,
  { paceMs, signal }: Pace,
): Promise<void> {
  if (!response.write(step)) await once(response, 'drain', { signal })
  const waitMs = step instanceof Uint8Array ? Math.max(paceMs, 5) : paceMs
  if (waitMs > 0) await sleep(waitMs, undefined, { signal })
}

interface Exchange {
  readonly response: http.ServerResponse
  readonly seen: VendorRequest
}

async function misbehave(
  what: 'stall' | 'reset' | 'comments',
  { response, seen }: Exchange,
  signal: AbortSignal,
): Promise<void> {
  if (what === 'stall') return
  if (what === 'comments') {
    for (;;) {
      response.write(': still here\n\n')
      await sleep(commentEveryMs, undefined, { signal })
    }
  }
  // What was written must leave the process before the reset throws it away.
  await sleep(20, undefined, { signal })
  seen.ended = { by: 'vendor', atMs: performance.now() }
  response.socket?.resetAndDestroy()
}

async function readJson(request: http.IncomingMessage): Promise<unknown> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of request as AsyncIterable<Uint8Array>) {
    parts.push(part)
    bytes += part.byteLength
    if (bytes > bodyLimitBytes) throw new Error('body too large')
  }
  return bytes === 0 ? undefined : JSON.parse(Buffer.concat(parts).toString('utf8'))
}

const fieldOf = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined

const modelOf = (body: unknown): string => String(fieldOf(body, 'model') ?? '')

const maxTokensOf = (body: unknown): number =>
  Number(fieldOf(body, 'max_completion_tokens') ?? fieldOf(body, 'max_tokens') ?? Number.POSITIVE_INFINITY)

function answerError(response: http.ServerResponse, status: number, { code, retryAfter }: Scenario): void {
  const headers = { 'content-type': 'application/json', ...(retryAfter ? { 'retry-after': retryAfter } : {}) }
  const error = { message: 'secret vendor text', type: 'invalid_request_error', param: null, code: code ?? null }
  response.writeHead(status, headers).end(JSON.stringify({ error }))
}
