import { createGrpcAdapterSet } from '../../services/common/grpc/grpc-adapter-set.ts'
import { createGrpcServer } from '../../services/common/grpc/grpc-server.ts'
import { promptedAdapters } from '../support/prompted-adapters.ts'
import { never, quiet } from '../support/run-fixtures.ts'
import { adapterSetContract } from './adapter-set.contract.ts'

adapterSetContract('in process', async () => ({ adapters: promptedAdapters(), stop: async () => undefined }))

adapterSetContract('over gRPC', async () => {
  const options = { host: '127.0.0.1', port: 0, clusterToken: 'cluster-secret', log: quiet }
  const server = createGrpcServer({ adapters: promptedAdapters() }, options)
  await server.start(never)
  const { adapters, part } = createGrpcAdapterSet(`127.0.0.1:${server.port}`, 'cluster-secret')
  return {
    adapters,
    stop: async () => {
      await part.stop(never)
      await server.stop(AbortSignal.timeout(1000))
    },
  }
})
