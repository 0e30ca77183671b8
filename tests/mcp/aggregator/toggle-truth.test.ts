import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tool } from './support/fake-pool.ts'
import { type Bench, never, openBench, profile } from './support/open-aggregator.ts'
import { serverOf, ToggleModel } from './support/toggle-model.ts'

const serverCount = 8
const toolsEach = 4
const toggles = 200
const seed = 20_261_123
const some = new Set(['s0', 's1', 's2'])

async function withServers(bench: Bench): Promise<ToggleModel> {
  const model = new ToggleModel()
  for (let at = 0; at < serverCount; at++) {
    const own = Array.from({ length: toolsEach }, (_, index) => `t${at}x${index}`)
    const server = bench.pool.offer(`s${at}`, ...own.map((name) => tool(name)))
    server.queueMs = at % 3
    server.delayMs = at % 2
    await bench.declare(`s${at}`)
    model.addServer(`s${at}`, own)
  }
  await bench.until(() => bench.names().length === model.tools.length)
  bench.pool.onReached = ({ params }) => model.reached(String(params['name']))
  return model
}

async function turn(bench: Bench, key: string, isOn: boolean): Promise<void> {
  const server = serverOf(key)
  if (key === server) await bench.store.mcpServers.toggle(server, isOn, undefined)
  else await bench.store.catalog.decide({ server, name: key }, { enabled: isOn }, undefined)
  await bench.aggregator.sync(never)
}

async function listUntil(bench: Bench, model: ToggleModel, isOver: () => boolean): Promise<void> {
  const audience = { profile: profile({ servers: [...some], budget_tokens: 100_000 }) }
  while (!isOver()) {
    model.listed(bench.names(), () => true)
    model.listed(bench.names(audience), (server) => some.has(server))
    await new Promise(setImmediate)
  }
}

async function callUntil(bench: Bench, model: ToggleModel, first: number, isOver: () => boolean): Promise<void> {
  for (let at = first; !isOver(); at += 7) {
    const name = model.tools[at % model.tools.length] ?? ''
    const before = model.moment(name)
    model.called(name, before, await bench.call(name))
    // A refusal never waits: without this nobody else would get a turn.
    await new Promise(setImmediate)
  }
}

test('200 switches under load: from its acknowledgement on, what is off is in no list and reached by no call', async () => {
  await using bench = await openBench()
  const model = await withServers(bench)
  const step = fc.record({ key: fc.constantFrom(...model.keys), isOn: fc.boolean() })
  const steps = fc.sample(step, { numRuns: toggles, seed })
  let isOver = false
  const load = Array.from({ length: 12 }, (_, at) => callUntil(bench, model, at, () => isOver))
  load.push(listUntil(bench, model, () => isOver))
  const lanes = Map.groupBy(steps, ({ key }) => model.keys.indexOf(key) % 5)
  const throwAll = async (mine: typeof steps): Promise<void> => {
    for (const { key, isOn } of mine) await model.throw(key, isOn, () => turn(bench, key, isOn))
  }
  await Promise.all([...lanes.values()].map(throwAll))
  isOver = true
  await Promise.all(load)
  expect(model.wrong).toEqual([])
  expect(model.seen.lists).toBeGreaterThan(50)
  expect(model.seen.served).toBeGreaterThan(20)
  expect(model.seen.refused).toBeGreaterThan(50)
}, 60_000)

test('a look at an upstream never undoes a switch that is thrown meanwhile', async () => {
  await using bench = await openBench()
  const server = bench.pool.offer('s', tool('a'), tool('b'))
  await bench.declare('s', { tools: { approve: 'never' } })
  await bench.until(() => bench.names().length === 2)
  for (let round = 0; round < 40; round++) {
    server.tools = [tool('a', `Round ${round}`), tool('b')]
    const look = bench.aggregator.refresh('s', never)
    const isOn = round % 2 === 1
    await bench.store.catalog.decide({ server: 's', name: 'a' }, { enabled: isOn }, undefined)
    await bench.aggregator.sync(never)
    expect(bench.names().includes('a')).toBe(isOn)
    await look
    expect(bench.names().includes('a')).toBe(isOn)
    expect(bench.tool('a').definition.description).toBe(`Round ${round}`)
  }
})
