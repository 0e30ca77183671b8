import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Identity } from '../../services/common/contracts/identity.ts'
import { HearthError } from '../../services/common/errors/hearth-error.ts'
import { clientAddress } from '../../services/gateway/handshake/client-address.ts'
import { admin, adminToken, guestToken, otherAdminToken, readerToken, startGateway } from './gateway-harness.ts'
import { RawPeer, rawFrame, upgradeLines } from './raw-peer.ts'

interface Refused {
  readonly status: number
  readonly head: string
  readonly body: Readonly<Record<string, unknown>>
}

/** Sends an upgrade with some lines replaced (by header name) or added, and reads the refusal. */
async function refused(
  port: number,
  changes: Readonly<Record<string, string | null>>,
  path = '/v1/ws',
): Promise<Refused> {
  const peer = new RawPeer(port)
  const names = Object.keys(changes).map((name) => name.toLowerCase())
  const kept = upgradeLines(port)
    .slice(1)
    .filter((line) => !names.includes(line.split(':', 1)[0]?.toLowerCase() ?? ''))
  const added = Object.entries(changes).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]))
  const response = await peer.request([`GET ${path} HTTP/1.1`, ...kept, ...added])
  await peer.closed
  const [head = '', body = ''] = response.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head, body: JSON.parse(body) }
}

