import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { createHttpServer } from '../../../services/common/http/http-server.ts'
import { registerConsole } from '../../../services/gateway/http/console.ts'
import { readConsoleFiles } from '../../../services/gateway/http/console-files.ts'

const page = '<!doctype html><script type="module" src="/assets/index-abc.js"></script>'
const script = `console.log(${JSON.stringify('x'.repeat(500))})`
const font = Buffer.from([0x77, 0x4f, 0x46, 0x32, 0, 255])

const built: Readonly<Record<string, string | Buffer>> = {
  'index.html': page,
  'index.html.br': brotliCompressSync(page),
  'index.html.gz': gzipSync(page),
  'favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'assets/index-abc.js': script,
  'assets/index-abc.js.br': brotliCompressSync(script),
  'assets/index-abc.js.gz': gzipSync(script),
  'assets/index-abc.css': 'body { margin: 0 }',
  'assets/font-abc.woff2': font,
  'assets/odd-abc.bin': 'bytes',
  '.built-of': 'hash',
  'assets/.hidden': 'hidden',
}

interface Served extends AsyncDisposable {
  readonly port: number
  readonly paths: readonly string[]
}

/** The files of a built page behind a real listener, with a secret beside their folder. */
async function serve(files: Readonly<Record<string, string | Buffer>> = built): Promise<Served> {
  const parent = await mkdtemp(join(tmpdir(), 'hearth-console-'))
  const folder = join(parent, 'dist')
  await writeFile(join(parent, 'secret.txt'), 'secret')
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  const hostPolicy = { allowedHosts: ['127.0.0.1'], allowedOrigins: [], scheme: 'http' } as const
  const app = createHttpServer({ hostPolicy, bodyLimitBytes: 1024, log: pino({ level: 'silent' }) })
  const read = await readConsoleFiles(folder)
  registerConsole(app, read)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    port: (app.server.address() as AddressInfo).port,
    paths: read.map(({ path }) => path).toSorted(),
    [Symbol.asyncDispose]: async () => {
      await app.close()
      await rm(parent, { recursive: true, force: true })
    },
  }
}

interface Answer {
  readonly status: number | undefined
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

/** By node:http, which leaves paths and encodings as they are. */
function ask(
  { port }: Served,
  path: string,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const request = http.request({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () =>
      resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
    )
  })
  request.on('error', reject)
  request.end()
  return promise
}

