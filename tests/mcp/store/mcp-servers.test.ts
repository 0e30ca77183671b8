import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deviceSpec } from '../../../services/common/contracts/device.ts'
import { mcpServerSpec } from '../../../services/common/contracts/mcp-server.ts'
import { RevisionMismatch } from '../../../services/mcp/store/revision-mismatch.ts'
import type { Store } from '../../../services/mcp/store/store.ts'
import { declared, never, openTestStore, profileSpec } from './open-test-store.ts'
import { recordingBus } from './recording-bus.ts'

const server = (enabled = true, command = 'memory') => mcpServerSpec.parse({ command, enabled })
const declare = (store: Store, enabled: boolean, command?: string) =>
  store.declare(declared('v', { mcpServers: { memory: server(enabled, command) } }))
const isOn = async (store: Store) => (await store.mcpServers.get('memory'))?.enabled

type Step =
  /** Null: no longer declared. */
  | { readonly type: 'declare'; readonly enabled: boolean | null }
  | { readonly type: 'toggle'; readonly enabled: boolean }

interface Model {
  readonly declared: boolean | null
  readonly inForce: boolean | null
}

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('declare' as const), enabled: fc.option(fc.boolean()) }),
  fc.record({ type: fc.constant('toggle' as const), enabled: fc.boolean() }),
)

function after(model: Model, { type, enabled }: Step): Model {
  if (type === 'toggle') return model.declared === null ? model : { ...model, inForce: enabled }
  return enabled === model.declared ? model : { declared: enabled, inForce: enabled }
}

async function perform(store: Store, step: Step): Promise<void> {
  if (step.type === 'toggle') await store.mcpServers.toggle('memory', step.enabled, undefined)
  else if (step.enabled === null) await store.declare(declared('none'))
  else await declare(store, step.enabled)
}

