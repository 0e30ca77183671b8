import { describe, expect, it } from 'vitest'
import type { ChangeBus, Doorbell } from '../../services/common/contracts/settings.ts'

/** One implementation under test. `close` ends whatever `make` started. */
export interface ChangeBusUnderTest {
  readonly bus: ChangeBus
  readonly close: () => Promise<void>
}

type Ring = Doorbell | 'subscribed'

const doorbell = (revision: number): Doorbell => ({ epoch: 'e', revision, kinds: ['profiles'] })

/** Collects rings; `count(n)` resolves once there are n. */
function listener(): {
  readonly rings: Ring[]
  readonly onRing: (ring: Ring) => void
  count(n: number): Promise<void>
} {
  const rings: Ring[] = []
  const waiters: { readonly count: number; readonly resolve: () => void }[] = []
  const onRing = (ring: Ring): void => {
    rings.push(ring)
    for (const waiter of waiters) if (rings.length >= waiter.count) waiter.resolve()
  }
  const count = (n: number): Promise<void> =>
    new Promise((resolve) => {
      if (rings.length >= n) resolve()
      else waiters.push({ count: n, resolve })
    })
  return { rings, onRing, count }
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
        const { rings, onRing, count } = listener()
        bus.subscribe(onRing, signal)
        await count(1)
        for (const revision of [1, 2, 3]) bus.publish(doorbell(revision))
        await count(4)
        expect(rings).toEqual(['subscribed', doorbell(1), doorbell(2), doorbell(3)])
      }),
    )

    it(
      'every subscriber hears every message',
      withBus(async (bus, signal) => {
        const listeners = [listener(), listener(), listener()]
        for (const { onRing } of listeners) bus.subscribe(onRing, signal)
        await Promise.all(listeners.map(({ count }) => count(1)))
        bus.publish(doorbell(7))
        await Promise.all(listeners.map(({ count }) => count(2)))
        for (const { rings } of listeners) expect(rings).toEqual(['subscribed', doorbell(7)])
      }),
    )

    it(
      'the end of the signal ends the subscription, and only that one',
      withBus(async (bus, signal) => {
        const leaving = listener()
        const staying = listener()
        const leave = new AbortController()
        bus.subscribe(leaving.onRing, leave.signal)
        bus.subscribe(staying.onRing, signal)
        await Promise.all([leaving.count(1), staying.count(1)])
        leave.abort()
        bus.publish(doorbell(1))
        await staying.count(2)
        expect(leaving.rings).toEqual(['subscribed'])
      }),
    )

    it(
      'an ended signal subscribes nothing',
      withBus(async (bus, signal) => {
        const late = listener()
        const witness = listener()
        bus.subscribe(late.onRing, AbortSignal.abort())
        bus.subscribe(witness.onRing, signal)
        bus.publish(doorbell(1))
        await witness.count(2)
        expect(late.rings).toEqual([])
      }),
    )

    it(
      'a publisher does not run a subscriber within publish',
      withBus(async (bus, signal) => {
        const { rings, onRing, count } = listener()
        bus.subscribe(onRing, signal)
        await count(1)
        bus.publish(doorbell(1))
        expect(rings).toEqual(['subscribed'])
        await count(2)
      }),
    )
  })
}
