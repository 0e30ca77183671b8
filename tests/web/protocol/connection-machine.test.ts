import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Effect,
  type Machine,
  type MachineEvent,
  step,
} from '../../../clients/web/src/protocol/connection-machine.ts'
import type { Failure, SessionView } from '../../../clients/web/src/protocol/hearth-client.ts'
import { closeCodes } from '../../../services/common/contracts/protocol/close-codes.ts'

const failure = (code: string): Failure => ({ code, message: 'Because.', retryable: true })
const session: SessionView = { sessionId: 'sess_1', serverVersion: '0.1.0', profiles: [], revision: 1 }

const reconnecting = [1001, 1006, 1012, 1013, 4408, 4500]
const code = fc.oneof(fc.constantFrom(...reconnecting, 4401), fc.integer({ min: 1000, max: 4999 }))

const anyEvent: fc.Arbitrary<MachineEvent> = fc.oneof(
  fc.record({ type: fc.constant('start' as const), hasCredential: fc.boolean() }),
  fc.constantFrom('stop' as const, 'paired' as const, 'sign-out' as const, 'wake' as const).map((type) => ({ type })),
  fc.constant({ type: 'token' as const }),
  fc.constantFrom('timer' as const).map((type) => ({ type })),
  fc.constant({ type: 'device-refused' as const, reason: failure('policy_unauthenticated') }),
  fc
    .constantFrom('client_offline', 'policy_rate_limited', 'policy_access_denied', 'caller_invalid_request')
    .map((why) => ({ type: 'token-failed' as const, reason: failure(why) })),
  fc.constant({ type: 'greeted' as const, session }),
  fc.integer({ min: 0, max: 60_000 }).map((reconnectInMs) => ({ type: 'draining' as const, reconnectInMs })),
  code.map((closed) => ({ type: 'closed' as const, code: closed, reason: failure('client_offline') })),
)

const moments = fc.record({
  event: anyEvent,
  passedMs: fc.integer({ min: 0, max: 40_000 }),
  chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
})

interface Seen {
  readonly before: Machine
  readonly event: MachineEvent
  readonly after: Machine
  readonly effects: readonly Effect[]
  readonly now: number
}

/** Runs a sequence from `stopped`. */
function run(sequence: readonly { event: MachineEvent; passedMs: number; chance: number }[]): readonly Seen[] {
  let machine: Machine = { status: 'stopped' }
  let now = 0
  return sequence.map(({ event, passedMs, chance }) => {
    now += passedMs
    const before = machine
    const [after, effects] = step(before, event, { now, chance })
    machine = after
    return { before, event, after, effects, now }
  })
}

const does = (effects: readonly Effect[], what: Effect['do']): boolean => effects.some((effect) => effect.do === what)

const online = (more: Partial<Extract<Machine, { status: 'online' }>> = {}): Machine => ({
  status: 'online',
  attempt: 0,
  renewed: false,
  session,
  onlineAt: 0,
  reconnectInMs: undefined,
  ...more,
})

const closed = (closeCode: number, reason = failure('client_offline')): MachineEvent => ({
  type: 'closed',
  code: closeCode,
  reason,
})

const hasSocket = ({ status }: Machine): boolean => status === 'opening' || status === 'online'

/** How many sockets there are after each thing that happened. */
function countSockets(before: number, { before: machine, event, effects }: Seen): number {
  const lost = event.type === 'closed' && hasSocket(machine) ? 1 : 0
  return effects.reduce((count, effect) => {
    const next = count + (effect.do === 'open' ? 1 : 0) - (effect.do === 'close' ? 1 : 0)
    expect([0, 1]).toContain(next)
    return next
  }, before - lost)
}

/** Whether a timer runs after it. */
function hasTimer(before: boolean, { event, effects }: Seen): boolean {
  const last = effects.findLast((effect) => effect.do === 'wait' || effect.do === 'stop-waiting')
  if (last !== undefined) return last.do === 'wait'
  return before && event.type !== 'timer'
}

const needsTimer = ({ status }: Machine): boolean => status === 'opening' || status === 'waiting'

const needsToken = ({ before, event, after }: Seen): boolean =>
  after.status === 'authorizing' && (before.status !== 'authorizing' || event.type === 'paired')

function expectReturn(machine: Machine, [after, effects]: readonly [Machine, readonly Effect[]]): void {
  expect(after.status).toBe('waiting')
  const waited = effects.flatMap((effect) => (effect.do === 'wait' ? [effect.ms] : []))
  const wanted = machine.status === 'online' ? machine.reconnectInMs : undefined
  expect(waited).toEqual([wanted ?? expect.any(Number)])
  if (wanted !== undefined) return
  expect(waited[0]).toBeGreaterThanOrEqual(500)
  expect(waited[0]).toBeLessThanOrEqual(30_000)
}

