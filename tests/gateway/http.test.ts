import { once } from 'node:events'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { adminToken, guestToken, readerToken, startGateway } from './gateway-harness.ts'
import { RawPeer } from './raw-peer.ts'

describe('GET /v1/blobs/<id>', () => {
  it('gives kept bytes to their owner only, by any token of a right that reads', async () => {
    await using harness = await startGateway()
    const bytes = Buffer.from('\x89PNG and so on', 'latin1')
    const id = await harness.history.putBlob({ owner: 'user:admin', mediaType: 'image/png', bytes })
    const get = (token: string | undefined, headers: Readonly<Record<string, string>> = {}) =>
      fetch(`http://127.0.0.1:${harness.port}/v1/blobs/${id}`, {
        headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      })
    const found = await get(adminToken)
    expect(found.status).toBe(200)
    expect(Buffer.from(await found.arrayBuffer())).toEqual(bytes)
    expect(Object.fromEntries(found.headers)).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      etag: `"${id}"`,
    })
    expect((await get(adminToken, { 'if-none-match': `"${id}"` })).status).toBe(304)
    expect((await get(guestToken)).status).toBe(404)
    expect((await get(undefined)).status).toBe(401)
    expect((await get('wrong')).status).toBe(401)
    expect(await (await get(readerToken)).json()).toMatchObject({ code: 'caller_not_found' })
  })

  it('does not count a token in the URL', async () => {
    await using harness = await startGateway()
    const answer = await fetch(
      `http://127.0.0.1:${harness.port}/v1/blobs/x?token=${adminToken}&access_token=${adminToken}`,
    )
    expect(answer.status).toBe(401)
  })

  it('serves what is no picture as a download', async () => {
    await using harness = await startGateway()
    const id = await harness.history.putBlob({
      owner: 'user:admin',
      mediaType: 'text/html',
      bytes: Buffer.from('<script>alert(1)</script>'),
    })
    const answer = await fetch(`http://127.0.0.1:${harness.port}/v1/blobs/${id}`, {
      headers: { authorization: `Bearer ${adminToken}` },
    })
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      'content-security-policy': "default-src 'none'; sandbox",
    })
  })
})

describe('GET /', () => {
  it('says what this is without a script, under a strict policy', async () => {
    await using harness = await startGateway()
    const answer = await fetch(`http://127.0.0.1:${harness.port}/`)
    const page = await answer.text()
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(page).toContain('npm run ask')
    expect(page).not.toMatch(/<script|https?:\/\//)
  })
})

describe('a request that offers HTTP/2 in clear text', () => {
  it('is answered as the HTTP/1.1 request that it is', async () => {
    await using harness = await startGateway()
    const peer = new RawPeer(harness.port)
    const offer = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAEAAEAAAAIAAAAB']
    peer.socket.write(`${['GET / HTTP/1.1', `Host: 127.0.0.1:${harness.port}`, ...offer].join('\r\n')}\r\n\r\n`)
    const [first] = await once(peer.socket, 'data')
    expect(String(first)).toMatch(/^HTTP\/1\.1 200 OK/)
    peer.socket.destroy()
  })
})

describe('metrics', () => {
  it('count connections, frames by direction and type, and closes by code', async () => {
    const metrics = new Registry()
    await using harness = await startGateway({ metrics })
    const client = await harness.open()
    client.send({ type: 'ping' })
    await client.next('pong')
    expect(await metrics.metrics()).toMatch(/hearth_ws_connections 1\b/)
    client.socket.send('x'.repeat(70_000))
    await client.closed
    await expect.poll(() => metrics.metrics()).toContain('hearth_ws_closes_total{code="1009"} 1')
    const text = await metrics.metrics()
    expect(text).toMatch(/hearth_ws_connections 0\b/)
    expect(text).toContain('hearth_ws_frames_total{direction="in",type="ping"} 1')
    expect(text).toContain('hearth_ws_frames_total{direction="out",type="pong"} 1')
    expect(text).toContain('hearth_ws_frames_total{direction="out",type="session.created"} 1')
  })
})
