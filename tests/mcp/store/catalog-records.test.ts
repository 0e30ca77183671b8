import { describe, expect, it } from 'vitest'
import type { CatalogWrite, ListingRecord } from '../../../services/mcp/aggregator/catalog.ts'
import { RevisionMismatch } from '../../../services/mcp/store/revision-mismatch.ts'
import type { Store } from '../../../services/mcp/store/store.ts'
import { never, openTestStore, profileSpec } from './open-test-store.ts'
import { recordingBus } from './recording-bus.ts'

type Tool = CatalogWrite['tools'][number]

const tool = (name: string, more: Partial<Tool> = {}): Tool => ({
  server: 'memory',
  name,
  exposedName: name,
  definition: {
    name,
    description: 'A tool.',
    inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  },
  hash: 'aa',
  approvedHash: 'aa',
  state: 'active',
  reason: null,
  enabled: true,
  pinned: false,
  firstSeenAt: 1,
  goneAt: null,
  ...more,
})

const listing: ListingRecord['listing'] = {
  capabilities: { tools: { listChanged: true } },
  instructions: undefined,
  prompts: [{ name: 'greet' }],
  resources: [],
  resourceTemplates: [],
}

const save = (store: Store, tools: readonly Tool[], more: Partial<CatalogWrite> = {}) =>
  store.catalog.save({ server: 'memory', tools, listing: undefined, ...more })

const toolsOf = async (store: Store) => (await store.catalog.load()).tools
const toolOf = async (store: Store, name: string) => (await toolsOf(store)).find((one) => one.name === name)
const sorted = (records: readonly { readonly name: string }[]) => records.map(({ name }) => name).toSorted()
const key = (name: string) => ({ server: 'memory', name })

