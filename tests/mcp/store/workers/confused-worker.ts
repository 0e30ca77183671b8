import { parentPort } from 'node:worker_threads'
import type { ThreadMessage, ThreadRequest } from '../../../../services/mcp/store/sqlite/thread-protocol.ts'

/** Stands for a database thread of another protocol: a query is answered as an append, an append as a query. */
const send = (message: ThreadMessage): void => parentPort?.postMessage(message)
send({ type: 'ready', wasUnclean: false })
parentPort?.on('message', ({ id, type }: ThreadRequest) => {
  send(type === 'query' ? { type: 'appended', id, outcomes: [] } : { type: 'result', id, rows: [], changes: 0 })
  if (type === 'close') parentPort?.close()
})