describe('handshake', () => {
  it.each([
    ['no subprotocol is offered', { 'Sec-WebSocket-Protocol': null }, 400, 'caller_invalid_request'],
    ['another subprotocol is offered', { 'Sec-WebSocket-Protocol': 'hearth.v2' }, 400, 'caller_invalid_request'],
    [
      'a subprotocol is offered twice',
      { 'Sec-WebSocket-Protocol': 'hearth.v1, hearth.v1' },
      400,
      'caller_invalid_request',
    ],
    ['the Host is foreign', { Host: 'evil.example' }, 403, 'policy_access_denied'],
    [
      'the Host is missing a listed name as prefix only',
      { Host: 'localhost.evil.example' },
      403,
      'policy_access_denied',
    ],
    ['the Origin is foreign', { Origin: 'http://evil.example' }, 403, 'policy_access_denied'],
    ['the Origin has another port', { Origin: 'http://127.0.0.1:1' }, 403, 'policy_access_denied'],
    ['the Origin is null', { Origin: 'null' }, 403, 'policy_access_denied'],
    ['the version is not 13', { 'Sec-WebSocket-Version': '8' }, 400, 'caller_invalid_request'],
    ['the key is malformed', { 'Sec-WebSocket-Key': 'short' }, 400, 'caller_invalid_request'],
    ['the header token is wrong', { Authorization: 'Bearer wrong' }, 401, 'policy_unauthenticated'],
    ['the header is no bearer token', { Authorization: 'Basic YTpi' }, 401, 'policy_unauthenticated'],
    [
      'the subprotocol token is wrong',
      { 'Sec-WebSocket-Protocol': 'hearth.v1, hearth.bearer.wrong' },
      401,
      'policy_unauthenticated',
    ],
    [
      'the subprotocol token is empty',
      { 'Sec-WebSocket-Protocol': 'hearth.v1, hearth.bearer.' },
      401,
      'policy_unauthenticated',
    ],
    ['the token lacks the scope chat', { Authorization: `Bearer ${readerToken}` }, 403, 'policy_access_denied'],
  ])('is refused with a problem document when %s', async (_case, changes, status, code) => {
    await using harness = await startGateway()
    const answer = await refused(harness.port, changes)
    expect(answer).toMatchObject({ status, body: { status, code } })
    expect(answer.head).toContain('Connection: close')
    expect(answer.head).toContain('application/problem+json')
    expect(harness.gateway.connections).toBe(0)
  })

  it('answers 404 for another path, and two Host headers as none', async () => {
    await using harness = await startGateway()
    expect(await refused(harness.port, {}, '/v2/ws')).toMatchObject({ status: 404, body: { code: 'caller_not_found' } })
    const peer = new RawPeer(harness.port)
    const response = await peer.request([...upgradeLines(harness.port), 'Host: evil.example'])
    expect(response).toMatch(/^HTTP\/1\.1 40[03]/)
  })

  it('passes our own Origin and those on the list', async () => {
    await using harness = await startGateway({ config: { allowed_origins: ['https://panel.lan'] } })
    for (const origin of [
      `http://127.0.0.1:${harness.port}`,
      `http://localhost:${harness.port}`,
      'https://panel.lan',
    ]) {
      const peer = new RawPeer(harness.port)
      expect(await peer.request([...upgradeLines(harness.port), `Origin: ${origin}`])).toContain(
        '101 Switching Protocols',
      )
      peer.socket.destroy()
    }
  })

  it.each([
    ['the Authorization header', { headers: { authorization: `Bearer ${adminToken}` } }],
    ['a second subprotocol', { protocols: ['hearth.v1', `hearth.bearer.${adminToken}`] }],
  ])('takes a token from %s and never echoes it', async (_case, options) => {
    await using harness = await startGateway()
    const client = await harness.connect(options)
    expect(client.socket.protocol).toBe('hearth.v1')
    client.send({ type: 'session.hello', event_id: 'h' })
    expect(await client.next('session.created')).toMatchObject({ event_id: 'h', protocol: 'hearth.v1' })
    expect(JSON.stringify([client.received, harness.log])).not.toContain(adminToken)
  })

  it('takes a token from session.hello, and refuses a wrong one with 4401', async () => {
    await using harness = await startGateway()
    const good = await harness.connect()
    good.send({ type: 'session.hello', auth: adminToken })
    await good.next('session.created')
    const bad = await harness.connect()
    bad.send({ type: 'session.hello', event_id: 'x', auth: 'wrong' })
    expect(await bad.next('error')).toMatchObject({ error: { code: 'policy_unauthenticated' } })
    expect((await bad.closed).code).toBe(4401)
  })

  it('does not count a token in the URL', async () => {
    await using harness = await startGateway()
    const peer = new RawPeer(harness.port)
    const lines = upgradeLines(harness.port).with(
      0,
      `GET /v1/ws?token=${adminToken}&access_token=${adminToken} HTTP/1.1`,
    )
    expect(await peer.request(lines)).toContain('101')
    peer.socket.write(rawFrame(Buffer.from('{"type":"session.hello"}')))
    await peer.closed
    expect(peer.closeCode()).toBe(4401)
  })

  it('refuses two tokens of different principals', async () => {
    await using harness = await startGateway()
    const client = await harness.connect({ headers: { authorization: `Bearer ${adminToken}` } })
    client.send({ type: 'session.hello', auth: guestToken })
    expect((await client.closed).code).toBe(4401)
  })

  it('closes with 4403 after a hello whose token lacks the scope chat', async () => {
    await using harness = await startGateway()
    const client = await harness.connect()
    client.send({ type: 'session.hello', auth: readerToken })
    expect((await client.closed).code).toBe(4403)
  })

  it('holds at most the configured sockets of one address before authentication, and frees them', async () => {
    await using harness = await startGateway({ config: { limits: { unauthenticated_per_address: 3 } } })
    const waiting = await Promise.all([harness.connect(), harness.connect(), harness.connect()])
    expect(await refused(harness.port, {})).toMatchObject({ status: 429, body: { code: 'policy_rate_limited' } })
    const withToken = await harness.connect({ headers: { authorization: `Bearer ${adminToken}` } })
    withToken.send({ type: 'session.hello' })
    await withToken.next('session.created')
    waiting[0]?.send({ type: 'session.hello', auth: adminToken })
    await waiting[0]?.next('session.created')
    waiting[1]?.socket.close()
    await waiting[1]?.closed
    await Promise.all([harness.connect(), harness.connect()])
    expect(await refused(harness.port, {})).toMatchObject({ status: 429 })
  })

  it('bounds all connections with 503 and those of one credential with 429 or 4429', async () => {
    await using harness = await startGateway({ config: { limits: { connections: 4, connections_per_credential: 2 } } })
    const first = await harness.open()
    await harness.open()
    const byHeader = await refused(harness.port, { Authorization: `Bearer ${adminToken}` })
    expect(byHeader).toMatchObject({ status: 429, body: { code: 'policy_rate_limited' } })
    expect(byHeader.head).toMatch(/Retry-After: \d+/)
    const byHello = await harness.connect()
    byHello.send({ type: 'session.hello', auth: adminToken })
    expect((await byHello.closed).code).toBe(4429)
    first.socket.close()
    await first.closed
    await harness.open()
    await harness.open(otherAdminToken)
    await harness.open(guestToken)
    expect(await refused(harness.port, {})).toMatchObject({ status: 503, body: { code: 'gateway_overloaded' } })
  })

  it('answers 503 before any settings were read', async () => {
    await using harness = await startGateway({ snapshot: null })
    expect(await refused(harness.port, {})).toMatchObject({ status: 503, body: { code: 'gateway_config_unavailable' } })
  })

  it('answers 503 when a token cannot be checked in time, and lets the check go when the client goes', async () => {
    const aborted: boolean[] = []
    const identity: Identity = {
      authenticate: (_token, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted.push(true)
            reject(new HearthError('store_unavailable', 'aborted'))
          })
        }),
    }
    await using harness = await startGateway({ identity, limits: { helloMs: 200 } })
    const answer = await refused(harness.port, { Authorization: 'Bearer x' })
    expect(answer).toMatchObject({ status: 503, body: { code: 'store_unavailable' } })
    const peer = new RawPeer(harness.port)
    void peer.request([...upgradeLines(harness.port), 'Authorization: Bearer x'])
    await sleep(50)
    peer.socket.destroy()
    await expect.poll(() => aborted.length).toBe(2)
  })

  it('believes X-Forwarded-For only from a trusted proxy', () => {
    expect(clientAddress('::ffff:10.0.0.9', '1.2.3.4', [])).toBe('10.0.0.9')
    expect(clientAddress('10.0.0.9', '6.6.6.6, 1.2.3.4', ['10.0.0.9'])).toBe('1.2.3.4')
    expect(clientAddress('10.0.0.9', undefined, ['10.0.0.9'])).toBe('10.0.0.9')
  })

  it('says in session.created what the caller may use', async () => {
    await using harness = await startGateway()
    const client = await harness.connect()
    client.send({
      type: 'session.hello',
      auth: adminToken,
      client: { name: 'test', version: '1' },
      features: ['tools', 'nonsense'],
    })
    const created = await client.next('session.created')
    expect(created['profiles']).toEqual([
      { name: 'assistant', description: 'Everyday help', default: false, modalities: ['text'] },
      { name: 'demo', description: '', default: true, modalities: ['text', 'image'] },
    ])
    expect(created).toMatchObject({ revision: 7, ttl_seconds: null, limits: { lanes: 16 }, server: { name: 'hearth' } })
    const asGuest = await harness.connect()
    asGuest.send({ type: 'session.hello', auth: guestToken })
    const { profiles } = await asGuest.next('session.created')
    expect(profiles).toEqual([{ name: 'for-guest', description: '', default: false, modalities: ['text'] }])
    expect(admin.scopes).toContain('admin')
  })
})
