// The load process: `node main.ts JOB`, an `McpJob` as JSON. Prints `measuring` when all is warm and half a second later
// begins; prints its report as the last line.
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { endWithParent } from '../../listen.ts'
import { connect } from './connect.ts'
import { type McpJob, type McpReport, measuringLine, reportLine } from './job.ts'
import { runCalls } from './run-calls.ts'
import { runList } from './run-list.ts'
import { runListeners } from './run-listeners.ts'
import { untilListed } from './tools.ts'

const beforeMs = 500

async function onWarm(): Promise<void> {
  console.log(measuringLine)
  await sleep(beforeMs)
}

async function run(job: McpJob, agent: http.Agent): Promise<McpReport> {
  switch (job.type) {
    case 'calls':
      return runCalls(job, agent, onWarm)
    case 'list':
      return runList(job, agent, onWarm)
    case 'listeners':
      return runListeners(job, agent, onWarm)
    case 'await': {
      const names = await untilListed([await connect(job.target, agent)], job.tools)
      return { tools: names.length }
    }
  }
}

endWithParent()
const report = await run(JSON.parse(process.argv[2] ?? ''), new http.Agent({ keepAlive: true }))
console.log(`${reportLine}${JSON.stringify(report)}`)
process.exit(0)
