import { createGrpcAdapterSet } from '../../services/common/grpc/grpc-adapter-set.ts'
import { createGrpcRouter } from '../../services/common/grpc/grpc-router.ts'
import { createGrpcServer } from '../../services/common/grpc/grpc-server.ts'
import { FakeHistory } from '../../services/common/testing/fake-history.ts'
import { createRouter } from '../../services/router/router.ts'
import { promptedAdapters } from '../support/prompted-adapters.ts'
import { never, profileOf, quiet, snapshotOf } from '../support/run-fixtures.ts'
import { routerContract } from './router.contract.ts'

const settings = () => snapshotOf([profileOf('demo', { default: true })])

routerContract('in process', async () => {
  const { router, part } = createRouter({
    adapters: promptedAdapters(),
    history: new FakeHistory(),
    settings,
    log: quiet,
  })
  return { router, stop: () => part.stop(AbortSignal.abort()) }
})

routerContract('over gRPC, its adapters too', async () => {
  const options = { host: '127.0.0.1', port: 0, clusterToken: 'cluster-secret', log: quiet }
  const adaptersServer = createGrpcServer({ adapters: promptedAdapters() }, options)
  await adaptersServer.start(never)
  const far = createGrpcAdapterSet(`127.0.0.1:${adaptersServer.port}`, 'cluster-secret')
  const own = createRouter({ adapters: far.adapters, history: new FakeHistory(), settings, log: quiet })
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
})
