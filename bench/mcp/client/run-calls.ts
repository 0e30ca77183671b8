import type http from 'node:http'
import { spreadOf } from '../../measure/percentile.ts'
import { connect } from './connect.ts'
import type { CallsJob, McpReport } from './job.ts'
import { type KnownTool, untilListed } from './tools.ts'

/** Calls with `inFlight` at a time: first those of the warm-up, then for some seconds. */
export async function runCalls(job: CallsJob, agent: http.Agent, onWarm: () => Promise<void>): Promise<McpReport> {
  const connections = await Promise.all(job.targets.map((target) => connect(target, agent)))
  const known = await untilListed(connections, job.tools)
  const warm = createCaller(known)
  await inParallel(job.inFlight, () => warm.times.length < job.warmUpCalls, warm.call)
  if (warm.failures() === warm.times.length) throw new Error(`No call of the warm-up was answered: ${warm.reason()}`)
  await onWarm()
  const measured = createCaller(known)
  const startedAt = performance.now()
  const until = startedAt + job.seconds * 1000
  await inParallel(job.inFlight, () => performance.now() < until, measured.call)
  const seconds = (performance.now() - startedAt) / 1000
  const { times } = measured
  return {
    calls: times.length,
    callsPerSecond: (times.length - measured.failures()) / seconds,
    failed: measured.failures(),
    ...spreadOf(times),
  }
}

async function inParallel(parallel: number, goesOn: () => boolean, action: () => Promise<void>): Promise<void> {
  const work = async (): Promise<void> => {
    while (goesOn()) await action()
  }
  await Promise.all(Array.from({ length: parallel }, work))
}

interface Caller {
  readonly times: readonly number[]
  failures(): number
  /** Of the last call that failed. */
  reason(): string
  call(): Promise<void>
}

/** Calls the tools in turn; an answer counts when it says what was asked. */
function createCaller(known: readonly KnownTool[]): Caller {
  const times: number[] = []
  let asked = 0
  let failures = 0
  let reason = ''
  return {
    times,
    failures: () => failures,
    reason: () => reason,
    call: async () => {
      const tool = known[asked % known.length]
      if (tool === undefined) throw new Error('There is no tool to call.')
      asked += 1
      const said = `number ${asked}.`
      const startedAt = performance.now()
      try {
        const result = await tool.connection.ask('tools/call', { name: tool.name, arguments: { text: said } })
        if (!JSON.stringify(result['content']).includes(said)) throw new Error(`It said ${JSON.stringify(result)}`)
      } catch (error) {
        failures += 1
        reason = error instanceof Error ? error.message : String(error)
      }
      times.push(performance.now() - startedAt)
    },
  }
}
