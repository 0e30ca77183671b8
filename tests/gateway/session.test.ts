import { type Counter, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { plannedClientMessages } from '../../services/common/contracts/protocol/planned-client-messages.ts'
import { adminToken, type Client, guestToken, otherAdminToken, startGateway } from './gateway-harness.ts'
import { RawPeer, rawFrame, upgradeLines } from './raw-peer.ts'

const hello = { type: 'session.hello', auth: adminToken } as const

/** Sends one text as it is and returns the error it is answered with. */
async function errorFor(client: Client, text: string | Buffer, isBinary = false): Promise<unknown> {
  client.socket.send(text, { binary: isBinary })
  return (await client.next('error'))['error']
}

describe('greeting', () => {
  it('closes with 4401 when no hello comes in time', async () => {
    await using harness = await startGateway({ limits: { helloMs: 150 } })
    const silent = await harness.connect()
    const greeted = await harness.open()
    expect(await silent.closed).toMatchObject({ code: 4401, reason: expect.stringContaining('session.hello') })
    expect(greeted.socket.readyState).toBe(greeted.socket.OPEN)
  })

  it.each([
    ['another message', JSON.stringify({ type: 'ping' }), false],
    ['no JSON', 'hello', false],
    ['a binary frame', Buffer.alloc(20), true],
    ['a hello over 4 KiB', JSON.stringify({ ...hello, client: { name: 'x'.repeat(4096) } }), false],
  ])('closes with 4400 when the first frame is %s', async (_case, data, binary) => {
    await using harness = await startGateway()
    const client = await harness.connect()
    client.socket.send(data, { binary })
    expect(await client.next('error')).toMatchObject({ error: { code: 'caller_invalid_request' } })
    expect((await client.closed).code).toBe(4400)
  })

  it('names what it does not serve yet and still takes a plain hello', async () => {
    await using harness = await startGateway()
    const client = await harness.connect()
    client.send({ ...hello, event_id: '1', initial_credit_bytes: 1000 })
    expect(await client.next('error')).toMatchObject({
      event_id: '1',
      error: { code: 'caller_unsupported_feature', param: 'initial_credit_bytes' },
    })
    client.send(hello)
    await client.next('session.created')
  })

  it('names an unknown field of a hello, and gives up after three wrong ones', async () => {
    await using harness = await startGateway()
    const client = await harness.connect()
    for (const _try of [1, 2, 3]) client.send({ ...hello, colour: 'red' })
    expect(await client.next('error')).toMatchObject({ error: { code: 'caller_invalid_request', param: 'colour' } })
    expect((await client.closed).code).toBe(4400)
  })

  it('keeps frames that a client sends without waiting for session.created, up to a bound', async () => {
    await using harness = await startGateway()
    const eager = await harness.connect()
    eager.send(hello)
    eager.send({ type: 'ping', id: 1 })
    eager.send({ type: 'ping', id: 2 })
    expect((await eager.next('session.created')).type).toBe('session.created')
    expect([(await eager.next('pong'))['id'], (await eager.next('pong'))['id']]).toEqual([1, 2])
    const flood = new RawPeer(harness.port)
    await flood.request(upgradeLines(harness.port))
    const frames = [hello, ...Array.from({ length: 40 }, () => ({ type: 'ping' }))]
    flood.socket.write(Buffer.concat(frames.map((frame) => rawFrame(Buffer.from(JSON.stringify(frame))))))
    await flood.closed
    expect(flood.closeCode()).toBe(4400)
  })

  it('does nothing of what was kept after a frame that ends it', async () => {
    await using harness = await startGateway()
    const peer = new RawPeer(harness.port)
    await peer.request(upgradeLines(harness.port))
    const question = { type: 'response.create', stream_id: 'a', profile: 'demo', input: 'x' }
    const texts = [JSON.stringify(hello), '{', '{', '{', JSON.stringify(question)]
    peer.socket.write(Buffer.concat(texts.map((text) => rawFrame(Buffer.from(text)))))
    await peer.closed
    expect(peer.closeCode()).toBe(4400)
    expect(harness.router.starts).toHaveLength(0)
  })
})

describe('an open session', () => {
  it('answers ping with pong and the same id and t', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    client.send({ type: 'ping', event_id: 'e', id: 'p1', t: 12.5 })
    expect(await client.next('pong')).toEqual({ type: 'pong', event_id: 'e', id: 'p1', t: 12.5 })
  })

  it('refuses a second hello and stays', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    client.send(hello)
    expect(await client.next('error')).toMatchObject({ error: { code: 'caller_invalid_request' } })
    await expectAlive(client)
  })

  it('names the path of an unknown type or field, echoes event_id and stream_id, and stays', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    client.send({ type: 'response.dance', event_id: 'e1', stream_id: 's1' })
    expect(await client.next('error')).toMatchObject({
      event_id: 'e1',
      stream_id: 's1',
      error: { code: 'caller_invalid_request', param: 'type', retryable: false },
    })
    const create = { type: 'response.create', event_id: 'e2', stream_id: 's2' }
    client.send({ ...create, input: [{ role: 'user', content: [{ type: 'input_text', text: 'x', bold: true }] }] })
    expect(await client.next('error')).toMatchObject({
      event_id: 'e2',
      stream_id: 's2',
      error: { code: 'caller_invalid_request', param: 'input[0].content[0].bold' },
    })
    client.send({ ...create, input: 'x', timeouts: { total_ms: 'soon' } })
    expect(await client.next('error')).toMatchObject({ error: { param: 'timeouts.total_ms' } })
    await expectAlive(client)
  })

  it.each(Object.keys(plannedClientMessages))('answers %s with caller_unsupported_feature and stays', async (type) => {
    await using harness = await startGateway()
    const client = await harness.open()
    client.send({ type, event_id: 'p' })
    expect(await client.next('error')).toMatchObject({
      event_id: 'p',
      error: { code: 'caller_unsupported_feature', param: 'type', message: expect.stringContaining(type) },
    })
    await expectAlive(client)
  })

  it('refuses bytes of no upload and other binary frames by the field that is wrong', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    const header = (version: number, kind: number): Buffer =>
      Buffer.concat([Buffer.from([version, kind, 1, 0]), Buffer.alloc(16)])
    expect(await errorFor(client, header(1, 4), true)).toMatchObject({
      code: 'caller_invalid_request',
      param: 'blob_no',
    })
    expect(await errorFor(client, header(1, 2), true)).toMatchObject({ code: 'caller_invalid_request', param: 'kind' })
    expect(await errorFor(client, header(7, 4), true)).toMatchObject({
      code: 'caller_invalid_request',
      param: 'version',
    })
    expect(await errorFor(client, Buffer.alloc(3), true)).toMatchObject({
      code: 'caller_invalid_request',
      param: 'header',
    })
    await expectAlive(client)
  })

  it('refuses a text whose length is no number, also before it is greeted', async () => {
    await using harness = await startGateway()
    const odd = { length: { toString: 1, valueOf: 1 } }
    const stranger = await harness.connect()
    stranger.send({ ...hello, auth: odd })
    expect(await stranger.next('error')).toMatchObject({
      error: { code: 'caller_invalid_request', param: 'auth.length', message: expect.stringContaining('number') },
    })
    const client = await harness.open()
    client.send({ type: 'response.cancel', response_id: odd, event_id: '1' })
    expect(await client.next('error')).toMatchObject({ event_id: '1', error: { param: 'response_id.length' } })
  })

  it('answers a frame that meets a defect of ours with gateway_internal, logs it, and serves the next', async () => {
    const metrics = new Registry()
    await using harness = await startGateway({ metrics })
    const client = await harness.open()
    const frames = metrics.getSingleMetric('hearth_ws_frames_total') as Counter
    const count = frames.inc.bind(frames)
    frames.inc = (): never => {
      frames.inc = count
      throw new TypeError('a defect')
    }
    client.send({ type: 'ping', id: 1 })
    expect(await client.next('error')).toMatchObject({ error: { code: 'gateway_internal' } })
    expect(harness.log.filter(({ level }) => level === 'error')).toMatchObject([
      { text: expect.stringContaining('a defect') },
    ])
    client.send({ type: 'ping', id: 2 })
    expect(await client.next('pong')).toMatchObject({ id: 2 })
  })

  it('answers a frame that is no JSON object, and closes with 4400 at the third', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    expect(await errorFor(client, '[1]')).toMatchObject({ code: 'caller_invalid_request' })
    expect(await errorFor(client, '{"type":')).toMatchObject({ code: 'caller_invalid_request' })
    await expectAlive(client)
    client.socket.send('null')
    expect((await client.closed).code).toBe(4400)
  })

  it('takes a text frame of 64 KiB and closes with 1009 beyond what a frame may have', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    const frame = (bytes: number): string => {
      const shell = JSON.stringify({ type: 'response.create', stream_id: 'a', input: '' })
      return shell.replace('"input":""', `"input":"${'x'.repeat(bytes - shell.length)}"`)
    }
    client.socket.send(frame(65_536))
    await client.next('response.completed')
    client.socket.send(frame(65_537))
    expect(await client.next('error')).toMatchObject({ error: { code: 'caller_too_large' } })
    client.socket.send(frame(70_000))
    expect((await client.closed).code).toBe(1009)
  })

  it('limits the frames of one connection with a time to wait, and ends a lasting flood with 1013', async () => {
    const limits = { inbound: { burst: 5, perSecond: 10 }, overrun: { burst: 5, perSecond: 0.001 } }
    await using harness = await startGateway({ limits })
    const client = await harness.open()
    for (let index = 0; index < 20; index += 1) client.send({ type: 'ping', id: index })
    const { error } = await client.next('error')
    expect(error).toMatchObject({ code: 'policy_rate_limited', retryable: true })
    expect(error).toHaveProperty('retry_after_ms', expect.any(Number))
    expect((await client.closed).code).toBe(1013)
    expect(client.texts().filter(({ type }) => type === 'pong')).toHaveLength(4)
  })
})

describe('session.refresh', () => {
  it('extends the session by another token of the same principal', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    client.send({ type: 'session.refresh', event_id: 'r', auth: otherAdminToken })
    expect(await client.next('session.updated')).toMatchObject({ event_id: 'r', ttl_seconds: null, revision: 7 })
  })

  it('refuses a wrong token and one of another principal, and the session goes on', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    client.send({ type: 'session.refresh', event_id: 'r1', auth: 'wrong' })
    expect(await client.next('error')).toMatchObject({ event_id: 'r1', error: { code: 'policy_unauthenticated' } })
    client.send({ type: 'session.refresh', event_id: 'r2', auth: guestToken })
    expect(await client.next('error')).toMatchObject({ event_id: 'r2', error: { code: 'policy_access_denied' } })
    await expectAlive(client)
  })
})

async function expectAlive(client: Client): Promise<void> {
  client.send({ type: 'ping', id: 'alive?' })
  expect(await client.next('pong')).toMatchObject({ id: 'alive?' })
}
