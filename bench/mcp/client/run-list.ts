import type http from 'node:http'
import { spreadOf } from '../../measure/percentile.ts'
import { connect } from './connect.ts'
import type { ListJob, McpReport } from './job.ts'
import { benchTools, untilListed } from './tools.ts'

/** Lists one after another; each has to have all tools. */
export async function runList(job: ListJob, agent: http.Agent, onWarm: () => Promise<void>): Promise<McpReport> {
  const connection = await connect(job.target, agent)
  await untilListed([connection], job.tools)
  for (let count = 0; count < job.warmUps; count += 1) await connection.ask('tools/list', {})
  await onWarm()
  const times: number[] = []
  let failed = 0
  let bytes = 0
  for (let count = 0; count < job.lists; count += 1) {
    const startedAt = performance.now()
    const result = await connection.ask('tools/list', {})
    times.push(performance.now() - startedAt)
    if (benchTools(result).length < job.tools) failed += 1
    if (count === 0) bytes = JSON.stringify(result).length
  }
  return { tools: job.tools, failed, bytes, ...spreadOf(times) }
}
