import { describe, expect, test } from 'vitest'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import { tool } from './support/fake-pool.ts'
import { type Bench, never, openBench, serverSpec } from './support/open-aggregator.ts'

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function remove(bench: Bench, name: string): Promise<void> {
  await bench.store.mcpServers.remove(name, undefined)
  await bench.aggregator.sync(never)
}

describe('a new server with the name of one that was removed', () => {
  test('offers nothing that a look under way found at the old one', async () => {
    await using bench = await openBench()
    bench.pool.offer('s', tool('old')).delayMs = 300
    await bench.declare('s')
    await bench.until(() => bench.pool.of('s').lists === 1)
    await remove(bench, 's')
    bench.pool.offer('s', tool('new'))
    await bench.declare('s')
    await bench.until(() => bench.names().length === 1)
    await rest(400)
    expect([...bench.aggregator.catalog().tools.keys()]).toEqual(['new'])
  })

  test('or its ways is looked at anew by the look that is under way', async () => {
    await using bench = await openBench()
    const server = bench.pool.offer('s', tool('a'))
    server.delayMs = 300
    await bench.declare('s')
    await bench.until(() => server.lists === 1)
    const looked = bench.aggregator.refresh('s', never)
    await bench.declare('s', { command: 'other' })
    await looked
    await bench.until(() => server.lists === 3)
  })

  test('is not what was approved, and inherits neither prompts nor resources', async () => {
    await using bench = await openBench()
    const old = bench.pool.offer('s', tool('a'))
    old.prompts = [{ name: 'ask' }]
    old.resources = [{ uri: 'file:///a', name: 'a' }]
    await bench.declare('s')
    await bench.until(() => bench.names().length === 1)
    await remove(bench, 's')
    expect(bench.tool('a')).toMatchObject({ state: 'gone', approvedHash: null })
    bench.pool.offer('s', tool('a')).isDead = true
    await bench.declare('s', { trust: 'low' })
    await rest(60)
    expect(bench.aggregator.catalog().prompts.size).toBe(0)
    expect(bench.aggregator.catalog().resources.size).toBe(0)
    bench.pool.of('s').isDead = false
    await bench.aggregator.refresh('s', never)
    expect(bench.tool('a').state).toBe('quarantined')
    expect(bench.names()).toEqual([])
  })

  test('is looked at, also when the old one had no tools', async () => {
    await using bench = await openBench()
    bench.pool.offer('s').resources = [{ uri: 'file:///old', name: 'old' }]
    await bench.declare('s')
    await bench.until(() => bench.aggregator.catalog().resources.has('file:///old'))
    await remove(bench, 's')
    bench.pool.offer('s').resources = [{ uri: 'file:///new', name: 'new' }]
    await bench.declare('s')
    await bench.until(() => bench.aggregator.catalog().resources.has('file:///new'))
    expect([...bench.aggregator.catalog().resources.keys()]).toEqual(['file:///new'])
  })

  test('is as it says, whatever the old one tells at its end', async () => {
    await using bench = await openBench()
    const server = bench.pool.offer('s', tool('a'))
    await bench.declare('s')
    await bench.until(() => bench.names().length === 1)
    server.state = 'cold'
    bench.pool.tell('s', 'ready')
    const { lists } = server
    await bench.call('a')
    expect(server.lists).toBe(lists + 1)
  })
})

describe('servers that do not answer', () => {
  test('hold up no look at those that run', async () => {
    await using bench = await openBench()
    const healthy = bench.pool.offer('healthy', tool('a'))
    await bench.declare('healthy')
    await bench.until(() => bench.names().length === 1)
    for (let at = 0; at < 6; at++) {
      const dead = bench.pool.offer(`dead-${at}`, tool(`dead_${at}`))
      Object.assign(dead, { state: 'cold', delayMs: 60_000 })
      await bench.store.mcpServers.put(`dead-${at}`, serverSpec(), undefined)
    }
    await bench.aggregator.sync(never)
    await bench.until(() => bench.pool.mostListing === 4)
    healthy.tools = [tool('a'), tool('b')]
    bench.pool.changed('healthy')
    await bench.until(() => bench.names().length === 2)
  })
})

describe('what goes on at the edges', () => {
  test('a watch is where its server is as soon as that is on, and not before', async () => {
    await using bench = await openBench()
    const server = bench.pool.offer('s', tool('a'))
    server.resources = [{ uri: 'file:///a', name: 'a' }]
    await bench.declare('s')
    await bench.until(() => bench.aggregator.catalog().resources.size === 1)
    using _watch = bench.aggregator.watchResource('file:///a', { profile: undefined })
    expect(server.watched).toEqual(['file:///a'])
    // Written past the aggregator: it hears of it by the bus, and swaps as of a burst.
    await bench.store.mcpServers.toggle('s', false, undefined)
    await bench.until(() => bench.aggregator.catalog().servers.get('s')?.enabled === false)
    expect(server.watched).toEqual([])
    await bench.store.mcpServers.toggle('s', true, undefined)
    await bench.until(() => bench.aggregator.catalog().servers.get('s')?.enabled === true)
    expect(server.watched).toEqual(['file:///a'])
  })

  test('a sync that is under way at the stop brings no server back', async () => {
    let release: () => void = () => undefined
    let isHeld = false
    await using opened = await openBench()
    const { store } = opened
    const mcpServers = {
      all: async () => {
        if (isHeld) await new Promise<void>((resolve) => (release = resolve))
        return await store.mcpServers.all()
      },
    } as typeof store.mcpServers
    const bench = await openBench({ store: { mcpServers, audit: store.audit, catalog: store.catalog } })
    await bench.aggregator.sync(never)
    await store.mcpServers.put('s', serverSpec(), undefined)
    isHeld = true
    const syncing = bench.aggregator.sync(never)
    const stopping = bench.aggregator.stop(never)
    await rest(20)
    release()
    await Promise.all([syncing, stopping])
    expect(bench.pool.applied).toEqual([])
    await bench[Symbol.asyncDispose]()
  })

  test('a listener that fails costs neither the others their news nor the process its life', async () => {
    await using bench = await openBench()
    const server = bench.pool.offer('s', tool('a'))
    await bench.declare('s')
    await bench.until(() => bench.names().length === 1)
    using _failing = bench.aggregator.onCatalog(() => {
      throw new HearthError('gateway_internal', 'A defect.')
    })
    let told = 0
    using _other = bench.aggregator.onCatalog(() => told++)
    server.tools = [tool('a'), tool('b')]
    bench.pool.changed('s')
    await bench.until(() => bench.names().length === 2)
    expect(told).toBe(1)
  })
})