describe('the connection', () => {
  it('never has two sockets, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(fc.array(moments, { maxLength: 60 }), (sequence) => {
        let sockets = 0
        for (const seen of run(sequence)) {
          sockets = countSockets(sockets, seen)
          expect(sockets).toBe(hasSocket(seen.after) ? 1 : 0)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('has a timer exactly while it opens or waits, and asks for a token when it needs one', () => {
    fc.assert(
      fc.property(fc.array(moments, { maxLength: 60 }), (sequence) => {
        let isTimed = false
        for (const seen of run(sequence)) {
          isTimed = hasTimer(isTimed, seen)
          if (seen.event.type !== 'timer') expect(isTimed).toBe(needsTimer(seen.after))
          expect(does(seen.effects, 'fetch-token')).toBe(needsToken(seen))
        }
      }),
      { numRuns: 500 },
    )
  })

  it('comes back after every code that says so, with a wait of 0.5 to 30 s, and after no other', () => {
    fc.assert(
      fc.property(
        fc.array(moments, { maxLength: 30 }),
        code,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (before, closeCode, chance) => {
          const machine = run(before).findLast(({ after }) => hasSocket(after))?.after ?? online()
          const after = step(machine, closed(closeCode), { now: 10_000_000, chance })
          if (reconnecting.includes(closeCode)) expectReturn(machine, after)
          else if (closeCode !== 4401) expect(after).toMatchObject([{ status: 'refused' }, [{ do: 'stop-waiting' }]])
        },
      ),
      { numRuns: 500 },
    )
  })

  it('comes back after exactly the codes that the protocol lists', () => {
    for (const { code: closeCode, reconnect } of Object.values(closeCodes)) {
      const [after] = step(online(), closed(closeCode), { now: 0, chance: 0.5 })
      expect([closeCode, after.status === 'waiting']).toEqual([closeCode, reconnect])
    }
  })

  it('waits longer from failure to failure, to 30 s, and begins anew after a connection that held', () => {
    const ceilings: number[] = []
    let machine: Machine = online({ onlineAt: -20_000 })
    for (let round = 0; round < 9; round += 1) {
      const [waiting, effects] = step(machine, closed(1006), { now: 0, chance: 0.999_999 })
      for (const effect of effects) if (effect.do === 'wait') ceilings.push(effect.ms)
      const [authorizing] = step(waiting, { type: 'timer' }, { now: 0, chance: 0 })
      machine = step(authorizing, { type: 'token' }, { now: 0, chance: 0 })[0]
    }
    expect(ceilings).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000])
    const [again] = step(machine, { type: 'greeted', session }, { now: 0, chance: 0 })
    expect(step(again, closed(1006), { now: 9000, chance: 0 })[0]).toMatchObject({ attempt: 10 })
    expect(step(again, closed(1006), { now: 10_000, chance: 0 })[0]).toMatchObject({ attempt: 1 })
  })

  it('renews a refused token once at once, then with backoff, and signs out only when the device is refused', () => {
    const [renewing, first] = step(online(), closed(4401), { now: 0, chance: 0 })
    expect(renewing).toMatchObject({ status: 'authorizing', renewed: true })
    expect(first).toContainEqual({ do: 'fetch-token', renew: true })
    const [opening] = step(renewing, { type: 'token' }, { now: 0, chance: 0 })
    const [waiting, second] = step(opening, closed(4401), { now: 0, chance: 0 })
    expect(waiting).toMatchObject({ status: 'waiting', renewed: true })
    expect(does(second, 'fetch-token')).toBe(false)
    const [asking, third] = step(waiting, { type: 'timer' }, { now: 500, chance: 0 })
    expect(third).toEqual([{ do: 'fetch-token', renew: true }])
    const reason = failure('policy_unauthenticated')
    const [out, last] = step(asking, { type: 'device-refused', reason }, { now: 500, chance: 0 })
    expect(out).toEqual({ status: 'signed-out', reason })
    expect(does(last, 'forget-device')).toBe(true)
  })

  it('forgets the device only when it is refused or the user signs out', () => {
    fc.assert(
      fc.property(fc.array(moments, { maxLength: 60 }), (sequence) => {
        for (const { before, event, effects } of run(sequence)) {
          const isRefused = event.type === 'device-refused' && before.status === 'authorizing'
          expect(does(effects, 'forget-device')).toBe(isRefused || event.type === 'sign-out')
        }
      }),
      { numRuns: 300 },
    )
  })

  it('keeps the time that a stopping house gave it', () => {
    const [draining] = step(online(), { type: 'draining', reconnectInMs: 1234 }, { now: 0, chance: 0.5 })
    const [waiting, effects] = step(draining, closed(1001), { now: 1000, chance: 0.5 })
    expect(waiting).toMatchObject({ status: 'waiting', retryAt: 2234 })
    expect(effects).toContainEqual({ do: 'wait', ms: 1234 })
  })

  it('waits as long as the house says where that is longer', () => {
    const reason = { ...failure('gateway_overloaded'), retryAfterMs: 45_000 }
    expect(step(online(), closed(1013, reason), { now: 0, chance: 0.5 })[1]).toContainEqual({ do: 'wait', ms: 45_000 })
  })

  it('tries now when it is woken, and asks a connection that stands whether it does', () => {
    const [waiting] = step(online(), closed(1006), { now: 0, chance: 0.5 })
    const [after, effects] = step(waiting, { type: 'wake' }, { now: 1, chance: 0.5 })
    expect(after.status).toBe('authorizing')
    expect(effects).toEqual([{ do: 'stop-waiting' }, { do: 'fetch-token', renew: false }])
    expect(step(online(), { type: 'wake' }, { now: 1, chance: 0.5 })).toEqual([online(), [{ do: 'probe' }]])
  })

  it('gives up a socket that does not open', () => {
    const opening: Machine = { status: 'opening', attempt: 0, renewed: false, since: 0 }
    const [after, effects] = step(opening, { type: 'timer' }, { now: 10_000, chance: 0.5 })
    expect(after).toMatchObject({ status: 'waiting', attempt: 1, since: 0 })
    expect(effects[0]).toEqual({ do: 'close' })
  })
})
