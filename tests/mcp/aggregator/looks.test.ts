import { describe, expect, test } from 'vitest'
import type { CatalogNews } from '../../../services/mcp/aggregator/aggregator.ts'
import { tool } from './support/fake-pool.ts'
import { never, openBench, serverSpec } from './support/open-aggregator.ts'

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('looks at upstreams', () => {
  test('unknown ones are looked at four at a time, and no list waits for them', async () => {
    await using bench = await openBench()
    bench.pool.offer('known', tool('known'))
    await bench.declare('known')
    await bench.until(() => bench.names().length === 1)
    for (let at = 0; at < 12; at++) {
      bench.pool.offer(`slow-${at}`, tool(`slow_${at}`)).delayMs = 1500
      await bench.store.mcpServers.put(`slow-${at}`, serverSpec(), undefined)
    }
    await bench.aggregator.sync(never)
    expect(bench.names()).toEqual(['known'])
    await bench.until(() => bench.names().length === 13)
    expect(bench.pool.mostListing).toBeLessThanOrEqual(4)
  })

  test('after a restart the lists stand at once, and nobody is looked at', async () => {
    await using bench = await openBench()
    bench.pool.offer('s', tool('a'))
    await bench.declare('s')
    await bench.until(() => bench.names().length === 1)
    const { lists } = bench.pool.of('s')
    await bench.restart()
    expect(bench.names()).toEqual(['a'])
    await rest(100)
    expect(bench.pool.of('s').lists).toBe(lists)
  })

  test('a burst of changes is one look and told once', async () => {
    await using bench = await openBench()
    const server = bench.pool.offer('s', tool('a'))
    await bench.declare('s')
    await bench.until(() => bench.names().length === 1)
    const news: CatalogNews[] = []
    using _listening = bench.aggregator.onCatalog((told) => news.push(told))
    const { lists } = server
    server.tools = [tool('a'), tool('b'), tool('c')]
    for (let at = 0; at < 50; at++) bench.pool.changed('s')
    await bench.until(() => bench.names().length === 3)
    await rest(150)
    expect(server.lists).toBe(lists + 1)
    expect(news).toHaveLength(1)
    expect([...(news[0]?.before.tools.keys() ?? [])]).toEqual(['a'])
    expect([...(news[0]?.after.tools.keys() ?? [])]).toEqual(['a', 'b', 'c'])
  })

  test('a change that changes nothing is told to nobody', async () => {
    await using bench = await openBench()
    const server = bench.pool.offer('s', tool('a'))
    await bench.declare('s')
    await bench.until(() => bench.names().length === 1)
    const before = bench.aggregator.catalog()
    const { revision } = await bench.store.version()
    const { lists } = server
    bench.pool.changed('s')
    await bench.until(() => server.lists > lists)
    await rest(80)
    expect(bench.aggregator.catalog()).toBe(before)
    expect((await bench.store.version()).revision).toBe(revision)
  })

  test('changes of many servers at once are few swaps', async () => {
    await using bench = await openBench()
    for (let at = 0; at < 30; at++) {
      bench.pool.offer(`s-${at}`, tool(`t_${at}`))
      await bench.declare(`s-${at}`)
    }
    await bench.until(() => bench.names().length === 30)
    let swaps = 0
    using _listening = bench.aggregator.onCatalog(() => swaps++)
    for (let at = 0; at < 30; at++) {
      bench.pool.of(`s-${at}`).tools.push(tool(`u_${at}`))
      bench.pool.changed(`s-${at}`)
    }
    await bench.until(() => bench.names().length === 60)
    expect(swaps).toBeLessThan(15)
  })

  test('one that cannot be looked at is tried again, and does not stop the others', async () => {
    await using bench = await openBench({ timings: { tickMs: 10, retryMs: 20 } })
    bench.pool.offer('dead', tool('a')).isDead = true
    bench.pool.offer('live', tool('b'))
    await bench.declare('dead')
    await bench.declare('live')
    await bench.until(() => bench.names().length === 1)
    await bench.until(() => bench.pool.of('dead').lists > 2)
    bench.pool.of('dead').isDead = false
    await bench.until(() => bench.names().length === 2)
  })

  test('one that runs is looked at from time to time, one that sleeps is left alone', async () => {
    await using bench = await openBench({ timings: { tickMs: 10, runningMs: 30 } })
    bench.pool.offer('awake', tool('a'))
    bench.pool.offer('asleep', tool('b'))
    await bench.declare('awake')
    await bench.declare('asleep')
    await bench.until(() => bench.names().length === 2)
    bench.pool.of('asleep').state = 'cold'
    await rest(60)
    const { lists } = bench.pool.of('asleep')
    bench.pool.of('awake').tools.push(tool('c'))
    await bench.until(() => bench.names().includes('c'))
    await rest(100)
    expect(bench.pool.of('asleep').lists).toBe(lists)
  })

  test('a refresh resolves when the catalog has what was found, and says when it failed', async () => {
    await using bench = await openBench()
    const server = bench.pool.offer('s', tool('a'))
    await bench.declare('s')
    await bench.until(() => bench.names().length === 1)
    server.tools = [tool('b')]
    await bench.aggregator.refresh('s', never)
    expect(bench.names()).toEqual(['b'])
    server.isDead = true
    await expect(bench.aggregator.refresh('s', never)).rejects.toMatchObject({ code: 'tool_unavailable' })
    await bench.declare('s', { enabled: false })
    await expect(bench.aggregator.refresh('s', never)).rejects.toMatchObject({ code: 'tool_disabled' })
  })

  test('what a server answers after it was switched off is not taken over', async () => {
    await using bench = await openBench()
    bench.pool.offer('s', tool('a')).delayMs = 80
    await bench.declare('s')
    await bench.store.mcpServers.toggle('s', false, undefined)
    await bench.aggregator.sync(never)
    await rest(150)
    expect(bench.aggregator.catalog().tools.size).toBe(0)
  })

  test('a server that is reached in another way now is looked at again', async () => {
    await using bench = await openBench()
    const server = bench.pool.offer('s', tool('a'))
    await bench.declare('s')
    await bench.until(() => bench.names().length === 1)
    server.tools = [tool('a'), tool('b')]
    await bench.declare('s', { command: 'other' })
    await bench.until(() => bench.names().length === 2)
  })
})
