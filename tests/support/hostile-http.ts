import { connect } from 'node:net'
import fc from 'fast-check'

/**
 * Bytes of a request. `isCut`: it may promise more than it brings, so that the sender must end it, and silence is an
 * answer to it; every other one is answered while its socket stays open.
 */
export interface HostileHttp {
  readonly bytes: Buffer
  readonly isCut: boolean
}

/** An HTTP request that nobody should send. `token` makes half of them pass authentication. */
export function hostileRequest(token: string): fc.Arbitrary<HostileHttp> {
  const method = fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'BREW')
  const path = fc.oneof(
    fc.constantFrom(...paths),
    fc.webPath().map((tail) => `/api/v1${tail}`),
    fc.string({ maxLength: 40 }).map((tail) => `/api/v1/profiles/${encodeURIComponent(tail)}`),
  )
  const mediaType = fc.constantFrom(
    'application/json',
    'application/json; charset=x',
    'text/plain',
    'multipart/form-data',
    '',
  )
  const extra = fc.constantFrom(
    '',
    'If-Match: "x"\r\n',
    'If-None-Match: W/"1"\r\n',
    'Idempotency-Key: k\r\n',
    'Expect: 100-continue\r\n',
  )
  const request = fc.record({
    method,
    path,
    mediaType,
    extra,
    body,
    isKnown: fc.boolean(),
    lie: fc.constantFrom(0, 0, 0, 1, -1),
  })
  return fc.oneof(
    { weight: 9, arbitrary: request.map((parts) => assemble(parts, token)) },
    {
      weight: 1,
      arbitrary: fc
        .uint8Array({ minLength: 1, maxLength: 400 })
        .map((bytes) => ({ bytes: Buffer.concat([bytes, Buffer.from('\r\n\r\n')]), isCut: true })),
    },
  )
}

const paths = [
  '/api/v1/profiles',
  '/api/v1/profiles/assistant',
  '/api/v1/users',
  '/api/v1/users/admin',
  '/api/v1/tokens',
  '/api/v1/pairings',
  '/api/v1/pairings/redeem',
  '/api/v1/sessions',
  '/api/v1/conversations',
  '/api/v1/conversations/x/messages?limit=-1',
  '/api/v1/changes?cursor=%00',
  '/api/v1/snapshot',
  '/v1/blobs/../../etc/passwd',
  '/v1/ws',
  '/internal/v1/history/open',
]

const nasty = fc.oneof(
  fc.jsonValue({ maxDepth: 6 }),
  fc.constantFrom<unknown>(
    { name: 'x', targets: [] },
    { name: { length: { toString: 1, valueOf: 1 } } },
    { title: '\u0000' },
    { title: '\ud800' },
    { code: 'AAAAAAAA', device_name: 'x' },
  ),
  fc.record({ name: fc.string(), targets: fc.jsonValue(), parameters: fc.jsonValue() }),
)

const body: fc.Arbitrary<Buffer> = fc.oneof(
  nasty.map((value) => Buffer.from(JSON.stringify(value) ?? '')),
  nasty.map((value) => Buffer.from((JSON.stringify(value) ?? '').slice(0, -1))),
  fc.constantFrom(64, 40_000).map((depth) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))),
  fc.constantFrom('__proto__', 'constructor').map((key) => Buffer.from(`{"${key}":{"admin":true}}`)),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(Buffer.alloc(1_200_000, 'x')),
)

interface Parts {
  readonly method: string
  readonly path: string
  readonly mediaType: string
  readonly extra: string
  readonly body: Buffer
  readonly isKnown: boolean
  readonly lie: number
}

function assemble({ method, path, mediaType, extra, body: content, isKnown, lie }: Parts, token: string): HostileHttp {
  const type = mediaType === '' ? '' : `Content-Type: ${mediaType}\r\n`
  const auth = isKnown ? `Authorization: Bearer ${token}\r\n` : ''
  const length = `Content-Length: ${Math.max(0, content.length + lie)}\r\n`
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n${auth}${type}${extra}${length}\r\n`
  return { bytes: Buffer.concat([Buffer.from(head), content]), isCut: lie > 0 }
}

export type Verdict = 'typed' | 'cut' | `untyped: ${string}`

/**
 * Sends the request on a socket of its own and judges what comes back: a success, a problem document, or (where it was cut)
 * a closed socket.
 */
export function sendHostile(port: number, { bytes, isCut }: HostileHttp): Promise<Verdict> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    socket.setTimeout(20_000, () => socket.destroy(new Error('silent')))
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(judge(Buffer.concat(chunks).toString(), isCut)))
    if (isCut) socket.end(bytes)
    else socket.write(bytes)
  })
}

function judge(answer: string, isCut: boolean): Verdict {
  const final = answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '')
  if (final === '') return isCut ? 'cut' : 'untyped: no answer'
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(final)?.[1])
  if (status >= 200 && status < 400) return 'typed'
  if (status >= 400 && status < 500 && final.includes('"code":"')) return 'typed'
  return `untyped: ${final.slice(0, 200)}`
}
