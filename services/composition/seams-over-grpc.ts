import type { AdapterSet } from '../common/contracts/adapter-set.ts'
import type { Router } from '../common/contracts/router.ts'
import { createGrpcAdapterSet } from '../common/grpc/grpc-adapter-set.ts'
import { createGrpcRouter } from '../common/grpc/grpc-router.ts'
import { createGrpcServer, type GrpcServices } from '../common/grpc/grpc-server.ts'
import type { Part } from '../common/lifecycle/part.ts'
import type { Wiring } from './wiring.ts'

// The roles have checked at the start of the process that endpoints and cluster token are set.

/** The router of another process. */
export function remoteRouter({ loaded }: Wiring): { readonly router: Router; readonly parts: readonly Part[] } {
  const { router, part } = createGrpcRouter(loaded.config.endpoints.router ?? '', loaded.secrets.clusterToken ?? '')
  return { router, parts: [part] }
}

/** The adapters of another process. */
export function remoteAdapters({ loaded }: Wiring): { readonly set: AdapterSet; readonly parts: readonly Part[] } {
  const { adapters, part } = createGrpcAdapterSet(
    loaded.config.endpoints.adapters ?? '',
    loaded.secrets.clusterToken ?? '',
  )
  return { set: adapters, parts: [part] }
}

export const serveRouter = (wiring: Wiring, router: Router): Part =>
  serve(wiring, { router }, wiring.loaded.config.grpc.router_port)

export const serveAdapters = (wiring: Wiring, adapters: AdapterSet): Part =>
  serve(wiring, { adapters }, wiring.loaded.config.grpc.adapters_port)

function serve({ loaded, log, tell }: Wiring, services: GrpcServices, port: number): Part {
  const { host } = loaded.config.grpc
  const server = createGrpcServer(services, { host, port, clusterToken: loaded.secrets.clusterToken ?? '', log })
  return {
    name: server.name,
    start: async (signal) => {
      await server.start(signal)
      tell('grpc', `${host}:${server.port}`)
    },
    stop: (deadline) => server.stop(deadline),
  }
}