describe('the built page', () => {
  it('is served at / and never kept without asking, under a policy that allows nothing from elsewhere', async () => {
    await using served = await serve()
    const { status, headers, body } = await ask(served, '/')
    expect(status).toBe(200)
    expect(body.toString()).toBe(page)
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      vary: 'Accept-Encoding',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['permissions-policy']).toContain('geolocation=()')
    const policy = String(headers['content-security-policy']).split('; ')
    expect(policy).toEqual([
      "default-src 'self'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' blob:",
      "connect-src 'self'",
      "font-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types lit-html hearth-markdown',
    ])
  })

  it.each([
    ['/favicon.svg', 'image/svg+xml; charset=utf-8', 'no-cache'],
    ['/assets/index-abc.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/assets/index-abc.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/assets/font-abc.woff2', 'font/woff2', 'public, max-age=31536000, immutable'],
    ['/assets/odd-abc.bin', 'application/octet-stream', 'public, max-age=31536000, immutable'],
  ])('serves %s as %s, %s', async (path, type, cache) => {
    await using served = await serve()
    const { status, headers } = await ask(served, path)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': type,
      'cache-control': cache,
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'self'"),
    })
  })

  it('comes in the encoding that the client likes, from what the build left', async () => {
    await using served = await serve()
    const get = (encodings: string) =>
      ask(served, '/assets/index-abc.js', { headers: { 'accept-encoding': encodings } })
    const br = await get('gzip, deflate, br')
    expect(br.headers['content-encoding']).toBe('br')
    expect(brotliDecompressSync(br.body).toString()).toBe(script)
    const gzip = await get('gzip')
    expect(gzip.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(gzip.body).toString()).toBe(script)
    const plain = await get('zstd')
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(plain.body.toString()).toBe(script)
    for (const { headers, body } of [br, gzip, plain]) {
      expect(headers.vary).toBe('Accept-Encoding')
      expect(headers['content-length']).toBe(String(body.byteLength))
    }
    expect(new Set([br, gzip, plain].map(({ headers }) => headers.etag)).size).toBe(3)
    const font = await ask(served, '/assets/font-abc.woff2', { headers: { 'accept-encoding': 'br, gzip' } })
    expect(font.headers['content-encoding']).toBeUndefined()
  })

  it('is not sent again to who has it', async () => {
    await using served = await serve()
    const accept = { 'accept-encoding': 'br' }
    const { headers } = await ask(served, '/', { headers: accept })
    const etag = String(headers.etag)
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await ask(served, '/', { headers: { ...accept, 'if-none-match': tags } })
      expect(again.status).toBe(304)
      expect(again.body).toHaveLength(0)
      expect(again.headers).toMatchObject({ etag, vary: 'Accept-Encoding', 'cache-control': 'no-cache' })
    }
    expect((await ask(served, '/', { headers: { ...accept, 'if-none-match': '"other"' } })).status).toBe(200)
    expect((await ask(served, '/', { headers: { 'if-none-match': etag } })).status).toBe(200)
  })

  it('has a new tag for new content', async () => {
    await using before = await serve()
    await using after = await serve({ ...built, 'index.html': `${page} ` })
    expect((await ask(before, '/')).headers.etag).not.toBe((await ask(after, '/')).headers.etag)
  })

  it('answers HEAD like GET, without the body', async () => {
    await using served = await serve()
    const headers = { 'accept-encoding': 'br' }
    const [head, get] = [
      await ask(served, '/assets/index-abc.js', { method: 'HEAD', headers }),
      await ask(served, '/assets/index-abc.js', { headers }),
    ]
    expect(head.status).toBe(200)
    expect(head.body).toHaveLength(0)
    const { date: _, ...shown } = head.headers
    expect(get.headers).toMatchObject(shown)
    expect(head.headers['content-length']).toBe(String(get.body.byteLength))
  })

  it('has nothing beside its files, hidden or compressed ones neither, whatever the path', async () => {
    await using served = await serve()
    expect(served.paths).toEqual([
      '/',
      '/assets/font-abc.woff2',
      '/assets/index-abc.css',
      '/assets/index-abc.js',
      '/assets/odd-abc.bin',
      '/favicon.svg',
    ])
    const paths = [
      '/index.html',
      '/.built-of',
      '/assets',
      '/assets/',
      '/assets/.hidden',
      '/assets/gone-abc.js',
      '/assets/index-abc.js.br',
      '/secret.txt',
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/assets/%2e%2e/%2e%2e/secret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/assets/..\\..\\secret.txt',
      '//secret.txt',
      '/assets/index-abc.js%00',
    ]
    for (const path of paths) {
      const { status, headers, body } = await ask(served, path)
      expect([path, status]).toEqual([path, 404])
      expect(headers['content-type']).toContain('application/problem+json')
      expect(body.toString()).not.toContain('secret"')
      expect(JSON.parse(body.toString())).toMatchObject({ code: 'caller_not_found' })
    }
    expect((await ask(served, '/', { method: 'POST' })).status).toBe(404)
  })

  it('is refused to other hosts and foreign origins, as everything here', async () => {
    await using served = await serve()
    for (const headers of [{ host: 'evil.example' }, { origin: 'http://evil.example' }]) {
      const { status, body } = await ask(served, '/', { headers })
      expect(status).toBe(403)
      expect(body.toString()).not.toContain('<script')
    }
    const own = { origin: `http://127.0.0.1:${served.port}` }
    expect((await ask(served, '/assets/index-abc.js', { headers: own })).status).toBe(200)
  })

  it('is no page without its start page or its folder', async () => {
    const { 'index.html': _, ...others } = built
    await using served = await serve(others)
    expect(served.paths).toEqual([])
    expect(await readConsoleFiles(join(tmpdir(), 'hearth-console-that-is-not-there'))).toEqual([])
  })
})
