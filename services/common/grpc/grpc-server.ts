import { createServer, type Server } from 'nice-grpc'
import { HealthDefinition } from '../../../proto/gen/grpc/health/v1/health.ts'
import type { AdapterSet } from '../contracts/adapter-set.ts'
import type { Router } from '../contracts/router.ts'
import type { Part } from '../lifecycle/part.ts'
import type { Logger } from '../telemetry/logger.ts'
import { implementAdapters } from './adapter-implementation.ts'
import { serverOptions } from './channel-options.ts'
import { requireClusterToken } from './cluster-token.ts'
import { guardCalls } from './guard-calls.ts'
import { Health } from './health.ts'
import { reportFailures } from './report-failures.ts'
import { implementRouter } from './router-implementation.ts'
import { adapterService, routerService, serviceNames } from './services.ts'

/** After the deadline, for what is on its way: the terminal events of runs that the drain has just cancelled. */
const flushMs = 250

/** What is served on one port. */
export interface GrpcServices {
  readonly router?: Router
  readonly adapters?: AdapterSet
}

export interface GrpcServerOptions {
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  /** Every call must bring it. */
  readonly clusterToken: string
  readonly log: Logger
}

/** `port` is the one listened on, from `start` on; 0 before. */
export interface GrpcServer extends Part {
  readonly port: number
}

/**
 * Contracts over gRPC for the other processes, with the standard health service. `stop` lets the calls that run finish
 * and cuts what is left when its deadline aborts.
 */
export function createGrpcServer(services: GrpcServices, options: GrpcServerOptions): GrpcServer {
  return new NiceGrpcServer(services, options)
}

class NiceGrpcServer implements GrpcServer {
  readonly name: string
  readonly #services: GrpcServices
  readonly #options: GrpcServerOptions
  readonly #health: Health
  #server: Server | undefined
  #port = 0

  constructor(services: GrpcServices, options: GrpcServerOptions) {
    requireClusterToken(options.clusterToken)
    const names = [
      ...(services.router === undefined ? [] : [serviceNames.router]),
      ...(services.adapters === undefined ? [] : [serviceNames.adapters]),
    ]
    this.name = `grpc ${names.join(' ')}`
    this.#services = services
    this.#options = options
    this.#health = new Health(names)
  }

  get port(): number {
    return this.#port
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const { host, port, clusterToken, log } = this.#options
    const { router, adapters } = this.#services
    const server = createServer(serverOptions(guardCalls(clusterToken))).use(reportFailures(log))
    if (router !== undefined) server.add(routerService, implementRouter(router))
    if (adapters !== undefined) server.add(adapterService, implementAdapters(adapters))
    server.add(HealthDefinition, this.#health.implementation())
    this.#port = await server.listen(`${host}:${port}`)
    this.#server = server
  }

  async stop(deadline: AbortSignal): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    this.#health.stop()
    let cutting: NodeJS.Timeout | undefined
    const cut = () => {
      cutting = setTimeout(() => server.forceShutdown(), flushMs)
    }
    if (deadline.aborted) cut()
    else deadline.addEventListener('abort', cut, { once: true })
    await server.shutdown()
    clearTimeout(cutting)
    deadline.removeEventListener('abort', cut)
  }
}
