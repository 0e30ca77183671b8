import { describe, expect, it } from 'vitest'
import type { Clock } from '../../../clients/web/src/protocol/clock.ts'
import type { HouseServer, HouseTool } from '../../../clients/web/src/views/servers/house-shapes.ts'
import { createServersApi } from '../../../clients/web/src/views/servers/servers-api.ts'
import { keyOf, ServersBook } from '../../../clients/web/src/views/servers/servers-book.ts'
import { FakeServers, restOf, serverNamed, toolNamed } from './fake-servers.ts'

describe('the servers that are shown', () => {
  it('are read while somebody looks, every three seconds, and not when nobody does', async () => {
    const { fake, book, clock } = opened()
    book.watch()
    await readings(fake, 1)
    expect(book.state).toMatchObject({ status: 'ready', servers: [{ name: 'memory' }], tools: [{ name: 'search' }] })
    expect(clock.waiting()).toEqual([3000])
    clock.pass()
    await readings(fake, 2)
    book.pause()
    expect(clock.waiting()).toEqual([])
    await settled()
    expect(serverReadings(fake)).toBe(2)
    book.watch()
    await readings(fake, 3)
  })

  it('are not sent again, and not told again, while they stay the same', async () => {
    const { fake, book, clock } = opened()
    fake.pageSize = 1
    fake.servers.set('time', serverNamed('time'))
    let told = 0
    book.onChange(() => {
      told += 1
    })
    book.watch()
    await settled()
    expect(book.state.servers.map(({ name }) => name)).toEqual(['memory', 'time'])
    const before = told
    clock.pass()
    await settled()
    expect(told).toBe(before)
    fake.servers.set('time', serverNamed('time', { status: { state: 'backoff' } }))
    clock.pass()
    await settled()
    expect(book.state.servers[1]?.status?.state).toBe('backoff')
  })

  it('bring their tools again when their counts say so, and else seldom', async () => {
    const { fake, book, clock } = opened()
    const toolReadings = () => fake.asked.filter((each) => each.startsWith('GET /api/v1/mcp/tools')).length
    book.watch()
    await settled()
    clock.pass()
    await settled()
    expect(toolReadings()).toBe(1)
    fake.tools.set('write', toolNamed('memory', 'write'))
    const tools = { on: 2, off: 0, quarantined: 0 }
    fake.servers.set('memory', serverNamed('memory', { status: { state: 'ready', tools } }))
    clock.pass()
    await settled()
    expect(toolReadings()).toBe(2)
    expect(book.state.tools).toHaveLength(2)
    for (let poll = 0; poll < 6; poll += 1) {
      clock.pass()
      await settled()
    }
    expect(toolReadings()).toBe(3)
  })

  it('are read ever more seldom while that fails, and as before when it works again', async () => {
    const { fake, book, clock } = opened()
    fake.failure = 'store_unavailable'
    book.watch()
    const waits: number[] = []
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await settled()
      waits.push(...clock.waiting())
      clock.pass()
    }
    expect(waits).toEqual([6000, 12_000, 24_000, 30_000, 30_000])
    fake.failure = undefined
    await settled()
    clock.pass()
    await settled()
    expect(clock.waiting()).toEqual([3000])
  })

  it('are not shown when the house answers with something else', async () => {
    const { fake, api } = opened()
    const signal = new AbortController().signal
    const { callable, ...halfTool } = toolNamed('memory', 'half')
    fake.tools.set('half', halfTool as HouseTool)
    fake.servers.set('half', { ...serverNamed('half'), enabled: 'yes' } as unknown as HouseServer)
    await expect(api.listTools(signal)).rejects.toMatchObject({ code: 'client_protocol' })
    await expect(api.listServers(signal)).rejects.toMatchObject({ code: 'client_protocol' })
    await expect(api.restartServer('half')).rejects.toMatchObject({ code: 'client_protocol' })
  })

  it('say why they are old when they cannot be read, and go on trying', async () => {
    const { fake, book, clock } = opened()
    book.watch()
    await settled()
    fake.failure = 'store_unavailable'
    clock.pass()
    await settled()
    expect(book.state).toMatchObject({ failure: { code: 'store_unavailable' }, servers: [{ name: 'memory' }] })
    fake.failure = undefined
    clock.pass()
    await settled()
    expect(book.state.failure).toBeUndefined()
  })
})

