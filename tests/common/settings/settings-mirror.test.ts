import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { MemoryBus } from '../../../services/common/bus/memory-bus.ts'
import type { Settings, Snapshot } from '../../../services/common/contracts/settings.ts'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import { Readiness } from '../../../services/common/lifecycle/readiness.ts'
import { SettingsMirror } from '../../../services/common/settings/settings-mirror.ts'
import { FakeSettings } from '../../../services/common/testing/fake-settings.ts'

const first: Snapshot = { epoch: 'e1', revision: 1, profiles: [], users: [], credentials: [] }
const opened: SettingsMirror[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((mirror) => mirror.stop()))
})

interface Setup {
  readonly mirror: SettingsMirror
  readonly bus: MemoryBus
  readonly readiness: Readiness
}

function mirrorOf(settings: Settings, pollMs = 60_000): Setup {
  const bus = new MemoryBus()
  const readiness = new Readiness()
  const mirror = new SettingsMirror({ settings, bus, readiness, log: pino({ level: 'silent' }), pollMs })
  opened.push(mirror)
  return { mirror, bus, readiness }
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > 3000) throw new Error('it did not happen in 3 s')
    await sleep(5)
  }
}

/** Fails as long as `broken` says so. */
class FlakySettings extends FakeSettings {
  broken = true
  override async snapshot(...known: Parameters<Settings['snapshot']>): Promise<Snapshot | undefined> {
    if (this.broken) throw new HearthError('store_unavailable', 'mcp is away')
    return super.snapshot(...known)
  }
}

describe('the settings mirror', () => {
  it('reads at start and swaps the whole snapshot on a newer doorbell', async () => {
    const settings = new FakeSettings(first)
    const { mirror, bus } = mirrorOf(settings)
    await mirror.start()
    expect(mirror.current()).toBe(first)
    const seen: number[] = []
    mirror.onSwap((snapshot) => seen.push(snapshot.revision), new AbortController().signal)
    const next = settings.swap({ users: [] })
    bus.publish('settings', { epoch: next.epoch, revision: next.revision, kinds: ['users'] })
    await until(() => mirror.current() === next)
    expect(seen).toEqual([2])
  })

  it('does not read for a doorbell of what no snapshot holds', async () => {
    const settings = new FakeSettings(first)
    const { mirror, bus } = mirrorOf(settings)
    await mirror.start()
    await sleep(20)
    const next = settings.swap({})
    bus.publish('settings', { epoch: next.epoch, revision: next.revision, kinds: ['tools', 'mcp_servers', 'devices'] })
    await sleep(50)
    expect(mirror.current()).toBe(first)
  })

  it('does not read for a doorbell it already has', async () => {
    const settings = new FakeSettings(first)
    const { mirror, bus } = mirrorOf(settings)
    await mirror.start()
    await sleep(20)
    settings.swap({})
    bus.publish('settings', { epoch: 'e1', revision: 1, kinds: ['users'] })
    await sleep(50)
    expect(mirror.current()).toBe(first)
  })

  it('finds a change by polling alone', async () => {
    const settings = new FakeSettings(first)
    const { mirror } = mirrorOf(settings, 20)
    await mirror.start()
    const next = settings.swap({})
    await until(() => mirror.current() === next)
  })

  it('blocks readiness until the first read, then keeps the old snapshot and only reports', async () => {
    const settings = new FlakySettings(first)
    const { mirror, readiness } = mirrorOf(settings, 20)
    await mirror.start()
    expect(mirror.current()).toBeUndefined()
    expect(readiness.isReady()).toBe(false)
    settings.broken = false
    await until(() => mirror.current() === first)
    expect(readiness.reasons()).toEqual([])
    settings.broken = true
    await mirror.refresh()
    expect(mirror.current()).toBe(first)
    expect(readiness.isReady()).toBe(true)
    expect(readiness.reasons()).toMatchObject([{ check: 'settings', blocking: false }])
  })

  it('reads nothing after its stop', async () => {
    const settings = new FakeSettings(first)
    const { mirror, bus } = mirrorOf(settings, 20)
    await mirror.start()
    await mirror.stop()
    const next = settings.swap({})
    bus.publish('settings', { epoch: next.epoch, revision: next.revision, kinds: ['users'] })
    await sleep(60)
    expect(mirror.current()).toBe(first)
  })
})