describe('the catalog', () => {
  it('one look at an upstream is one settings write of kind tools, and none when nothing is new', async () => {
    const bus = recordingBus()
    await using opened = await openTestStore({ bus })
    const { store } = opened
    await save(store, [tool('read'), tool('write')], { listing })
    expect(bus.published.settings).toEqual([{ ...(await store.version()), kinds: ['tools'] }])
    expect(await store.version()).toMatchObject({ revision: 1 })
    await save(store, [tool('read'), tool('write')], { listing })
    await save(store, [])
    expect(await store.version()).toMatchObject({ revision: 1 })
    expect((await store.changes({ limit: 10 })).items).toMatchObject([
      { kind: 'tools', name: 'memory', action: 'updated', revision: 1 },
    ])
  })

  it('is after a restart what it was before', async () => {
    const first = await openTestStore()
    const tools = [tool('read', { reason: 'it changed', state: 'quarantined', approvedHash: null }), tool('write')]
    await save(first.store, tools, { listing })
    const verdict = { server: 'memory', configHash: 'c', prior: '{"era":"legacy"}', at: 7 }
    await first.store.catalog.saveVerdict(verdict)
    const before = await first.store.catalog.load()
    expect(before.tools).toEqual(tools.map((one) => ({ ...one, revision: 1 })))
    expect(before.listings).toEqual([{ server: 'memory', listing, listedAt: 1_800_000_000_000 }])
    expect(before.verdicts).toEqual([verdict])
    await first.store.stop(never)
    await using opened = await openTestStore({ folder: first.folder })
    expect(await opened.store.catalog.load()).toEqual(before)
  })

  it('a verdict is no settings write; the last one counts', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const verdict = { server: 'memory', configHash: 'c', prior: '1', at: 7 }
    expect((await store.catalog.load()).verdicts).toEqual([])
    await store.catalog.saveVerdict(verdict)
    await store.catalog.saveVerdict({ ...verdict, prior: '2' })
    expect((await store.catalog.load()).verdicts).toEqual([{ ...verdict, prior: '2' }])
    expect(await store.version()).toMatchObject({ revision: 0 })
  })

  it('a look at an upstream changes what it lists and never a switch that an admin set', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await save(store, [tool('read')])
    await store.catalog.decide(key('read'), { enabled: false, pinned: true }, undefined)
    await save(store, [tool('read', { hash: 'bb', state: 'quarantined', reason: 'it changed' })])
    expect(await toolOf(store, 'read')).toMatchObject({
      enabled: false,
      pinned: true,
      hash: 'bb',
      state: 'quarantined',
      reason: 'it changed',
      revision: 3,
    })
  })

  it('a load gives the same objects for what did not change, and the changed ones anew', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await save(store, [tool('read'), tool('write')], { listing })
    const before = await store.catalog.load()
    await store.profiles.create('one', profileSpec())
    await store.catalog.decide(key('write'), { enabled: false }, undefined)
    const after = await store.catalog.load()
    const find = (from: typeof before, name: string) => from.tools.find((one) => one.name === name)
    expect(find(after, 'read')).toBe(find(before, 'read'))
    expect(find(after, 'write')).toMatchObject({ enabled: false })
    expect(after.listings[0]).toBe(before.listings[0])
    expect(after.tools).toHaveLength(2)
  })

  it('whoever loads after a write is acknowledged sees it, whatever is written and loaded meanwhile', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const write = async (server: string) => {
      await save(store, [tool('read', { server, exposedName: `${server}_read` })], { server })
      expect((await toolsOf(store)).map((one) => one.server)).toContain(server)
      await store.catalog.decide({ server, name: 'read' }, { enabled: false }, undefined)
      expect((await toolsOf(store)).find((one) => one.server === server)?.enabled).toBe(false)
    }
    await Promise.all(Array.from({ length: 40 }, (_, index) => write(`s${index}`)))
    expect(await toolsOf(store)).toHaveLength(40)
    expect(await store.version()).toMatchObject({ revision: 80 })
  })

  it('an exposed name belongs to one tool: who wants a taken one is refused whole', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await save(store, [tool('read'), tool('write')])
    const other = [tool('fine', { server: 'files' }), tool('read', { server: 'files' })]
    await expect(save(store, other, { server: 'files' })).rejects.toMatchObject({
      code: 'caller_conflict',
      message: expect.stringContaining('`read`'),
    })
    await expect(save(store, [tool('a', { exposedName: 'x' }), tool('b', { exposedName: 'x' })])).rejects.toMatchObject(
      {
        code: 'caller_conflict',
      },
    )
    await expect(store.catalog.decide(key('write'), { exposedName: 'read' }, undefined)).rejects.toMatchObject({
      code: 'caller_conflict',
      details: { param: 'exposed_name' },
    })
    expect(sorted(await toolsOf(store))).toEqual(['read', 'write'])
    expect(await store.version()).toMatchObject({ revision: 1 })
  })

  it('two tools of a server swap their names in one write', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await save(store, [tool('read'), tool('write')])
    await save(store, [tool('read', { exposedName: 'write' }), tool('write', { exposedName: 'read' })])
    expect((await toolOf(store, 'read'))?.exposedName).toBe('write')
    expect((await toolOf(store, 'write'))?.exposedName).toBe('read')
  })

  it('hundreds of tools of one server are saved at once', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await save(
      store,
      Array.from({ length: 450 }, (_, index) => tool(`t${index}`)),
    )
    expect(await toolsOf(store)).toHaveLength(450)
    expect(await store.version()).toMatchObject({ revision: 1 })
  })

  it('text no database can keep is mended, so that one bad tool does not hide the others', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const definition = { ...tool('read').definition, description: 'a\0b\uD800' }
    await save(store, [tool('read', { definition }), tool('write')])
    expect((await toolOf(store, 'read'))?.definition.description).toBe('a\uFFFDb\uFFFD')
  })
})