describe('MCP servers', () => {
  it('that a file declares are refused with the name of that file, which need not be config.yaml', async () => {
    await using opened = await openTestStore()
    const { mcpServers } = opened.store
    const servers = { memory: server(), files: server() }
    const serverFiles = { memory: '/house/mcp.json' }
    await opened.store.declare(declared('v', { mcpServers: servers, serverFiles }))
    await expect(mcpServers.create('memory', server())).rejects.toMatchObject({
      message: expect.stringContaining('/house/mcp.json'),
      details: { origin: 'config', file: '/house/mcp.json' },
    })
    await expect(mcpServers.remove('files', undefined)).rejects.toMatchObject({
      details: { origin: 'config', file: '/house/config.yaml' },
    })
  })

  it('are settings objects: made, replaced, listed, removed under revisions, with change rows and doorbells', async () => {
    const bus = recordingBus()
    await using opened = await openTestStore({ bus })
    const { mcpServers } = opened.store
    const made = await mcpServers.create('memory', server())
    await mcpServers.create('files', server())
    expect((await mcpServers.list({ limit: 1 })).items.map(({ name }) => name)).toEqual(['files'])
    expect((await mcpServers.all()).map(({ name }) => name)).toEqual(['files', 'memory'])
    const put = await mcpServers.put('memory', server(true, 'other'), made.revision)
    expect(await mcpServers.get('memory')).toEqual(put)
    await expect(mcpServers.remove('memory', made.revision)).rejects.toThrow(RevisionMismatch)
    await mcpServers.remove('memory', put.revision)
    expect(await mcpServers.get('memory')).toBeUndefined()
    expect(bus.published.settings.map(({ kinds }) => kinds)).toEqual(Array(4).fill(['mcp_servers']))
    const changes = (await opened.store.changes({ limit: 10 })).items
    expect(changes.map(({ kind, name, action }) => [kind, name, action])).toEqual([
      ['mcp_servers', 'memory', 'removed'],
      ['mcp_servers', 'memory', 'updated'],
      ['mcp_servers', 'files', 'created'],
      ['mcp_servers', 'memory', 'created'],
    ])
  })

  it('a reference to a secret is kept as it is written', async () => {
    await using opened = await openTestStore()
    const spec = mcpServerSpec.parse({ url: 'https://example.com/mcp', headers: { Authorization: 'Bearer ${TOKEN}' } })
    await opened.store.mcpServers.create('memory', spec)
    expect(await opened.store.mcpServers.get('memory')).toMatchObject({ headers: spec.headers })
  })

  it('a toggle is one settings write, and none when it says what is so already', async () => {
    const bus = recordingBus()
    await using opened = await openTestStore({ bus })
    const { store } = opened
    await store.mcpServers.create('memory', server())
    const before = await store.version()
    opened.advance(5)
    const off = await store.mcpServers.toggle('memory', false, undefined)
    expect(off).toMatchObject({ enabled: false, revision: before.revision + 1, updated_at: off.created_at + 5 })
    expect(await store.mcpServers.get('memory')).toEqual(off)
    expect(await store.mcpServers.toggle('memory', false, off.revision)).toEqual(off)
    expect(await store.version()).toMatchObject({ revision: off.revision })
    expect(bus.published.settings).toHaveLength(2)
    expect((await store.changes({ limit: 1 })).items).toMatchObject([
      { kind: 'mcp_servers', name: 'memory', action: 'updated', revision: off.revision },
    ])
  })

  it('a toggle of an old revision or of nothing is refused and changes nothing', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await declare(store, true)
    const read = await store.mcpServers.get('memory')
    const off = await store.mcpServers.toggle('memory', false, read?.revision)
    const stale = store.mcpServers.toggle('memory', true, read?.revision)
    await expect(stale).rejects.toMatchObject({ current: off.revision })
    await expect(store.mcpServers.toggle('nobody', true, undefined)).rejects.toMatchObject({ code: 'caller_not_found' })
    expect(await isOn(store)).toBe(false)
    expect(await store.version()).toMatchObject({ revision: off.revision })
  })

  it('a declared one is switched too, and stays so while its declaration says the same about enabled', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await declare(store, true)
    await store.mcpServers.toggle('memory', false, undefined)
    await declare(store, true, 'another-command')
    expect(await store.mcpServers.get('memory')).toMatchObject({ enabled: false, command: 'another-command' })
    await declare(store, false)
    expect(await isOn(store)).toBe(false)
    await declare(store, true)
    expect(await isOn(store)).toBe(true)
  })

  it('switched there and back it is a newer object, so that nobody takes it for the one from before', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await declare(store, true)
    const first = await store.mcpServers.get('memory')
    await store.mcpServers.toggle('memory', false, undefined)
    const back = await store.mcpServers.toggle('memory', true, undefined)
    expect(back.enabled).toBe(true)
    expect(back.revision).toBe((first?.revision ?? 0) + 2)
    await declare(store, false)
    expect(await isOn(store)).toBe(false)
  })

  it('a switch survives a restart, and goes with the declaration it was laid over', async () => {
    const first = await openTestStore()
    await declare(first.store, true)
    await first.store.mcpServers.toggle('memory', false, undefined)
    await first.store.stop(never)
    await using opened = await openTestStore({ folder: first.folder })
    const { store } = opened
    expect(await isOn(store)).toBe(false)
    await store.declare(declared('none'))
    await declare(store, true)
    expect(await isOn(store)).toBe(true)
  })

  it('whatever is declared, made and switched in whatever order: in force is what was said last about enabled', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const run = async (steps: readonly Step[]) => {
      await store.declare(declared('none'))
      let model: Model = { declared: null, inForce: null }
      for (const step of steps) {
        const [outcome] = await Promise.allSettled([perform(store, step)])
        model = after(model, step)
        expect(outcome.status === 'rejected').toBe(step.type === 'toggle' && model.declared === null)
        expect((await isOn(store)) ?? null).toBe(model.inForce)
      }
    }
    await fc.assert(fc.asyncProperty(fc.array(anyStep, { maxLength: 12 }), run), { numRuns: 60 })
  })

  it('a snapshot does not hold them: it changes its name with them, and nothing else', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.profiles.create('one', profileSpec())
    const before = await store.settings.snapshot(undefined, never)
    await store.mcpServers.create('memory', server())
    const after = await store.settings.snapshot(before, never)
    expect(after).toMatchObject(await store.version())
    expect(after?.profiles).toBe(before?.profiles)
    expect(Object.keys(after ?? {})).toEqual(Object.keys(before ?? {}))
    expect(Object.isFrozen(after)).toBe(true)
    await store.profiles.create('two', profileSpec())
    expect((await store.settings.snapshot(after, never))?.profiles).toHaveLength(2)
  })

  it('what they hold is frozen and read anew only after a change of their own', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.mcpServers.create('memory', server())
    const all = await store.mcpServers.all()
    await store.profiles.create('one', profileSpec())
    expect(await store.mcpServers.all()).toBe(all)
    expect(Object.isFrozen(all[0]?.tools.allow)).toBe(true)
    await store.mcpServers.toggle('memory', false, undefined)
    expect(await store.mcpServers.all()).not.toBe(all)
    await store.stop(never)
    await expect(store.mcpServers.all()).rejects.toMatchObject({ code: 'store_unavailable' })
  })
})

describe('devices of the home', () => {
  const lamp = deviceSpec.parse({ adapter: 'demo', address: 'lamp', area: 'kitchen' })

  it('are declared or made, and read by name', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    await store.declare(declared('v', { homeDevices: { lamp } }))
    await store.homeDevices.create('plug', { ...lamp, address: 'plug' })
    expect((await store.homeDevices.list({ limit: 10 })).items.map(({ name, origin }) => [name, origin])).toEqual([
      ['lamp', 'config'],
      ['plug', 'api'],
    ])
    await expect(store.homeDevices.remove('lamp', undefined)).rejects.toMatchObject({
      code: 'caller_conflict',
      details: { origin: 'config' },
    })
    await store.declare(declared('v2'))
    expect(await store.homeDevices.get('lamp')).toBeUndefined()
    expect((await store.changes({ limit: 1 })).items).toMatchObject([
      { kind: 'devices', name: 'lamp', action: 'removed', declared_version: 'v2' },
    ])
  })

  it('text no database can keep is refused with the path it has in the file', async () => {
    await using opened = await openTestStore()
    const homeDevices = { lamp: { ...lamp, aliases: ['ok', 'a\0b'] } }
    await expect(opened.store.declare(declared('v', { homeDevices }))).rejects.toMatchObject({
      details: { param: 'devices.lamp.aliases[1]' },
    })
    const mcpServers = { memory: { ...server(), command: '\uDC00' } }
    await expect(opened.store.declare(declared('v', { mcpServers }))).rejects.toMatchObject({
      details: { param: 'mcp.servers.memory.command' },
    })
  })
})
