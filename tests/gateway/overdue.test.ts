import { describe, expect, it } from 'vitest'
import { gatewayLimits } from '../../services/gateway/gateway-limits.ts'
import { findOverdue, type Vitals } from '../../services/gateway/session/overdue.ts'

const healthy: Vitals = {
  phase: 'open',
  phaseMs: 1_000_000,
  pingMs: 0,
  unansweredPings: 0,
  stalledMs: 0,
  expiredMs: undefined,
  suspectMs: undefined,
  drainingMs: undefined,
  isIdle: true,
}

/** What is due, in one word: `ping`, `terminate`, or the close code. */
function due(change: Partial<Vitals>): string | number | undefined {
  const overdue = findOverdue({ ...healthy, ...change }, gatewayLimits)
  return overdue?.do === 'end' ? overdue.ending.code : overdue?.do
}

describe('what a connection is due for', () => {
  it.each<[string, Partial<Vitals>, string | number | undefined]>([
    ['a healthy session goes on', {}, undefined],
    ['a greeting may take 5 s', { phase: 'greeting', phaseMs: 4999 }, undefined],
    ['and no longer', { phase: 'greeting', phaseMs: 5000 }, 4401],
    ['a ping every 20 s', { pingMs: 20_000 }, 'ping'],
    ['one missed ping is forgiven', { pingMs: 20_000, unansweredPings: 1 }, 'ping'],
    ['two are not', { pingMs: 20_000, unansweredPings: 2 }, 'terminate'],
    ['not before the second had its time', { pingMs: 19_999, unansweredPings: 2 }, undefined],
    ['no progress is borne for 10 s', { stalledMs: 9999 }, undefined],
    ['then the consumer is too slow', { stalledMs: 10_000 }, 4408],
    ['a token that ended has 25 s of grace', { expiredMs: 24_999 }, undefined],
    ['then its session ends', { expiredMs: 25_000 }, 4401],
    ['a suspect credential has half a second', { suspectMs: 499 }, undefined],
    ['then it is believed gone', { suspectMs: 500 }, 4401],
    ['an idle session ends at once when the server stops', { drainingMs: 0 }, 1001],
    ['a busy one has 5 s', { drainingMs: 4999, isIdle: false }, undefined],
    ['and no longer', { drainingMs: 5000, isIdle: false }, 1001],
    ['a close has 1 s to be taken', { phase: 'closing', phaseMs: 999 }, undefined],
    ['then the socket is terminated', { phase: 'closing', phaseMs: 1000 }, 'terminate'],
    [
      'a closing socket is not closed again',
      { phase: 'closing', phaseMs: 0, stalledMs: 99_999, suspectMs: 99_999 },
      undefined,
    ],
  ])('%s', (_rule, change, expected) => {
    expect(due(change)).toBe(expected)
  })
})
