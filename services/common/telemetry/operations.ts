import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { HearthError } from '../errors/hearth-error.ts'
import { checkHost, type GuardVerdict, hostAsAddress } from '../http/host-guard.ts'
import { isLoopback } from '../http/is-loopback.ts'
import type { Part } from '../lifecycle/part.ts'
import type { Readiness } from '../lifecycle/readiness.ts'
import type { Logger } from './logger.ts'

export interface OperationsOptions {
  readonly host: string
  readonly port: number
  /** Host names answered, as in `gateway.allowed_hosts`; addresses (probes use them) are answered too. */
  readonly allowedHosts: readonly string[]
  /** Serve /metrics without a token although the listener is not on loopback. */
  readonly openMetrics: boolean
  /** When the port is taken, listen on a free one and say so (several roles on one machine). */
  readonly yieldPort: boolean
  readonly readiness: Readiness
  readonly registry: Registry
  /** Is this bearer token allowed to read metrics? */
  readonly mayRead: (token: string) => Promise<boolean>
  readonly log: Logger
}

/** The operations listener: `/healthz` (process alive), `/readyz` (200 or 503, with reasons), `/metrics` (Prometheus text). */
export class OperationsListener implements Part {
  readonly name = 'operations'
  readonly #options: OperationsOptions
  readonly #server: Server

  constructor(options: OperationsOptions) {
    this.#options = options
    this.#server = createServer({ headersTimeout: 5000, requestTimeout: 5000 }, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        options.log.error({ err: error }, 'operations request failed')
        response.destroy()
      })
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async start(): Promise<void> {
    try {
      await this.#listen(this.#options.port)
    } catch (error) {
      if (!this.#options.yieldPort || !isAddressInUse(error)) throw portError(error, this.#options.port)
      await this.#listen(0)
      this.#options.log.warn(`operations.port ${this.#options.port} is in use; serving on ${this.port} instead`)
    }
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ port, host: this.#options.host }, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
  }

  async #answer({ url = '/', headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const verdict = this.#guard(headers)
    if (!verdict.ok) return sendJson(response, 403, { status: 'refused', hint: verdict.message })
    switch (url.split('?', 1)[0]) {
      case '/healthz':
        return sendJson(response, 200, { status: 'alive' })
      case '/readyz': {
        const ready = this.#options.readiness.isReady()
        const reasons = this.#options.readiness.reasons()
        return sendJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not_ready', reasons })
      }
      case '/metrics':
        return this.#metrics(headers.authorization, response)
      default:
        return sendJson(response, 404, { status: 'not_found', paths: ['/healthz', '/readyz', '/metrics'] })
    }
  }

  /** A page of a foreign site must not read figures, also not by DNS rebinding, which needs a name. */
  #guard({ host, origin }: IncomingMessage['headers']): GuardVerdict {
    const address = hostAsAddress(host)
    const allowedHosts = [...this.#options.allowedHosts, ...(address === undefined ? [] : [address])]
    return checkHost({ allowedHosts, allowedOrigins: [], scheme: 'http' }, { host, origin })
  }

  async #metrics(authorization: string | undefined, response: ServerResponse): Promise<void> {
    if (!(await this.#mayReadMetrics(authorization))) {
      response.setHeader('WWW-Authenticate', 'Bearer')
      return sendJson(response, 401, { status: 'unauthenticated', hint: 'Send a bearer token with the scope read.' })
    }
    const { registry } = this.#options
    response.writeHead(200, { 'Content-Type': registry.contentType })
    response.end(await registry.metrics())
  }

  async #mayReadMetrics(authorization: string | undefined): Promise<boolean> {
    if (this.#options.openMetrics || isLoopback(this.#options.host)) return true
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]
    return token !== undefined && this.#options.mayRead(token)
  }
}

/** A registry with the process's own figures (memory, CPU, event-loop lag). */
export function createRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}

const isAddressInUse = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'

function portError(error: unknown, port: number): unknown {
  if (!isAddressInUse(error)) return error
  const message = `Port ${port} is in use; choose another with HEARTH_OPERATIONS__PORT (0 picks a free one).`
  return new HearthError('gateway_internal', message, { cause: error })
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
  response.end(`${JSON.stringify(body)}\n`)
}
