import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import type { FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import { createHttpServer } from '../../../services/common/http/http-server.ts'

let app: FastifyInstance
let port: number

beforeEach(async () => {
  app = createHttpServer({
    hostPolicy: { allowedHosts: ['127.0.0.1'], allowedOrigins: [], scheme: 'http' },
    bodyLimitBytes: 1024,
    log: pino({ level: 'silent' }),
  })
  app.post('/echo', async ({ body }) => ({ body }))
  app.get('/limited', async () => {
    throw new HearthError('policy_rate_limited', 'Slow down.', { details: { retryAfterMs: 2500 } })
  })
  app.get('/defect', async () => {
    throw new Error('secret detail')
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterEach(() => app.close())

async function raw(request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.end(request)
  return text(socket)
}

const url = (path: string): string => `http://127.0.0.1:${port}${path}`
const json = { 'content-type': 'application/json' }

describe('every HTTP listener', () => {
  it.each([
    [
      'malformed JSON',
      () => fetch(url('/echo'), { method: 'POST', headers: json, body: '{"a":' }),
      400,
      'caller_invalid_request',
    ],
    ['a path that is not percent-encoded rightly', () => fetch(url('/%E0%A4%A')), 400, 'caller_invalid_request'],
    [
      'such a path under a foreign Origin',
      () => fetch(url('/%E0%A4%A'), { headers: { origin: 'https://foreign.example' } }),
      403,
      'policy_access_denied',
    ],
    [
      'a prototype in the body',
      () => fetch(url('/echo'), { method: 'POST', headers: json, body: '{"__proto__":{"a":1}}' }),
      400,
      'caller_invalid_request',
    ],
    [
      'a wrong media type',
      () => fetch(url('/echo'), { method: 'POST', headers: { 'content-type': 'text/xml' }, body: '<a/>' }),
      415,
      'caller_invalid_request',
    ],
    [
      'a body over the limit',
      () => fetch(url('/echo'), { method: 'POST', headers: json, body: `"${'x'.repeat(2000)}"` }),
      413,
      'caller_too_large',
    ],
    ['an unknown path', () => fetch(url('/nowhere')), 404, 'caller_not_found'],
    [
      'a foreign Origin',
      () => fetch(url('/limited'), { headers: { origin: 'http://evil.example' } }),
      403,
      'policy_access_denied',
    ],
    ['a URL of 9,000 characters', () => fetch(url(`/${'x'.repeat(9000)}`)), 413, 'caller_too_large'],
    ['a defect of ours', () => fetch(url('/defect')), 500, 'gateway_internal'],
  ])('answers %s with a problem document', async (_what, request, status, code) => {
    const response = await request()
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    const problem = await response.text()
    expect(JSON.parse(problem)).toMatchObject({ status, code, type: `urn:hearth:error:${code}` })
    expect(problem).not.toContain('secret detail')
  })

  it('waits for headers 5 s, and for the largest body of a route as long as 1 Mbit/s takes', () => {
    expect(app.server.headersTimeout).toBe(5000)
    expect(app.server.requestTimeout).toBe(10_009)
  })

  it('says when to come back', async () => {
    const response = await fetch(url('/limited'))
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('3')
    expect(await response.json()).toMatchObject({ retry_after_ms: 2500, retryable: true })
  })

  it('refuses a foreign Host', async () => {
    expect(await raw('GET /limited HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 403 /,
    )
  })

  it.each([
    ['garbage', '\u0000\u0001\u0002\r\n\r\n', 400],
    [
      'two lengths',
      'POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
      400,
    ],
    ['headers of 20 KiB', `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('answers bytes that are no request (%s) once, typed, and closes', async (_what, bytes, status) => {
    const answer = await raw(bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(answer).toContain('urn:hearth:error:')
  })

  const large = 4_000_000
  const post = (host: string): string =>
    `POST /echo HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${large}\r\n\r\n`
  it.each([
    ['a body over the limit', post('127.0.0.1'), 413],
    ['a body to a foreign Host', post('evil.example'), 403],
    ['bytes that are no request', '\u0000\u0001\u0002\r\n\r\n', 400],
  ])('lets a client that goes on sending (%s) read why it was refused', async (_what, head, status) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    const [served] = (await once(app.server, 'connection')) as [Socket]
    socket.write(head)
    socket.write(Buffer.alloc(1000, 'x'))
    await once(served, 'finish')
    const closed = once(served, 'close')
    socket.end(Buffer.alloc(large - 1000, 'x'))
    expect(await text(socket)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    await closed
  })

  it('waits 5 s for more from a client that does not end', async () => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    const [served] = (await once(app.server, 'connection')) as [Socket]
    socket.write('GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 404 /)
    expect([served.writableFinished, served.destroyed, served.timeout]).toEqual([true, false, 5000])
    served.emit('timeout')
    expect(served.destroyed).toBe(true)
  })
})
