import { once } from 'node:events'
import { createGrpcAdapterSet } from '../../services/common/grpc/grpc-adapter-set.ts'
import { createGrpcServer } from '../../services/common/grpc/grpc-server.ts'
import { createContractRouter } from './contract-router.ts'
import { never, quiet } from './run-fixtures.ts'

// A process that serves a router. Arguments: port (0: a free one), cluster token, HOST:PORT of the adapters. Prints its port.
const [port = '0', clusterToken = '', adaptersAddress = ''] = process.argv.slice(2)
const far = createGrpcAdapterSet(adaptersAddress, clusterToken)
const { router, part } = createContractRouter(far.adapters)
const options = { host: '127.0.0.1', port: Number(port), clusterToken, log: quiet }
const server = createGrpcServer({ router }, options)
await server.start(never)
console.log(server.port)
await once(process, 'SIGTERM')
const deadline = AbortSignal.timeout(2000)
await part.stop(deadline)
await server.stop(deadline)
await far.part.stop(deadline)
