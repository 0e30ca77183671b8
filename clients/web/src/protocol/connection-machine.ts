import type { Failure, SessionView } from './hearth-client.ts'
import { offline } from './hearth-failure.ts'

/** Where a connection is. At most one socket: in `opening` and `online`. Times are epoch milliseconds. */
export type Machine =
  | { readonly status: 'stopped' }
  | { readonly status: 'signed-out'; readonly reason: Failure | undefined }
  /** A token is on its way; `since`: not online since. */
  | ({ readonly status: 'authorizing'; readonly since: number } & Try)
  | ({ readonly status: 'opening'; readonly since: number } & Try)
  | ({
      readonly status: 'online'
      readonly session: SessionView
      readonly onlineAt: number
      readonly reconnectInMs: number | undefined
    } & Try)
  | ({ readonly status: 'waiting'; readonly since: number; readonly retryAt: number; readonly reason: Failure } & Try)
  | { readonly status: 'refused'; readonly reason: Failure }

interface Try {
  /** Failed ones before, without a connection that held. */
  readonly attempt: number
  /** The token is, or must be, another one than the house refused last. */
  readonly renewed: boolean
}

export type MachineEvent =
  | { readonly type: 'start'; readonly hasCredential: boolean }
  | { readonly type: 'stop' }
  | { readonly type: 'paired' }
  | { readonly type: 'sign-out' }
  | { readonly type: 'wake' }
  | { readonly type: 'token' }
  /** The house no longer takes the device's secret. */
  | { readonly type: 'device-refused'; readonly reason: Failure }
  | { readonly type: 'token-failed'; readonly reason: Failure }
  /** Also when what the house said of the session changed. */
  | { readonly type: 'greeted'; readonly session: SessionView }
  | { readonly type: 'draining'; readonly reconnectInMs: number }
  /** The socket is gone; `reason` as the house told it. */
  | { readonly type: 'closed'; readonly code: number; readonly reason: Failure }
  | { readonly type: 'timer' }

export type Effect =
  /** `renew`: not the token used last. */
  | { readonly do: 'fetch-token'; readonly renew: boolean }
  | { readonly do: 'open' }
  | { readonly do: 'close' }
  /** One timer; a new one replaces the one before. */
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'stop-waiting' }
  | { readonly do: 'forget-device' }
  /** Is the other end still there? */
  | { readonly do: 'probe' }

export interface Moment {
  readonly now: number
  /** 0 ≤ chance < 1 */
  readonly chance: number
}

export type Step = readonly [Machine, readonly Effect[]]

const openingMs = 10_000
const shortestMs = 500
const longestMs = 30_000
/** A connection that held this long counts as one that works. */
const stableMs = 10_000

/** services/common/contracts/protocol/close-codes.ts: those after which a client comes back by itself. */
const reconnectCodes: ReadonlySet<number> = new Set([1001, 1006, 1012, 1013, 4408, 4500])
const unauthenticatedCode = 4401

/** What a connection does next. Pure. Events that come too late for the state they belong to change nothing. */
export function step(machine: Machine, event: MachineEvent, moment: Moment): Step {
  switch (event.type) {
    case 'start':
      return start(machine, event.hasCredential, moment)
    case 'stop':
      return [{ status: 'stopped' }, leave(machine)]
    case 'paired':
      return machine.status === 'stopped' ? [machine, []] : authorize(moment, leave(machine))
    case 'sign-out':
      return signOut(machine, undefined)
    case 'wake':
      return wake(machine)
    case 'token':
    case 'device-refused':
    case 'token-failed':
      return machine.status === 'authorizing' ? takeToken(machine, event, moment) : [machine, []]
    case 'greeted':
    case 'draining':
      return greet(machine, event, moment)
    case 'closed':
      return hasSocket(machine) ? close(machine, event, moment) : [machine, []]
    case 'timer':
      return takeTimer(machine, moment)
  }
}

type Of<Status extends Machine['status']> = Extract<Machine, { status: Status }>

const hasSocket = (machine: Machine): machine is Of<'opening' | 'online'> =>
  machine.status === 'opening' || machine.status === 'online'

/** What ends with the state that is left. */
const leave = (machine: Machine): readonly Effect[] =>
  hasSocket(machine) ? [{ do: 'close' }, { do: 'stop-waiting' }] : [{ do: 'stop-waiting' }]

function authorize({ now }: Moment, before: readonly Effect[] = []): Step {
  return [
    { status: 'authorizing', attempt: 0, renewed: false, since: now },
    [...before, { do: 'fetch-token', renew: false }],
  ]
}