describe('a switch', () => {
  it('is pending until the house has confirmed it, and shows no wish as the truth', async () => {
    const { fake, book } = opened()
    book.watch()
    await settled()
    const { promise, resolve } = Promise.withResolvers<void>()
    fake.hold = promise
    const switching = book.setServer('memory', false)
    await settled()
    expect(book.state.pending.get(keyOf.serverSwitch('memory'))).toBe('off')
    expect(book.state.servers[0]?.enabled).toBe(true)
    resolve()
    await switching
    expect(book.state.pending.size).toBe(0)
    expect(book.state.servers[0]?.enabled).toBe(false)
  })

  it('is pending by itself: a pin of the same tool waits, and is confirmed, apart from it', async () => {
    const { fake, book } = opened()
    book.watch()
    await settled()
    const [pin, off] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    fake.hold = pin.promise
    const pinning = book.pinTool('search', true)
    await settled()
    fake.hold = off.promise
    const switching = book.setTool('search', false)
    await settled()
    expect([...book.state.pending.values()]).toEqual(['pin', 'off'])
    pin.resolve()
    await pinning
    expect([...book.state.pending]).toEqual([[keyOf.toolSwitch('search'), 'off']])
    off.resolve()
    await switching
    expect(book.state.pending.size).toBe(0)
    expect(book.state.tools[0]).toMatchObject({ pinned: true, enabled: false })
  })

  it('shows what the house last said when it refuses, and throws why', async () => {
    const { fake, book } = opened()
    book.watch()
    await settled()
    fake.failure = 'policy_access_denied'
    await expect(book.setTool('search', false)).rejects.toMatchObject({ code: 'policy_access_denied' })
    expect(book.state.pending.size).toBe(0)
    expect(book.state.tools[0]?.enabled).toBe(true)
  })

  it('is not turned back by a reading that began before it', async () => {
    const { fake, book, clock } = opened()
    book.watch()
    await settled()
    const { promise, resolve } = Promise.withResolvers<void>()
    fake.holdReads = promise
    clock.pass()
    await settled()
    await book.setTool('search', false)
    resolve()
    fake.holdReads = undefined
    await settled()
    expect(book.state.tools[0]?.enabled).toBe(false)
    expect(fake.tools.get('search')?.enabled).toBe(false)
  })
})

describe('what waits for review', () => {
  it('is approved by the hash that was looked at', async () => {
    const { fake, book } = opened()
    fake.tools.set('search', toolNamed('memory', 'search', { state: 'quarantined', hash: 'b'.repeat(64) }))
    book.watch()
    await settled()
    await book.approve('search', 'b'.repeat(64))
    expect(fake.bodies).toEqual([{ hash: 'b'.repeat(64) }])
    expect(book.state.tools[0]).toMatchObject({ state: 'active', approved_hash: 'b'.repeat(64) })
  })

  it('is not approved when it has changed again meanwhile', async () => {
    const { fake, book } = opened()
    fake.tools.set('search', toolNamed('memory', 'search', { state: 'quarantined', hash: 'c'.repeat(64) }))
    book.watch()
    await settled()
    await expect(book.approve('search', 'b'.repeat(64))).rejects.toMatchObject({ code: 'caller_conflict' })
    expect(book.state.tools[0]?.state).toBe('quarantined')
  })
})

describe('a server', () => {
  it('that is being removed is out of sight, comes back when it is taken back, and else goes', async () => {
    const { fake, book } = opened()
    book.watch()
    await settled()
    book.hide('memory', true)
    expect(book.state.servers).toEqual([])
    book.hide('memory', false)
    expect(book.state.servers).toHaveLength(1)
    expect(fake.servers.size).toBe(1)
    book.hide('memory', true)
    await book.remove('memory')
    expect(book.state.servers).toEqual([])
    expect(fake.servers.size).toBe(0)
  })

  it('comes back into sight when the house does not remove it', async () => {
    const { fake, book } = opened()
    book.watch()
    await settled()
    book.hide('memory', true)
    fake.failure = 'caller_conflict'
    await expect(book.remove('memory')).rejects.toMatchObject({ code: 'caller_conflict' })
    expect(book.state.servers).toHaveLength(1)
  })

  it('that was added stands in its place at once', async () => {
    const { book } = opened()
    book.watch()
    await settled()
    await book.create({ name: 'clock', url: 'http://127.0.0.1:9/mcp' })
    expect(book.state.servers.map(({ name }) => name)).toEqual(['clock', 'memory'])
  })

  it('is named in addresses as it is called', async () => {
    const { fake, api } = opened()
    await api.setTool('a b/c', { pinned: true }).catch(() => undefined)
    expect(fake.asked).toEqual(['PATCH /api/v1/mcp/tools/a%20b%2Fc'])
  })
})

function opened() {
  const fake = new FakeServers()
  fake.servers.set('memory', serverNamed('memory'))
  fake.tools.set('search', toolNamed('memory', 'search'))
  const clock = new HandClock()
  const api = createServersApi(restOf(fake))
  return { fake, clock, api, book: new ServersBook({ api, clock }) }
}

/** Time passes when the test says so. */
class HandClock implements Clock {
  #timers: readonly { readonly ms: number; readonly work: () => void }[] = []

  now(): number {
    return 0
  }

  after(ms: number, work: () => void): () => void {
    const timer = { ms, work }
    this.#timers = [...this.#timers, timer]
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  waiting(): readonly number[] {
    return this.#timers.map(({ ms }) => ms)
  }

  pass(): void {
    const due = this.#timers
    this.#timers = []
    for (const { work } of due) work()
  }
}

const serverReadings = ({ asked }: FakeServers): number =>
  asked.filter((each) => each.startsWith('GET /api/v1/mcp/servers')).length

async function readings(fake: FakeServers, count: number): Promise<void> {
  await expect.poll(() => serverReadings(fake)).toBe(count)
  await settled()
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
