import { createGrpcAdapterSet } from '../../services/common/grpc/grpc-adapter-set.ts'
import { createGrpcServer } from '../../services/common/grpc/grpc-server.ts'
import { never, quiet } from '../support/run-fixtures.ts'
import { cutStreamContract, type ModelAdapterSubject, modelAdapterContract } from './model-adapter.contract.ts'
import { startDemoSubject, startOpenaiSubject } from './model-adapter-subjects.ts'

/** The same adapter behind a gRPC server of its own. */
async function overGrpc<Subject extends ModelAdapterSubject>(start: () => Promise<Subject>): Promise<Subject> {
  const near = await start()
  const options = { host: '127.0.0.1', port: 0, clusterToken: 'cluster-secret', log: quiet }
  const server = createGrpcServer({ adapters: near.set }, options)
  await server.start(never)
  const { adapters, part } = createGrpcAdapterSet(`127.0.0.1:${server.port}`, 'cluster-secret')
  return {
    ...near,
    set: adapters,
    stop: async () => {
      await part.stop(never)
      await server.stop(AbortSignal.abort())
      await near.stop()
    },
  }
}

modelAdapterContract('demo over gRPC', () => overGrpc(startDemoSubject))
modelAdapterContract('openai on the fake vendor, over gRPC', () => overGrpc(startOpenaiSubject))
cutStreamContract('openai on the fake vendor, over gRPC', () => overGrpc(startOpenaiSubject))
