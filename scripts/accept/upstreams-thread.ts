// Simulated MCP servers in a thread of their own; see upstreams-apart.ts.
import { parentPort, workerData } from 'node:worker_threads'
import { startFakeUpstreams } from '../../services/common/testing/fake-upstreams/fake-upstreams.ts'
import type { ThreadAnswer, ThreadOrder, ThreadScripts } from './upstreams-apart.ts'

const scripts: ThreadScripts = workerData
const upstreams = await startFakeUpstreams(scripts)
const answer = (message: ThreadAnswer): void => parentPort?.postMessage(message)

parentPort?.on('message', async (order: ThreadOrder) => {
  for (const [name, script] of Object.entries(order.become ?? {})) upstreams.get(name).become(script)
  if (order.stop === true) await upstreams.stop()
  answer({
    urls: {},
    sessions: upstreams.names.reduce((sum, name) => sum + upstreams.get(name).sessions(), 0),
    openSockets: upstreams.openSockets(),
  })
  if (order.stop === true) parentPort?.close()
})
answer({
  urls: Object.fromEntries(upstreams.names.map((name) => [name, upstreams.get(name).url])),
  sessions: 0,
  openSockets: 0,
})
