import { describe, expect, test } from 'vitest'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import type { Verdicts } from '../../../services/mcp/aggregator/upstream.ts'
import type { CatalogRecords, McpServers } from '../../../services/mcp/store/store.ts'
import { openTestStore } from '../store/open-test-store.ts'
import { FakePool, tool } from './support/fake-pool.ts'
import { never, openBench, serverSpec } from './support/open-aggregator.ts'

const day = 24 * 3_600_000

describe('what is kept', () => {
  test('the name of a tool that is gone is free again after 30 days, and not before', async () => {
    let now = 1_800_000_000_000
    await using bench = await openBench({ clock: () => now })
    const server = bench.pool.offer('s', tool('a'), tool('b'))
    await bench.declare('s')
    await bench.until(() => bench.names().length === 2)
    server.tools = [tool('b')]
    await bench.aggregator.refresh('s', never)
    now += 29 * day
    await bench.restart()
    expect(bench.tool('a').state).toBe('gone')
    now += 2 * day
    await bench.restart()
    await bench.until(() => !bench.aggregator.catalog().tools.has('a'))
    bench.pool.offer('t', tool('a'))
    await bench.declare('t')
    await bench.until(() => bench.aggregator.catalog().tools.get('a')?.server === 't')
  })

  test('a name that an admin gives away during a look is not given twice', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    let isFirst = true
    const catalog: CatalogRecords = {
      load: () => store.catalog.load(),
      decide: (key, change, revision) => store.catalog.decide(key, change, revision),
      saveVerdict: (verdict) => store.catalog.saveVerdict(verdict),
      prune: (before, servers) => store.catalog.prune(before, servers),
      save: async (write) => {
        if (write.server === 't' && isFirst) {
          isFirst = false
          await store.catalog.decide({ server: 's', name: 'a' }, { exposedName: 'wanted' }, undefined)
        }
        await store.catalog.save(write)
      },
    }
    const pool = new FakePool()
    await using bench = await openBench({
      store: { mcpServers: store.mcpServers, audit: store.audit, catalog },
      pool: (listener) => pool.listenTo(listener),
    })
    const declare = async (name: string): Promise<void> => {
      await store.mcpServers.put(name, serverSpec(), undefined)
      await bench.aggregator.sync(never)
    }
    pool.offer('s', tool('a'))
    await declare('s')
    await bench.until(() => bench.names().length === 1)
    pool.offer('t', tool('wanted'))
    await declare('t')
    await bench.until(() => bench.names().length === 2)
    expect(bench.names()).toEqual(['t_wanted', 'wanted'])
    expect(bench.tool('wanted').server).toBe('s')
  })

  test('a store that cannot be read leaves the old catalog serving', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    let isBroken = false
    const mcpServers = {
      all: async () => {
        if (isBroken) throw new HearthError('store_unavailable', 'The store is away.')
        return await store.mcpServers.all()
      },
    } as McpServers
    const pool = new FakePool()
    pool.offer('s', tool('a'))
    await store.mcpServers.put('s', serverSpec(), undefined)
    await using bench = await openBench({
      store: { mcpServers, audit: store.audit, catalog: store.catalog },
      pool: (listener) => pool.listenTo(listener),
    })
    await bench.until(() => bench.names().length === 1)
    isBroken = true
    await expect(bench.aggregator.sync(never)).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(bench.names()).toEqual(['a'])
    isBroken = false
    await bench.aggregator.sync(never)
  })

  test('verdicts on eras outlive a restart, and one that proved wrong is forgotten', async () => {
    const seen: Verdicts[] = []
    const pool = new FakePool()
    await using bench = await openBench({
      pool: (listener, verdicts) => {
        seen.push(verdicts)
        return pool.listenTo(listener)
      },
    })
    for (const name of ['s', 't']) await bench.declare(name)
    seen[0]?.set('s', 'hash', 'prior')
    seen[0]?.set('t', 'hash', 'prior')
    seen[0]?.set('t', 'hash', undefined)
    expect(seen[0]?.get('s', 'hash')).toBe('prior')
    await bench.store.version()
    await bench.restart()
    expect(seen[1]?.get('s', 'hash')).toBe('prior')
    expect(seen[1]?.get('s', 'other hash')).toBeUndefined()
    expect(seen[1]?.get('t', 'hash')).toBeUndefined()
  })

  test('a sync is abandoned by who asked, not by the others', async () => {
    await using bench = await openBench()
    const gone = AbortSignal.abort(new HearthError('caller_cancelled', 'gone'))
    await expect(bench.aggregator.sync(gone)).rejects.toMatchObject({ code: 'caller_cancelled' })
    await bench.aggregator.sync(never)
  })

  test('a server can be restarted', async () => {
    await using bench = await openBench()
    await bench.aggregator.restart('s')
    expect(bench.pool.restarted).toEqual(['s'])
    expect(bench.aggregator.statuses()).toEqual([])
  })
})
