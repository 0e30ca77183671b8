import { createGrpcAdapterSet } from '../../services/common/grpc/grpc-adapter-set.ts'
import { createGrpcRouter } from '../../services/common/grpc/grpc-router.ts'
import { createGrpcServer } from '../../services/common/grpc/grpc-server.ts'
import { fakeRouter, textRun } from '../../services/common/testing/fake-router.ts'
import { createContractRouter } from '../support/contract-router.ts'
import { promptedAdapters } from '../support/prompted-adapters.ts'
import { never, quiet, say } from '../support/run-fixtures.ts'
import { routerContract } from './router.contract.ts'
import { type KeptRunsSubject, keptRunsContract, keptRunsOf, unreadRunsContract } from './router-keeping.contract.ts'

async function inProcess() {
  const { router, part } = createContractRouter(promptedAdapters())
  return { router, stop: () => part.stop(AbortSignal.abort()) }
}

async function overGrpc() {
  const options = { host: '127.0.0.1', port: 0, clusterToken: 'cluster-secret', log: quiet }
  const adaptersServer = createGrpcServer({ adapters: promptedAdapters() }, options)
  await adaptersServer.start(never)
  const far = createGrpcAdapterSet(`127.0.0.1:${adaptersServer.port}`, 'cluster-secret')
  const own = createContractRouter(far.adapters)
  const routerServer = createGrpcServer({ router: own.router }, options)
  await routerServer.start(never)
  const near = createGrpcRouter(`127.0.0.1:${routerServer.port}`, 'cluster-secret')
  const parts = [near.part, own.part, routerServer, far.part, adaptersServer]
  return {
    router: near.router,
    stop: async () => {
      for (const part of parts) await part.stop(AbortSignal.abort())
    },
  }
}

async function faked(): Promise<KeptRunsSubject> {
  const router = fakeRouter()
  const scripts = {
    short: textRun(['Hello', ' from', ' the', ' hearth']),
    hanging: [{ do: 'hang' as const }],
    trimmed: [
      ...textRun(Array.from({ length: 50 }, (_, index) => `${index} `)).slice(0, -1),
      { do: 'trim' as const },
      { do: 'hang' as const },
    ],
  }
  return {
    router,
    trimmedFrom: 52,
    begin: async (kind, caller) => {
      router.enqueue(scripts[kind])
      return router.start(say(kind), caller, never)
    },
    stop: async () => undefined,
  }
}

for (const [label, start] of [
  ['in process', inProcess],
  ['over gRPC, its adapters too', overGrpc],
] as const) {
  routerContract(label, start)
  keptRunsContract(label, keptRunsOf(start))
  unreadRunsContract(label, start)
}

keptRunsContract('the fake', faked)
