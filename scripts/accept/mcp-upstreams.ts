import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@modelcontextprotocol/client'
import {
  type Fate,
  type PlannedUpstream,
  planMany,
} from '../../services/common/testing/fake-upstreams/many-upstreams.ts'
import { type House, startHouse } from '../../tests/support/house.ts'
import { connectMcp, exposedNames, mcpConfig } from '../../tests/support/mcp-house.ts'
import { type Figure, figure, ms, type Scenario } from './figure.ts'
import { type ThreadScripts, UpstreamsApart } from './upstreams-apart.ts'

const count = 300
const listWithinMs = 50
const slowerThanAlone = 1.5

/** 300 upstreams, of which 30 are dead, 30 slow and 30 flooding: lists from the store, calls that do not suffer, no leftovers. */
export const manyUpstreams: Scenario = async ({ say, isSample }) => {
  const planned = planMany(count)
  const upstreams = await UpstreamsApart.start(inGroups(planned, ({ script }) => script))
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-accept-upstreams-'))
  try {
    const start = (): Promise<House> => startHouse({ config: configOf(planned, upstreams), dataDir })
    const seen = await firstLook(await start(), planned, upstreams, say)
    say('the same house anew, every upstream gone')
    await upstreams.become(inGroups(planned, () => ({ health: { kind: 'dead' }, changesPerSecond: 0 })))
    const cold = await listCold(await start(), seen.names, isSample)
    await upstreams.become(inGroups(planned, ({ script }) => script))
    say('healthy calls alone, then beside all others')
    const calls = await callBesideSick(await start(), planned, isSample, say)
    await sleep(200)
    const { openSockets } = await upstreams.counts()
    const left = figure('sockets left after stop', String(openSockets), openSockets === 0)
    return [...seen.figures, ...cold, ...calls, left]
  } finally {
    await upstreams.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** The healthy ones and the others, each in a thread of its own. */
const inGroups = (
  planned: readonly PlannedUpstream[],
  scriptOf: (upstream: PlannedUpstream) => ThreadScripts[string],
): readonly ThreadScripts[] =>
  [true, false].map((isHealthy) =>
    Object.fromEntries(
      planned
        .filter(({ fate }) => (fate === 'healthy') === isHealthy)
        .map((upstream) => [upstream.name, scriptOf(upstream)]),
    ),
  )

const configOf = (planned: readonly PlannedUpstream[], upstreams: UpstreamsApart): string =>
  mcpConfig(
    Object.fromEntries(
      planned.map(({ name }) => [
        name,
        {
          url: upstreams.urlOf(name),
          limits: { timeout_ms: 5000, start_timeout_ms: 10_000 },
          tools: { approve: 'never' },
        },
      ]),
    ),
  )

const namesOf = (planned: readonly PlannedUpstream[], ...fates: readonly Fate[]): readonly string[] =>
  planned.filter(({ fate }) => fates.includes(fate)).map(({ name }) => name)

/** Starts with an empty store and waits until all that answer are listed. */
async function firstLook(
  house: House,
  planned: readonly PlannedUpstream[],
  upstreams: UpstreamsApart,
  say: (line: string) => void,
): Promise<{ readonly names: ReadonlyMap<string, string>; readonly figures: readonly Figure[] }> {
  const startedAt = performance.now()
  const client = await connectMcp(house)
  const living = namesOf(planned, 'healthy', 'slow', 'flooding')
  let names = await exposedNames(client)
  const missing = (): number => {
    const servers = new Set([...names.keys()].map((origin) => origin.split('/')[0]))
    return living.filter((name) => !servers.has(name)).length
  }
  while (missing() > 0 && performance.now() - startedAt < 120_000) {
    await sleep(1000)
    names = await exposedNames(client)
  }
  const tookMs = performance.now() - startedAt
  say(`${names.size} tools of ${living.length - missing()} upstreams after ${ms(tookMs)}`)
  const longest = Math.max(...[...names.values()].map((name) => name.length))
  await client.close()
  await house.stop()
  const { sessions } = await upstreams.counts()
  return {
    names,
    figures: [
      figure(
        'living upstreams listed',
        `${living.length - missing()} of ${living.length} in ${ms(tookMs)}`,
        missing() === 0,
      ),
      figure('names of tools', `${names.size}, all different`, new Set(names.values()).size === names.size),
      figure('longest name', String(longest), longest <= 48),
      figure('sessions left at upstreams after stop', String(sessions), sessions === 0),
    ],
  }
}

async function listCold(
  house: House,
  before: ReadonlyMap<string, string>,
  isSample: boolean,
): Promise<readonly Figure[]> {
  const client = await connectMcp(house)
  const startedAt = performance.now()
  const names = await exposedNames(client)
  const tookMs = performance.now() - startedAt
  await client.close()
  await house.stop()
  const same = [...before].filter(([origin, name]) => names.get(origin) === name).length
  return [
    figure('first tools/list, all upstreams cold', ms(tookMs), isSample || tookMs <= listWithinMs),
    figure(
      'tools kept under their names',
      `${same} of ${before.size}`,
      same === before.size && names.size === before.size,
    ),
  ]
}

async function callBesideSick(
  house: House,
  planned: readonly PlannedUpstream[],
  isSample: boolean,
  say: (line: string) => void,
): Promise<readonly Figure[]> {
  const client = await connectMcp(house)
  const names = await exposedNames(client)
  const rounds = isSample ? 1 : 10
  const healthy = planned.flatMap(({ name, fate, ownTool }) =>
    fate === 'healthy' ? (names.get(`${name}/${ownTool}`) ?? []) : [],
  )
  await callAll(client, healthy)
  const alone = await timesOf(client, healthy, rounds)
  const ended = new AbortController()
  const sick = troubled(client, planned, names, ended.signal)
  // The first time that a sick one is called it is started and looked at: seconds in which everything is busy.
  const starting = await timesOf(client, healthy, 1)
  const beside = await timesOf(client, healthy, rounds)
  say(`p95 while they start: ${ms(p95(starting.times))}`)
  ended.abort()
  const refusals = await sick
  await client.close()
  const code = await house.stop()
  const failed = [...alone.failed, ...beside.failed]
  const [aloneP95, besideP95] = [p95(alone.times), p95(beside.times)]
  return [
    figure(
      'healthy calls that failed',
      `${failed.length}${failed[0] === undefined ? '' : `, ${failed[0]}`}`,
      failed.length === 0,
    ),
    figure(
      'p95 of healthy calls, alone and beside sick ones',
      `${ms(aloneP95)}, ${ms(besideP95)}`,
      isSample || besideP95 <= aloneP95 * slowerThanAlone,
    ),
    figure('sick upstreams answered typed', `${refusals.typed} of ${refusals.all}`, refusals.typed === refusals.all),
    figure('house ended with', String(code), code === 0),
  ]
}

interface Times {
  readonly times: readonly number[]
  /** What was answered instead. */
  readonly failed: readonly string[]
}

const inFlight = 8
const perSecond = 100

/** Calls every tool `rounds` times, some at once. */
async function timesOf(client: Client, tools: readonly string[], rounds: number): Promise<Times> {
  const queue = Array.from({ length: rounds }, () => tools).flat()
  const times: number[] = []
  const failed: string[] = []
  const startedAtMs = performance.now()
  let begun = 0
  const work = async (): Promise<void> => {
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      const waitMs = startedAtMs + (begun++ * 1000) / perSecond - performance.now()
      if (waitMs > 0) await sleep(waitMs)
      const startedAt = performance.now()
      const failure = await failureOf(client, name)
      times.push(performance.now() - startedAt)
      if (failure !== undefined) failed.push(failure)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, work))
  return { times, failed }
}

const callAll = (client: Client, tools: readonly string[]): Promise<Times> => timesOf(client, tools, 1)

const failureOf = (client: Client, name: string): Promise<string | undefined> =>
  client.callTool({ name, arguments: { text: 'hi' } }).then(
    ({ isError, content }) => (isError === true ? `${name}: ${JSON.stringify(content)}` : undefined),
    (error: unknown) => `${name}: ${String(error)}`,
  )

const p95 = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0

/** Keeps slow and flooding ones busy until the signal; how many refusals said in a typed way why. */
async function troubled(
  client: Client,
  planned: readonly PlannedUpstream[],
  names: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<{ readonly all: number; readonly typed: number }> {
  const tools = [
    ...namesOf(planned, 'slow').map((name) => `${name}/search`),
    ...namesOf(planned, 'flooding').map((name) => `${name}/flood`),
  ].flatMap((origin) => names.get(origin) ?? [])
  let all = 0
  let typed = 0
  const queue = [...tools]
  const work = async (): Promise<void> => {
    for (let name = queue.pop(); name !== undefined && !signal.aborted; name = queue.pop()) {
      queue.unshift(name)
      const answer = await client.callTool({ name, arguments: {} }).catch(() => undefined)
      if (answer !== undefined && answer.isError !== true) continue
      all++
      if (answer?._meta?.['hearth/code'] !== undefined) typed++
    }
  }
  await Promise.all(Array.from({ length: 4 }, work))
  return { all, typed }
}
