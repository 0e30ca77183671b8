import { describe, expect, it } from 'vitest'
import { describeConnection } from '../../../clients/web/src/app/describe-connection.ts'
import type { ConnectionState } from '../../../clients/web/src/protocol/hearth-client.ts'

const reason = { code: 'client_offline', message: '', retryable: true }
const at = { now: 100_000, hasNetwork: true, wasOnline: true }

describe('the line over the page', () => {
  it.each<[string, ConnectionState, Partial<typeof at>, object]>([
    ['nothing while all is well', online(), {}, { kind: 'quiet' }],
    ['nothing before anyone is in', { status: 'signed-out' }, { hasNetwork: false }, { kind: 'quiet' }],
    ['nothing for what heals within a second', connecting(99_500), {}, { kind: 'quiet' }],
    ['that it was lost', connecting(98_000), {}, { kind: 'reconnecting' }],
    ['that it connects, when it never was', connecting(98_000), { wasOnline: false }, { kind: 'connecting' }],
    ['how long until the next try', waiting(104_200), {}, { kind: 'waiting', seconds: 5 }],
    ['no countdown for the last second', waiting(100_900), {}, { kind: 'reconnecting' }],
    ['that the device has no network, at once', waiting(104_200), { hasNetwork: false }, { kind: 'offline' }],
    ['that the house refuses', { status: 'refused', reason }, {}, { kind: 'refused' }],
  ])('says %s', (_name, state, circumstances, notice) => {
    expect(describeConnection(state, { ...at, ...circumstances })).toEqual(notice)
  })
})

function online(): ConnectionState {
  return { status: 'online', session: { sessionId: 's', serverVersion: '1', profiles: [], revision: 1 } }
}

function connecting(since: number): ConnectionState {
  return { status: 'connecting', attempt: 2, since }
}

function waiting(retryAt: number): ConnectionState {
  return { status: 'waiting', attempt: 2, since: 90_000, retryAt, reason }
}