describe('what an admin decides about a tool', () => {
  it('is one settings write that names the tool, and none when it is so already', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await save(store, [tool('read', { state: 'quarantined', approvedHash: null, reason: 'new' })])
    const approved = { state: 'active', approvedHash: 'aa', reason: null, exposedName: 'look', pinned: true } as const
    const decided = await store.catalog.decide(key('read'), approved, 1)
    expect(decided).toMatchObject({ ...approved, revision: 2, enabled: true })
    expect(await toolOf(store, 'read')).toEqual(decided)
    expect((await store.changes({ limit: 1 })).items).toMatchObject([
      { kind: 'tools', name: 'memory/read', action: 'updated', revision: 2 },
    ])
    expect(await store.catalog.decide(key('read'), approved, 2)).toEqual(decided)
    expect(await store.version()).toMatchObject({ revision: 2 })
  })

  it('approving what is listed forgets what was approved before, which is there to be compared until then', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const approvedDefinition = { ...tool('read').definition, description: 'What it was.' }
    const changed = tool('read', { hash: 'bb', state: 'quarantined', reason: 'it changed', approvedDefinition })
    await save(store, [changed])
    expect(await toolOf(store, 'read')).toEqual({ ...changed, revision: 1 })
    await store.catalog.decide(key('read'), { pinned: true }, undefined)
    expect(await toolOf(store, 'read')).toMatchObject({ approvedDefinition })
    await store.catalog.decide(key('read'), { state: 'active', approvedHash: 'bb', reason: null }, undefined)
    expect(Object.keys((await toolOf(store, 'read')) ?? {})).not.toContain('approvedDefinition')
  })

  it('is refused for an old revision and for a tool that nobody listed', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await save(store, [tool('read')])
    await store.catalog.decide(key('read'), { enabled: false }, 1)
    await expect(store.catalog.decide(key('read'), { enabled: true }, 1)).rejects.toThrow(RevisionMismatch)
    await expect(store.catalog.decide(key('other'), { enabled: true }, undefined)).rejects.toMatchObject({
      code: 'caller_not_found',
    })
    expect((await toolOf(store, 'read'))?.enabled).toBe(false)
  })
})

describe('what is gone from the catalog', () => {
  const DAY = 86_400_000

  it('a tool that its upstream lists no more is forgotten after its time, and its name is free again', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await save(store, [
      tool('old', { state: 'gone', goneAt: 10 }),
      tool('new', { state: 'gone', goneAt: 20 }),
      tool('read'),
    ])
    await store.catalog.load()
    await store.catalog.prune(20, ['memory'])
    expect(sorted(await toolsOf(store))).toEqual(['new', 'read'])
    expect((await store.changes({ limit: 1 })).items).toMatchObject([
      { kind: 'tools', name: 'memory/old', action: 'removed', revision: 2 },
    ])
    await save(store, [tool('read', { server: 'files', exposedName: 'old' })], { server: 'files' })
    expect(await toolsOf(store)).toHaveLength(3)
    await store.catalog.prune(20, ['memory', 'files'])
    expect(await store.version()).toMatchObject({ revision: 3 })
  })

  it('a server that is not there for as long is forgotten whole; one that came back is not', async () => {
    const first = await openTestStore()
    const { store } = first
    for (const server of ['files', 'memory']) {
      await save(store, [tool('read', { server, exposedName: `${server}_read` })], { server, listing })
      await store.catalog.saveVerdict({ server, configHash: 'c', prior: '1', at: 7 })
    }
    const now = () => 1_800_000_000_000 + passed
    let passed = 0
    const wait = async (days: number, servers: readonly string[]) => {
      first.advance(days * DAY)
      passed += days * DAY
      await store.catalog.prune(now() - 30 * DAY, servers)
    }
    await wait(0, [])
    await wait(29, [])
    expect(await toolsOf(store)).toHaveLength(2)
    await wait(2, ['files'])
    expect(await toolsOf(store)).toMatchObject([{ server: 'files' }])
    await wait(1, [])
    await wait(29, [])
    expect(await toolsOf(store)).toMatchObject([{ server: 'files' }])
    await wait(2, [])
    expect(await store.catalog.load()).toEqual({ tools: [], listings: [], verdicts: [] })
    await first.store.stop(never)
    await using again = await openTestStore({ folder: first.folder })
    expect(await again.store.catalog.load()).toEqual({ tools: [], listings: [], verdicts: [] })
  })
})
