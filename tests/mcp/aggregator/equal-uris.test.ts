import { describe, expect, test } from 'vitest'
import { tool } from './support/fake-pool.ts'
import { asker, everybody, never, openBench, profile } from './support/open-aggregator.ts'

describe('resources of equal URI at several servers', () => {
  test('are listed, read and watched at the first that the profile reaches', async () => {
    await using bench = await openBench()
    const names = ['first', 'second', 'third']
    for (const name of names) {
      bench.pool.offer(name, tool(`of_${name}`)).resources = [{ uri: 'file:///a', name }]
      await bench.declare(name)
    }
    await bench.until(() => bench.aggregator.catalog().otherResources?.get('file:///a')?.length === 2)
    const owner = (servers: readonly string[]) =>
      bench.aggregator.view({ profile: profile({ servers: [...servers] }) }).resources.map(({ server }) => server)
    expect(bench.aggregator.view(everybody).resources.map(({ server }) => server)).toEqual(['first'])
    expect(owner(['second', 'third'])).toEqual(['second'])
    expect(owner(['third'])).toEqual(['third'])
    expect(owner([])).toEqual([])
    const audience = { profile: profile({ servers: ['third'] }) }
    await bench.aggregator.exchange({
      ...{ method: 'resources/read', params: { uri: 'file:///a' }, asker: asker(), audience, signal: never },
    })
    expect(bench.pool.of('third').reached).toHaveLength(1)
    using _watch = bench.aggregator.watchResource('file:///a', audience)
    expect(names.map((name) => bench.pool.of(name).watched.length)).toEqual([0, 0, 1])
    await bench.declare('first', { enabled: false })
    expect(bench.aggregator.view(everybody).resources.map(({ server }) => server)).toEqual(['second'])
  })
})

describe('a tool whose name only looks like another', () => {
  test('is refused, and the other one stays what it was', async () => {
    await using bench = await openBench()
    const server = bench.pool.offer('s', tool('read'))
    await bench.declare('s')
    await bench.until(() => bench.names().length === 1)
    server.tools = [tool('rea\u200bd'), tool('read'), tool('re\u202ead'), tool('write')]
    await bench.aggregator.refresh('s', never)
    expect(bench.names()).toEqual(['read', 'write'])
  })
})
