import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Change, DualEraEndpoint } from './dual-era-endpoint.ts'
import { createScriptedServer } from './scripted-server.ts'
import { scriptOf, type UpstreamScript } from './upstream-script.ts'

/** A tool call that reached a simulated upstream. */
export interface SeenCall {
  readonly tool: string
  readonly args: Readonly<Record<string, unknown>>
  /** `performance.now()`. */
  readonly atMs: number
}

export interface FakeUpstream {
  readonly name: string
  /** What `mcp.servers.<name>.url` is. */
  readonly url: string
  /** Oldest first; the newest 10 000. */
  readonly calls: readonly SeenCall[]
  /** HTTP requests so far, of every kind. */
  requests(): number
  /** Headers of the newest request. */
  headers(): http.IncomingHttpHeaders
  /** Open sessions of the old revisions. */
  sessions(): number
  script(): UpstreamScript
  /** Goes on with this script, silently: a rug pull. */
  become(script: Partial<UpstreamScript>): void
  /** Tells whoever listens. */
  changed(what: Change): void
  resourceUpdated(uri: string): void
  /** As after a restart: no session of before is known. */
  forgetSessions(): Promise<void>
}

/** Any number of simulated MCP servers behind one port of this machine, each at `/<name>/mcp`. */
export interface FakeUpstreams extends AsyncDisposable {
  readonly names: readonly string[]
  /** @throws Error when there is none of that name. */
  get(name: string): FakeUpstream
  /** Sockets that are open now. */
  openSockets(): number
  /** Ends every request and closes the port. */
  stop(): Promise<void>
}

export async function startFakeUpstreams(
  scripts: Readonly<Record<string, Partial<UpstreamScript>>>,
): Promise<FakeUpstreams> {
  const sockets = new Set<Socket>()
  const upstreams = new Map<string, Played>()
  const server = http.createServer((request, response) => {
    const played = upstreams.get(decodeURIComponent(request.url ?? '').split('/')[1] ?? '')
    if (played === undefined) return void response.writeHead(404).end()
    void played.serve(request, response).catch(() => response.destroy())
  })
  // A socket that ends just when it is used again is a fault of its own, which nobody asked for here.
  server.keepAliveTimeout = 0
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  for (const [name, script] of Object.entries(scripts)) {
    upstreams.set(name, new Played(name, `http://127.0.0.1:${port}/${encodeURIComponent(name)}/mcp`, scriptOf(script)))
  }
  const stop = async (): Promise<void> => {
    await Promise.all([...upstreams.values()].map((played) => played.close()))
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return {
    names: [...upstreams.keys()],
    get: (name) => {
      const found = upstreams.get(name)
      if (found === undefined) throw new Error(`There is no simulated upstream ${name}.`)
      return found
    },
    openSockets: () => sockets.size,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

const callsKept = 10_000

class Played implements FakeUpstream {
  readonly name: string
  readonly url: string
  readonly calls: SeenCall[] = []
  #script: UpstreamScript
  #requests = 0
  #headers: http.IncomingHttpHeaders = {}
  #flood: NodeJS.Timeout | undefined
  readonly #open = new Set<http.ServerResponse>()
  readonly #endpoint: DualEraEndpoint

  constructor(name: string, url: string, script: UpstreamScript) {
    this.name = name
    this.url = url
    this.#script = script
    this.#endpoint = new DualEraEndpoint({
      eras: () => this.#script.era,
      serve: (session) =>
        createScriptedServer({
          name,
          script: () => this.#script,
          onCall: (tool, args) => this.#keep({ tool, args, atMs: performance.now() }),
          subscribed: session?.subscribed ?? new Set(),
          delayMs: () => 0,
          cut: () => this.#cut(),
        }),
    })
    this.become(script)
  }

  requests(): number {
    return this.#requests
  }

  headers(): http.IncomingHttpHeaders {
    return this.#headers
  }

  sessions(): number {
    return this.#endpoint.sessions
  }

  script(): UpstreamScript {
    return this.#script
  }

  become(script: Partial<UpstreamScript>): void {
    this.#script = { ...this.#script, ...script }
    clearInterval(this.#flood)
    const { changesPerSecond } = this.#script
    this.#flood = changesPerSecond > 0 ? setInterval(() => this.changed('tools'), 1000 / changesPerSecond) : undefined
  }

  changed(what: Change): void {
    this.#endpoint.changed(what)
  }

  resourceUpdated(uri: string): void {
    this.#endpoint.resourceUpdated(uri)
  }

  forgetSessions(): Promise<void> {
    return this.#endpoint.forgetSessions()
  }

  async close(): Promise<void> {
    clearInterval(this.#flood)
    await this.#endpoint.close()
  }

  async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    this.#requests++
    this.#headers = request.headers
    const { health } = this.#script
    switch (health.kind) {
      case 'dead':
        return void request.socket.resetAndDestroy()
      case 'silent':
        return
      case 'redirect':
        return void response.writeHead(307, { location: health.to }).end()
      case 'status':
        return void response.writeHead(health.status).end()
      case 'up':
    }
    if (this.#script.delayMs > 0) await sleep(this.#script.delayMs)
    this.#open.add(response)
    response.once('close', () => this.#open.delete(response))
    await this.#endpoint.handle(request, response)
  }

  #keep(call: SeenCall): void {
    this.calls.push(call)
    if (this.calls.length > callsKept) this.calls.shift()
  }

  #cut(): void {
    for (const response of this.#open) response.socket?.resetAndDestroy()
  }
}
