import { HearthError } from '../../common/errors/hearth-error.ts'
import type { GatewayLimits } from '../gateway-limits.ts'
import { type Ending, endingOf } from './close-of.ts'

/** What the times of a connection are judged by. Milliseconds; `…Ms` are ages. */
export interface Vitals {
  readonly phase: 'greeting' | 'open' | 'closing'
  readonly phaseMs: number
  readonly pingMs: number
  readonly unansweredPings: number
  /** Something waits and the socket takes nothing. */
  readonly stalledMs: number
  /** Since the token ended; negative before, undefined without an end. */
  readonly expiredMs: number | undefined
  /** Since a snapshot lacked the credential. */
  readonly suspectMs: number | undefined
  /** Since the server began to stop; undefined while it serves. */
  readonly drainingMs: number | undefined
  /** Nothing runs and nothing waits. */
  readonly isIdle: boolean
}

export type Overdue =
  | { readonly do: 'terminate' }
  | { readonly do: 'end'; readonly ending: Ending; readonly announce: boolean }
  | { readonly do: 'ping' }

type Rule = (vitals: Vitals, limits: GatewayLimits) => Overdue | undefined

const end = (error: HearthError, announce = true): Overdue => ({ do: 'end', ending: endingOf(error), announce })

/** In order; the first that is due is done. */
const rules: readonly Rule[] = [
  ({ phase, phaseMs }, { terminateMs }) =>
    phase === 'closing' && phaseMs >= terminateMs ? { do: 'terminate' } : undefined,
  ({ unansweredPings, pingMs }, limits) =>
    unansweredPings >= limits.pingMisses && pingMs >= limits.pingMs ? { do: 'terminate' } : undefined,
  ({ phase, phaseMs }, { helloMs }) =>
    phase === 'greeting' && phaseMs >= helloMs
      ? end(new HearthError('policy_unauthenticated', 'Send session.hello with a token within 5 seconds.'))
      : undefined,
  ({ phase, stalledMs }, { stallMs }) =>
    phase !== 'closing' && stalledMs >= stallMs
      ? end(new HearthError('gateway_slow_consumer', 'The socket took nothing for too long; runs go on.'), false)
      : undefined,
  ({ phase, expiredMs }, { refreshGraceMs }) =>
    phase === 'open' && expiredMs !== undefined && expiredMs >= refreshGraceMs
      ? end(new HearthError('policy_unauthenticated', 'The token of the session ended; connect with a new one.'))
      : undefined,
  ({ phase, suspectMs }, limits) =>
    phase !== 'closing' && suspectMs !== undefined && suspectMs >= limits.suspectMs ? end(revoked()) : undefined,
  ({ phase, drainingMs, isIdle }, { drainMs }) =>
    phase !== 'closing' && drainingMs !== undefined && (isIdle || drainingMs >= drainMs)
      ? end(new HearthError('gateway_draining', 'The server stops; come back later.'), false)
      : undefined,
  ({ phase, pingMs }, limits) => (phase !== 'closing' && pingMs >= limits.pingMs ? { do: 'ping' } : undefined),
]

export const revoked = (): HearthError =>
  new HearthError('policy_unauthenticated', 'The token was revoked; connect with a valid one.')

/** What a connection is due for now. Pure. */
export function findOverdue(vitals: Vitals, limits: GatewayLimits): Overdue | undefined {
  for (const rule of rules) {
    const due = rule(vitals, limits)
    if (due !== undefined) return due
  }
  return undefined
}