function start(machine: Machine, hasCredential: boolean, moment: Moment): Step {
  if (machine.status !== 'stopped' && machine.status !== 'refused') return [machine, []]
  return hasCredential ? authorize(moment) : [{ status: 'signed-out', reason: undefined }, []]
}

function signOut(machine: Machine, reason: Failure | undefined): Step {
  const next: Machine = machine.status === 'stopped' ? machine : { status: 'signed-out', reason }
  return [next, [...leave(machine), { do: 'forget-device' }]]
}

function wake(machine: Machine): Step {
  if (machine.status === 'online') return [machine, [{ do: 'probe' }]]
  if (machine.status !== 'waiting') return [machine, []]
  return [toAuthorizing(machine), [{ do: 'stop-waiting' }, { do: 'fetch-token', renew: machine.renewed }]]
}

const toAuthorizing = ({ attempt, renewed, since }: Of<'waiting'>): Machine => ({
  status: 'authorizing',
  attempt,
  renewed,
  since,
})

function takeToken(
  machine: Of<'authorizing'>,
  event: Extract<MachineEvent, { type: 'token' | 'device-refused' | 'token-failed' }>,
  moment: Moment,
): Step {
  if (event.type === 'token')
    return [{ ...machine, status: 'opening' }, [{ do: 'open' }, { do: 'wait', ms: openingMs }]]
  if (event.type === 'device-refused') return signOut(machine, event.reason)
  if (/^(caller_|policy_access_)/.test(event.reason.code)) return [{ status: 'refused', reason: event.reason }, []]
  return wait(machine, event.reason, moment)
}

function greet(
  machine: Machine,
  event: Extract<MachineEvent, { type: 'greeted' | 'draining' }>,
  { now }: Moment,
): Step {
  if (machine.status === 'online') {
    const { session, reconnectInMs } = { ...machine, ...event }
    return [{ ...machine, session, reconnectInMs }, []]
  }
  if (machine.status !== 'opening' || event.type !== 'greeted') return [machine, []]
  const { attempt, renewed } = machine
  const { session } = event
  const online: Machine = { status: 'online', attempt, renewed, session, onlineAt: now, reconnectInMs: undefined }
  return [online, [{ do: 'stop-waiting' }]]
}

function close(
  machine: Of<'opening' | 'online'>,
  { code, reason }: Extract<MachineEvent, { type: 'closed' }>,
  moment: Moment,
): Step {
  if (code === unauthenticatedCode) return renew(machine, reason, moment)
  if (!reconnectCodes.has(code)) return [{ status: 'refused', reason }, [{ do: 'stop-waiting' }]]
  const reconnectInMs = machine.status === 'online' ? machine.reconnectInMs : undefined
  return wait(held(machine, moment), reason, moment, reconnectInMs)
}

/** A token that was new already is no reason to ask for the next one at once. */
function renew(machine: Of<'opening' | 'online'>, reason: Failure, moment: Moment): Step {
  const { attempt, renewed, since } = held(machine, moment)
  if (renewed) return wait({ attempt, renewed, since }, reason, moment)
  return [
    { status: 'authorizing', attempt, renewed: true, since },
    [{ do: 'stop-waiting' }, { do: 'fetch-token', renew: true }],
  ]
}

/** What earlier tries count for: nothing after a connection that held. */
function held(machine: Of<'opening' | 'online'>, { now }: Moment): Try & { readonly since: number } {
  if (machine.status === 'opening') return machine
  const isStable = now - machine.onlineAt >= stableMs
  return { attempt: isStable ? 0 : machine.attempt, renewed: !isStable && machine.renewed, since: now }
}

function wait(
  before: Try & { readonly since: number },
  reason: Failure,
  { now, chance }: Moment,
  wantedMs?: number,
): Step {
  const attempt = before.attempt + 1
  const ms = wantedMs ?? Math.max(backoffMs(attempt, chance), reason.retryAfterMs ?? 0)
  const { renewed, since } = before
  return [{ status: 'waiting', attempt, renewed, since, retryAt: now + ms, reason }, [{ do: 'wait', ms }]]
}

/** Full jitter below a ceiling that doubles. */
function backoffMs(attempt: number, chance: number): number {
  const ceiling = Math.min(longestMs, shortestMs * 2 ** Math.min(attempt, 16))
  return Math.round(shortestMs + chance * (ceiling - shortestMs))
}

function takeTimer(machine: Machine, moment: Moment): Step {
  if (machine.status === 'waiting') return [toAuthorizing(machine), [{ do: 'fetch-token', renew: machine.renewed }]]
  if (machine.status !== 'opening') return [machine, []]
  const [waiting, effects] = wait(machine, offline(), moment)
  return [waiting, [{ do: 'close' }, ...effects]]
}
