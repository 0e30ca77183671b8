import type http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from './connect.ts'
import type { McpConnection } from './connection.ts'
import type { ListenersJob, McpReport } from './job.ts'
import { untilListed } from './tools.ts'

const openAtOnce = 32
/** What the first looks at the servers still tell is told by then. */
const settleMs = 2000
const limitMs = 5000
/** For what comes twice, or late. */
const betweenMs = 500

/** Opens all listeners, then turns a server off and on and takes the time until each has heard of it. */
export async function runListeners(
  job: ListenersJob,
  agent: http.Agent,
  onWarm: () => Promise<void>,
): Promise<McpReport> {
  const first = job.targets[0]
  if (first === undefined) throw new Error('There is nobody to listen to.')
  await untilListed([await connect(first, agent)], job.tools)
  const heardAt = new Map<number, number>()
  const connections = await openAll(job, agent, (index) => {
    if (!heardAt.has(index)) heardAt.set(index, performance.now())
  })
  await onWarm()
  await sleep(settleMs)
  const changes: { told: number; toldMs: number; toldSinceAskedMs: number }[] = []
  for (let count = 0; count < job.changes; count += 1) {
    heardAt.clear()
    const askedAt = performance.now()
    await turn(new URL(first.url).origin, job, count % 2 === 1)
    const acknowledgedAt = performance.now()
    while (heardAt.size < job.listeners && performance.now() - acknowledgedAt < limitMs) await sleep(5)
    const last = Math.max(...heardAt.values())
    changes.push({
      told: heardAt.size,
      toldMs: Math.max(0, last - acknowledgedAt),
      toldSinceAskedMs: Math.max(0, last - askedAt),
    })
    await sleep(betweenMs)
  }
  for (const connection of connections) connection.close()
  return {
    told: Math.min(...changes.map(({ told }) => told)),
    toldMs: Math.max(...changes.map(({ toldMs }) => toldMs)),
    toldSinceAskedMs: Math.max(...changes.map(({ toldSinceAskedMs }) => toldSinceAskedMs)),
  }
}

/** Clients of each target in turn. */
async function openAll(
  { targets, listeners }: ListenersJob,
  agent: http.Agent,
  onTools: (index: number) => void,
): Promise<readonly McpConnection[]> {
  const connections: McpConnection[] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < listeners) {
      const index = next
      next += 1
      const target = targets[index % targets.length]
      if (target === undefined) return
      const connection = await connect(target, agent)
      connections.push(connection)
      await connection.listen(() => onTools(index))
    }
  }
  await Promise.all(Array.from({ length: openAtOnce }, work))
  return connections
}

async function turn(origin: string, { server, token }: ListenersJob, enabled: boolean): Promise<void> {
  const response = await fetch(`${origin}/api/v1/mcp/servers/${server}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ enabled }),
  })
  if (!response.ok) throw new Error(`HTTP ${response.status} to a change: ${await response.text()}`)
  await response.body?.cancel()
}
