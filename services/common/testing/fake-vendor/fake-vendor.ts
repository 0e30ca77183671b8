import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorBody, loadingBody } from './error-answer.ts'
import { endpointOf } from './plan-answer.ts'
import { playSteps } from './play-steps.ts'
import { fieldOf, readBody } from './read-body.ts'
import { type OpenRequest, RequestLog, type VendorRequest } from './request-log.ts'
import { plainScenario, type Scenario, scenarioOfModel } from './scenario.ts'

export type { VendorRequest } from './request-log.ts'

/**
 * A real HTTP server that plays a vendor, by path: OpenAI (`/v1/chat/completions`, `/v1/responses`, `/v1/images/…`,
 * `/v1/embeddings`), Anthropic (`/v1/messages`) and Ollama (`/api/chat`, `/api/ps`), with pace and faults.
 */
export interface FakeVendor {
  /** Up to and with /v1. */
  readonly baseUrl: string
  /** Without /v1: what Anthropic's clients want, and where Ollama's own API starts. */
  readonly rootUrl: string
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
    rootUrl: `http://127.0.0.1:${port}`,
    requests: vendor.log.requests,
    openSockets: () => vendor.sockets.size,
    request: (index, signal) => vendor.log.waitFor(index, signal),
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
  readonly log = new RequestLog()
  readonly sockets = new Set<Socket>()
  readonly #stopping = new AbortController()
  /** When each model asked for is in memory, `performance.now()`. */
  readonly #readyAtMs = new Map<string, number>()
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

  async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await readBody(request)
    const seen = this.log.record(request, response, body)
    if (request.method === 'GET' && seen.path === '/api/ps') return answerJson(response, 200, this.#loaded())
    const endpoint = endpointOf(seen.path)
    if (request.method !== 'POST' || endpoint === undefined) {
      return answerJson(response, 404, errorBody('openai', 404, 'not_found'))
    }
    const scenario = { ...scenarioOfModel(seen.model, this.#scenario), maxTokens: maxTokensOf(body) }
    if (scenario.status !== undefined) {
      return answerJson(
        response,
        scenario.status,
        errorBody(endpoint.dialect, scenario.status, scenario.code),
        scenario,
      )
    }
    const loadingMs = this.#loadingMs(seen.model, scenario)
    if (scenario.fault === 'headers-never') return
    if (loadingMs > 0 && scenario.whileLoading === 'refuse') return answerJson(response, 503, loadingBody)
    const signal = AbortSignal.any([seen.gone, this.#stopping.signal])
    if (loadingMs > 0) await sleep(loadingMs, undefined, { signal })
    if (scenario.fault === 'not-sse') {
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>a router login page</html>')
    }
    await this.#stream(endpoint.plan(body, scenario), scenario.paceMs, { response, seen, signal })
  }

  async #stream(
    { contentType, steps }: ReturnType<NonNullable<ReturnType<typeof endpointOf>>['plan']>,
    paceMs: number,
    { response, seen, signal }: { response: http.ServerResponse; seen: OpenRequest; signal: AbortSignal },
  ): Promise<void> {
    response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache', 'x-request-id': 'req_fake' })
    response.flushHeaders()
    await playSteps(steps, paceMs, { response, seen, signal })
  }

  #loadingMs(model: string, { loadMs }: Scenario): number {
    const now = performance.now()
    const readyAtMs = this.#readyAtMs.get(model) ?? now + loadMs
    this.#readyAtMs.set(model, readyAtMs)
    return readyAtMs - now
  }

  #loaded(): object {
    const now = performance.now()
    const ready = [...this.#readyAtMs].filter(([, readyAtMs]) => readyAtMs <= now).map(([name]) => name)
    const names = ready.map((name) => (name.includes(':') ? name : `${name}:latest`))
    return { models: names.map((name) => ({ name, model: name, size: 1_000_000, size_vram: 0 })) }
  }
}

const tokenLimits = ['max_completion_tokens', 'max_tokens', 'max_output_tokens'] as const

function maxTokensOf(body: unknown): number {
  const limits = [...tokenLimits.map((name) => fieldOf(body, name)), fieldOf(fieldOf(body, 'options'), 'num_predict')]
  return Number(limits.find((limit) => limit !== undefined && limit !== null) ?? Number.POSITIVE_INFINITY)
}

function answerJson(response: http.ServerResponse, status: number, body: object, scenario?: Scenario): void {
  const retryAfter = scenario?.retryAfter
  const headers = { 'content-type': 'application/json', ...(retryAfter ? { 'retry-after': retryAfter } : {}) }
  response.writeHead(status, { ...headers, 'x-request-id': 'req_fake' }).end(JSON.stringify(body))
}
