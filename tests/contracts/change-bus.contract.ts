import { describe, expect, it } from 'vitest'
import type {
  ChangeBus,
  ChangeListener,
  ConversationChange,
  Doorbell,
} from '../../services/common/contracts/settings.ts'

/** One implementation under test. `close` ends whatever `make` started. */
export interface ChangeBusUnderTest {
  readonly bus: ChangeBus
  readonly close: () => Promise<void>
}

type Ring = Doorbell | ConversationChange | 'subscribed'

const doorbell = (revision: number): Doorbell => ({ epoch: 'e', revision, kinds: ['profiles'] })
const asked = (conversation: string): ConversationChange => ({
  conversation,
  owner: 'user:anna',
  change: 'asked',
  runId: `run of ${conversation}`,
})

/** Collects what it hears; `count(n)` resolves once there are n. */
function recorder(): ChangeListener<Ring> & { readonly rings: Ring[]; count(n: number): Promise<void> } {
  const rings: Ring[] = []
  const waiters: { readonly count: number; readonly resolve: () => void }[] = []
  const keep = (ring: Ring): void => {
    rings.push(ring)
    for (const waiter of waiters) if (rings.length >= waiter.count) waiter.resolve()
  }
  const count = (n: number): Promise<void> =>
    new Promise((resolve) => {
      if (rings.length >= n) resolve()
      else waiters.push({ count: n, resolve })
    })
  return { rings, count, onMessage: keep, onSubscribed: () => keep('subscribed') }
}

export function changeBusContract(name: string, make: () => Promise<ChangeBusUnderTest>): void {
  const withBus = (test: (bus: ChangeBus, signal: AbortSignal) => Promise<void>) => async (): Promise<void> => {
    const { bus, close } = await make()
    const ending = new AbortController()
    try {
      await test(bus, ending.signal)
    } finally {
      ending.abort()
      await close()
    }
  }

  describe(`ChangeBus: ${name}`, () => {
    it(
      'a subscriber first hears that it is subscribed, then every message in order',
      withBus(async (bus, signal) => {
        const one = recorder()
        bus.subscribe('settings', one, signal)
        await one.count(1)
        for (const revision of [1, 2, 3]) bus.publish('settings', doorbell(revision))
        await one.count(4)
        expect(one.rings).toEqual(['subscribed', doorbell(1), doorbell(2), doorbell(3)])
      }),
    )

    it(
      'every subscriber hears every message',
      withBus(async (bus, signal) => {
        const listeners = [recorder(), recorder(), recorder()]
        for (const one of listeners) bus.subscribe('settings', one, signal)
        await Promise.all(listeners.map(({ count }) => count(1)))
        bus.publish('settings', doorbell(7))
        await Promise.all(listeners.map(({ count }) => count(2)))
        for (const { rings } of listeners) expect(rings).toEqual(['subscribed', doorbell(7)])
      }),
    )

    it(
      'the end of the signal ends the subscription, and only that one',
      withBus(async (bus, signal) => {
        const leaving = recorder()
        const staying = recorder()
        const leave = new AbortController()
        bus.subscribe('settings', leaving, leave.signal)
        bus.subscribe('settings', staying, signal)
        await Promise.all([leaving.count(1), staying.count(1)])
        leave.abort()
        bus.publish('settings', doorbell(1))
        await staying.count(2)
        expect(leaving.rings).toEqual(['subscribed'])
      }),
    )

    it(
      'an ended signal subscribes nothing',
      withBus(async (bus, signal) => {
        const late = recorder()
        const witness = recorder()
        bus.subscribe('settings', late, AbortSignal.abort())
        bus.subscribe('settings', witness, signal)
        bus.publish('settings', doorbell(1))
        await witness.count(2)
        expect(late.rings).toEqual([])
      }),
    )

    it(
      'channels do not leak into each other, and each keeps its order',
      withBus(async (bus, signal) => {
        const settings = recorder()
        const conversations = recorder()
        bus.subscribe('settings', settings, signal)
        bus.subscribe('conversations', conversations, signal)
        await Promise.all([settings.count(1), conversations.count(1)])
        for (const at of [1, 2]) {
          bus.publish('settings', doorbell(at))
          bus.publish('conversations', asked(`conv_${at}`))
        }
        await Promise.all([settings.count(3), conversations.count(3)])
        expect(settings.rings).toEqual(['subscribed', doorbell(1), doorbell(2)])
        expect(conversations.rings).toEqual(['subscribed', asked('conv_1'), asked('conv_2')])
      }),
    )

    it(
      'each subscription hears once that it stands, and only its own',
      withBus(async (bus, signal) => {
        const one = recorder()
        bus.subscribe('conversations', one, signal)
        await one.count(1)
        const other = recorder()
        bus.subscribe('conversations', other, signal)
        await other.count(1)
        bus.publish('conversations', asked('conv_1'))
        await Promise.all([one.count(2), other.count(2)])
        for (const { rings } of [one, other]) expect(rings).toEqual(['subscribed', asked('conv_1')])
      }),
    )

    it(
      'a listener need not hear that it is subscribed, and one that subscribes twice hears twice',
      withBus(async (bus, signal) => {
        const { rings, onMessage, count } = recorder()
        const leave = new AbortController()
        bus.subscribe('conversations', { onMessage }, signal)
        bus.subscribe('conversations', { onMessage }, leave.signal)
        const witness = recorder()
        bus.subscribe('conversations', witness, signal)
        await witness.count(1)
        bus.publish('conversations', asked('conv_1'))
        await count(2)
        leave.abort()
        bus.publish('conversations', asked('conv_2'))
        await witness.count(3)
        expect(rings).toEqual([asked('conv_1'), asked('conv_1'), asked('conv_2')])
      }),
    )

    it(
      'a publisher does not run a subscriber within publish',
      withBus(async (bus, signal) => {
        const one = recorder()
        bus.subscribe('settings', one, signal)
        await one.count(1)
        bus.publish('settings', doorbell(1))
        expect(one.rings).toEqual(['subscribed'])
        await one.count(2)
      }),
    )
  })
}
