import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Identity } from '../../services/common/contracts/identity.ts'
import { HearthError } from '../../services/common/errors/hearth-error.ts'
import { closeReason, endingOf } from '../../services/gateway/session/close-of.ts'
import { admin, adminToken, baseSnapshot, guestToken, startGateway } from './gateway-harness.ts'
import { RawPeer, rawFrame, upgradeLines } from './raw-peer.ts'

const without = (id: string) => ({
  credentials: baseSnapshot().credentials.filter((credential) => credential.id !== id),
})

describe('the end of a credential', () => {
  it('closes its sessions with 4401 at once, before and after hello, and no others', async () => {
    await using harness = await startGateway()
    const open = await harness.open()
    const greeting = await harness.connect({ headers: { authorization: `Bearer ${adminToken}` } })
    const other = await harness.open(guestToken)
    harness.settings.swap(without('tok_admin'))
    expect((await open.closed).code).toBe(4401)
    expect((await greeting.closed).code).toBe(4401)
    expect(open.texts().at(-1)).toMatchObject({ type: 'error', error: { code: 'policy_unauthenticated' } })
    expect(other.socket.readyState).toBe(other.socket.OPEN)
  })

  it('waits a moment for a credential that no snapshot has named yet', async () => {
    await using harness = await startGateway({
      snapshot: { ...baseSnapshot(), credentials: [] },
      limits: { suspectMs: 300 },
    })
    const kept = await harness.open()
    const lost = await harness.open(guestToken)
    harness.settings.swap({ revision: 8 })
    harness.settings.swap({ ...without('tok_guest'), revision: 9 })
    expect((await lost.closed).code).toBe(4401)
    expect(kept.socket.readyState).toBe(kept.socket.OPEN)
  })

  it('closes with 4403 when the credential loses the scope chat', async () => {
    await using harness = await startGateway()
    const client = await harness.open(guestToken)
    harness.settings.swap({
      credentials: baseSnapshot().credentials.map((credential) => ({ ...credential, scopes: ['read'] })),
    })
    expect((await client.closed).code).toBe(4403)
  })

  it('counts the ttl of a token down, gives grace, then closes with 4401; a refresh extends it', async () => {
    let now = 1_000_000
    const expiries = new Map([
      ['first', 1_060_000],
      ['second', 2_000_000],
    ])
    const identity: Identity = {
      authenticate: async (token) => {
        const expiresAt = expiries.get(token)
        if (expiresAt === undefined) throw new HearthError('policy_unauthenticated', 'unknown')
        return { ...admin, expiresAt }
      },
    }
    await using harness = await startGateway({ identity, clock: () => now })
    const [lapsing, refreshing] = await Promise.all([harness.connect(), harness.connect()])
    for (const client of [lapsing, refreshing]) client.send({ type: 'session.hello', auth: 'first' })
    expect(await lapsing.next('session.created')).toMatchObject({ ttl_seconds: 60 })
    now = 1_084_000
    refreshing.send({ type: 'session.refresh', auth: 'second' })
    expect(await refreshing.next('session.updated')).toMatchObject({ ttl_seconds: 916 })
    await sleep(100)
    expect(lapsing.socket.readyState).toBe(lapsing.socket.OPEN)
    now = 1_085_000
    expect((await lapsing.closed).code).toBe(4401)
    expect(refreshing.socket.readyState).toBe(refreshing.socket.OPEN)
  })
})

describe('heartbeat', () => {
  it('pings, and ends a connection that misses two', async () => {
    await using harness = await startGateway({ limits: { pingMs: 100 } })
    const answering = await harness.open()
    let pings = 0
    answering.socket.on('ping', () => {
      pings += 1
    })
    const dead = new RawPeer(harness.port)
    await dead.request(upgradeLines(harness.port))
    dead.socket.write(rawFrame(Buffer.from(JSON.stringify({ type: 'session.hello', auth: adminToken }))))
    await dead.closed
    expect(dead.frames.filter(({ opcode }) => opcode === 9)).toHaveLength(2)
    expect(pings).toBeGreaterThanOrEqual(2)
    expect(answering.socket.readyState).toBe(answering.socket.OPEN)
  })
})

describe('drain', () => {
  it('tells each client its own time, refuses new runs and sockets, and closes with 1001', async () => {
    await using harness = await startGateway({ limits: { drainMs: 2000 } })
    const clients = [await harness.open(), await harness.open(), await harness.open(), await harness.open()]
    harness.router.enqueue([{ do: 'wait', ms: 300 }])
    clients[0]?.send({ type: 'response.create', stream_id: 'a', input: 'x' })
    await clients[0]?.next('response.created')
    const stopping = harness.gateway.stop(AbortSignal.timeout(5000))
    const times = await Promise.all(clients.map((client) => client.next('session.draining')))
    expect(times.map((message) => message['reconnect_in_ms'])).toEqual([0, 500, 1000, 1500])
    clients[0]?.send({ type: 'response.create', event_id: 'late', stream_id: 'b', input: 'x' })
    expect(await clients[0]?.next('error')).toMatchObject({ event_id: 'late', error: { code: 'gateway_draining' } })
    const peer = new RawPeer(harness.port)
    expect(await peer.request(upgradeLines(harness.port))).toMatch(/^HTTP\/1\.1 503[\s\S]*gateway_draining/)
    expect(await clients[0]?.next('response.completed')).toBeDefined()
    const ends = await Promise.all(clients.map((client) => client.closed))
    expect(ends.map(({ code }) => code)).toEqual([1001, 1001, 1001, 1001])
    await stopping
    expect(harness.settings.listeners).toBe(0)
  })

  it('cuts what is left at the deadline', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    harness.router.enqueue([{ do: 'hang' }])
    client.send({ type: 'response.create', stream_id: 'a', input: 'x' })
    await client.next('response.created')
    await harness.gateway.stop(AbortSignal.timeout(200))
    expect((await client.closed).code).toBe(1006)
    expect(harness.gateway.connections).toBe(0)
    expect(harness.router.readers).toBe(0)
  })
})

describe('close reasons', () => {
  it('name the code and fit a close frame', () => {
    const long = endingOf(new HearthError('gateway_slow_consumer', 'ü'.repeat(200)))
    expect(long.code).toBe(4408)
    expect(closeReason(long)).toMatch(/^gateway_slow_consumer: ü+$/)
    expect(Buffer.byteLength(closeReason(long))).toBeLessThanOrEqual(123)
  })
})
