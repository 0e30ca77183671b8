import { once } from 'node:events'
import { createGrpcServer } from '../../services/common/grpc/grpc-server.ts'
import { promptedAdapters } from './prompted-adapters.ts'
import { never, quiet } from './run-fixtures.ts'

// A process that serves the prompted adapters. Arguments: port (0: a free one), cluster token. Prints its port.
const [port = '0', clusterToken = ''] = process.argv.slice(2)
const options = { host: '127.0.0.1', port: Number(port), clusterToken, log: quiet }
const server = createGrpcServer({ adapters: promptedAdapters() }, options)
await server.start(never)
console.log(server.port)
await once(process, 'SIGTERM')
await server.stop(AbortSignal.timeout(2000))
