import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cores } from '../measure/measure-subject.ts'
import { readUsage, residentBytesOf } from '../measure/process-usage.ts'
import { adminToken } from '../subjects/hearth-process.ts'
import { startMcpLoad } from './client/start-mcp-load.ts'
import type { McpFigures } from './figures.ts'
import { measureTokens } from './measure-tokens.ts'
import { type McpScenarioName, type McpSize, toolsPerServer } from './scenarios.ts'
import type { McpSubject, RunningMcp } from './subjects.ts'
import { serverName, startUpstreams, stdioUpstreams } from './upstreams.ts'

export interface McpMeasureOptions {
  readonly scenario: McpScenarioName
  readonly size: McpSize
  readonly cores: Cores | undefined
  readonly ticksPerSecond: number
  readonly signal: AbortSignal
}

/** What is left of starting is over by then, and the collector has run. */
const idleSettleMs = 8000
const fewServers = 2

/** Starts servers, subject and load client afresh and measures once. Rejects when the subject cannot. */
export function measureMcp(subject: McpSubject, options: McpMeasureOptions): Promise<McpFigures> {
  switch (options.scenario) {
    case 'calls':
      return measureCalls(subject, options)
    case 'list':
      return measureList(subject, options)
    case 'listeners':
      return measureListeners(subject, options)
    case 'memory-http':
      return measureMemory(subject, options, { servers: options.size.idleHttp })
    case 'memory-stdio':
      return measureMemory(subject, options, { servers: options.size.idleStdio, isStdio: true })
    case 'tokens':
      return measureTokens(subject.name === 'hearth-flapping', options)
  }
}

/** Starts simulated servers and the subject before them; ends both after the action. */
async function behind<Result>(
  subject: McpSubject,
  { cores, signal }: McpMeasureOptions,
  { servers, isStdio = false }: Idle,
  action: (running: RunningMcp) => Promise<Result>,
): Promise<Result> {
  await using http = await startUpstreams({ servers, flapMs: 0, core: cores?.harness, signal })
  const upstreams = isStdio ? stdioUpstreams(servers) : http.upstreams
  await using running = await subject.start({ origin: http.origin, upstreams, core: cores?.subject, signal })
  return await action(running)
}

function measureCalls(subject: McpSubject, options: McpMeasureOptions): Promise<McpFigures> {
  const { size, cores, signal, ticksPerSecond } = options
  return behind(subject, options, { servers: size.callServers }, async ({ pid, targets }) => {
    const { inFlight, warmUpCalls, callSeconds: seconds } = size
    const tools = size.callServers * toolsPerServer
    const job = { type: 'calls', targets, tools, inFlight, warmUpCalls, seconds } as const
    await using load = await startMcpLoad(job, cores?.harness, signal)
    if (pid === undefined) return await load.report()
    const before = await readUsage(pid, ticksPerSecond)
    const report = await load.report()
    const after = await readUsage(pid, ticksPerSecond)
    const cpuMsPerCall = ((after.cpuSeconds - before.cpuSeconds) * 1000) / (report.calls ?? Number.NaN)
    return { ...report, cpuMsPerCall, residentBytes: await ownResident(pid) }
  })
}

function measureList(subject: McpSubject, options: McpMeasureOptions): Promise<McpFigures> {
  const { size, cores, signal } = options
  return behind(subject, options, { servers: size.listServers }, async ({ targets }) => {
    const tools = size.listServers * toolsPerServer
    const job = { type: 'list', target: firstOf(targets), tools, warmUps: size.warmUpLists, lists: size.lists } as const
    await using load = await startMcpLoad(job, cores?.harness, signal)
    return await load.report()
  })
}

function measureListeners(subject: McpSubject, options: McpMeasureOptions): Promise<McpFigures> {
  const { size, cores, signal } = options
  return behind(subject, options, { servers: size.callServers }, async ({ targets }) => {
    const { listeners, changes } = size
    const tools = size.callServers * toolsPerServer
    const job = {
      type: 'listeners',
      targets,
      tools,
      listeners,
      changes,
      server: serverName(0),
      token: adminToken,
    } as const
    await using load = await startMcpLoad(job, cores?.harness, signal)
    return await load.report()
  })
}

interface Idle {
  readonly servers: number
  readonly isStdio?: boolean
}

/** What many idle servers add to what a few take, each time from a fresh start. */
async function measureMemory(subject: McpSubject, options: McpMeasureOptions, idle: Idle): Promise<McpFigures> {
  const { servers } = idle
  const few = await residentWith(subject, options, { ...idle, servers: fewServers })
  const many = await residentWith(subject, options, idle)
  return { upstreams: servers, residentBytes: many, bytesPerUpstream: (many - few) / (servers - fewServers) }
}

function residentWith(subject: McpSubject, options: McpMeasureOptions, idle: Idle): Promise<number> {
  const { cores, signal } = options
  return behind(subject, options, idle, async ({ pid, targets }) => {
    if (pid === undefined) throw new Error('The subject has no process.')
    const job = { type: 'await', target: firstOf(targets), tools: idle.servers * toolsPerServer } as const
    await using load = await startMcpLoad(job, cores?.harness, signal)
    await load.report()
    await sleep(idleSettleMs, undefined, { signal })
    return await ownResident(pid)
  })
}

const ownResident = async (pid: number): Promise<number> =>
  residentBytesOf(await readFile(`/proc/${pid}/status`, 'utf8'))

function firstOf<Item>(items: readonly Item[]): Item {
  const [first] = items
  if (first === undefined) throw new Error('The subject has no address.')
  return first
}
