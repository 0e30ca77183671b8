import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { listen, listenLegacy, listenModern } from './http-servers.ts'
import { callOf, nobody, packageOf, serverOf, startPool, textOf, until } from './pool-house.ts'

const never = new AbortController().signal

describe('a server over HTTP', () => {
  test('of the modern era is listed, called, heard and cancelled, with its headers', async () => {
    const server = await listenModern()
    const { get, lists } = startPool(
      [serverOf('web', { url: server.url, headers: { Authorization: 'Bearer ${KEY}' } })],
      { variables: { KEY: 'k2' } },
    )
    const { tools } = await get('web').list(never)
    const tool = tools.find(({ name }) => name === 'echo')
    if (tool === undefined) throw new Error('no tool')
    expect(await textOf(get('web'), callOf('echo', { text: 'hi' }, { tool }))).toBe('hi')
    expect(server.headers.at(-1)).toMatchObject({
      authorization: 'Bearer k2',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
      'mcp-param-text': 'hi',
    })
    expect(get('web').status()).toMatchObject({ state: 'ready', era: 'modern', protocolVersion: '2026-07-28' })
    server.changed()
    await until(() => lists.includes('web'))
    const controller = new AbortController()
    const hanging = get('web').exchange(callOf('hang', {}, { signal: controller.signal }))
    setTimeout(() => controller.abort(), 50)
    await expect(hanging).rejects.toMatchObject({ code: 'caller_cancelled' })
    await until(() => server.calls.aborted.length === 1)
  })

  test('of the legacy era is listed, called, heard and cancelled in its session', async () => {
    const server = await listenLegacy()
    const { get, lists } = startPool([serverOf('web', { url: server.url })])
    expect(await textOf(get('web'), callOf('echo', { text: 'hi' }))).toBe('hi')
    expect(get('web').status()).toMatchObject({ era: 'legacy', protocolVersion: '2025-11-25' })
    await until(() => server.seen.includes('GET /mcp'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    lists.length = 0
    server.changed()
    await until(() => lists.includes('web'))
    const controller = new AbortController()
    const hanging = get('web').exchange(callOf('hang', {}, { signal: controller.signal }))
    setTimeout(() => controller.abort(), 50)
    await expect(hanging).rejects.toMatchObject({ code: 'caller_cancelled' })
    await until(() => server.calls.aborted.length === 1)
  })

  test('that forgot the session is called again in a new one, and the caller sees nothing of it', async () => {
    const server = await listenLegacy()
    const { get } = startPool([serverOf('web', { url: server.url })])
    await textOf(get('web'), callOf('echo'))
    server.forget()
    expect(await textOf(get('web'), callOf('echo', { text: 'again' }))).toBe('again')
  })

  test('with the old transport only is found out and remembered', async () => {
    const { get: getReal } = startPool([])
    expect(() => getReal('none')).toThrow()
    const port = 20_000 + Math.floor(Math.random() * 20_000)
    const { get: getServer } = startPool([
      packageOf('host', '@modelcontextprotocol/server-everything/dist/index.js', ['sse'], {
        env: { PORT: String(port) },
      }),
    ])
    getServer('host')
      .exchange(callOf('never'))
      .catch(() => undefined)
    const { get, verdicts } = startPool([serverOf('old', { url: `http://127.0.0.1:${port}/sse` })])
    await untilListening(port)
    expect((await get('old').list(never)).tools.length).toBeGreaterThan(5)
    expect([...verdicts.values()].map((kept) => JSON.parse(kept).transport)).toEqual(['sse'])
    expect(await textOf(get('old'), callOf('echo', { message: 'hi' }))).toBe('Echo: hi')
    expect(get('old').status()).toMatchObject({ era: 'legacy', state: 'ready' })
  })

  test('that dies in the middle of an answer fails the call at once', async () => {
    const server = await listenModern()
    const { get } = startPool([serverOf('web', { url: server.url })])
    await textOf(get('web'), callOf('echo'))
    const hanging = get('web').exchange(callOf('hang'))
    await until(() => get('web').status().callsInFlight === 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const killedAt = performance.now()
    void server.close()
    await expect(hanging).rejects.toMatchObject({ code: 'tool_unavailable' })
    expect(performance.now() - killedAt).toBeLessThan(500)
  })

  test('that goes away while nobody calls is not ready any more', async () => {
    const server = await listenModern()
    const { get } = startPool([serverOf('web', { url: server.url })])
    await get('web').list(never)
    expect(get('web').status().state).toBe('ready')
    await new Promise((resolve) => setTimeout(resolve, 100))
    await server.close()
    await until(() => get('web').status().state === 'cold')
    expect(get('web').status().lastError).toBe('the connection broke')
  })

  test('that answers nothing is given up at the deadline, and its breaker opens', async () => {
    let isSilent = false
    const server = await listenModern((handle) => (request, response) => {
      if (!isSilent) handle(request, response)
    })
    const { get } = startPool([serverOf('web', { url: server.url, limits: { timeout_ms: 300 } })])
    await get('web').list(never)
    isSilent = true
    await expect(get('web').exchange(callOf('echo'))).rejects.toMatchObject({ code: 'tool_timeout' })
    await until(() => get('web').status().state === 'open')
  })

  test('whose answer is too large is not read to its end', async () => {
    const server = await listenModern()
    const { get } = startPool([serverOf('web', { url: server.url })])
    const large = { bytes: 300 * 1024 }
    await expect(get('web').exchange(callOf('big', large))).rejects.toMatchObject({ code: 'caller_too_large' })
    const huge = { bytes: 20 * 1024 * 1024 }
    await expect(get('web').exchange(callOf('big', huge))).rejects.toMatchObject({ code: 'caller_too_large' })
    expect(await textOf(get('web'), callOf('echo', { text: 'on' }))).toBe('on')
  })

  test('tells log messages of a call to its caller only', async () => {
    const server = await listenModern()
    const { get } = startPool([serverOf('web', { url: server.url })])
    const heard: string[][] = [[], []]
    const asker = (index: number) => ({
      ...nobody,
      logLevel: 'info' as const,
      onLog: ({ data }: { data: unknown }) => heard[index]?.push(String(data)),
    })
    await Promise.all([
      textOf(get('web'), callOf('log', { text: 'a' }, { asker: asker(0) })),
      textOf(get('web'), callOf('log', { text: 'b' }, { asker: asker(1) })),
    ])
    expect(heard).toEqual([['a'], ['b']])
  })

  test('that wants another token is unauthorized, and its words stay inside', async () => {
    const server = await listen((_request, response) => void response.writeHead(401).end('the token abc is bad'))
    const { get } = startPool([serverOf('web', { url: server.url })])
    const error = await get('web')
      .list(never)
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'tool_unavailable' })
    expect(String(error)).not.toContain('abc')
    expect(get('web').status().state).toBe('unauthorized')
  })
})

describe('egress', () => {
  const redirect =
    (location: string): RequestListener =>
    (_request: IncomingMessage, response: ServerResponse) =>
      void response.writeHead(307, { location }).end()

  test('a redirect to another host or port is not followed', async () => {
    const inner = await listenModern()
    for (const location of [inner.url, 'http://169.254.169.254/latest/meta-data']) {
      const outer = await listen(redirect(location))
      const { get } = startPool([serverOf('web', { url: outer.url })])
      await expect(get('web').list(never)).rejects.toMatchObject({ code: 'tool_unavailable' })
    }
    expect(inner.seen).toEqual([])
  })

  test('link-local and metadata addresses are never reached, however they are written', async () => {
    const urls = [
      'http://169.254.169.254/',
      'http://0xa9fea9fe/',
      'http://[::ffff:169.254.169.254]/',
      'http://[fe80::1]/',
    ]
    for (const url of urls) {
      const { get } = startPool([serverOf('web', { url, egress: ['0.0.0.0/0', '::/0'] })])
      await expect(get('web').list(never)).rejects.toMatchObject({
        code: 'tool_unavailable',
        message: expect.stringContaining('never reached'),
      })
    }
  })

  test('what is not in the declared list is not reached', async () => {
    const server = await listenModern()
    const { get } = startPool([
      serverOf('refused', { url: server.url, egress: ['10.0.0.0/8', 'printer.lan'] }),
      serverOf('allowed', { url: server.url, egress: ['127.0.0.0/8'] }),
    ])
    await expect(get('refused').list(never)).rejects.toMatchObject({ message: expect.stringContaining('egress') })
    expect(server.seen).toEqual([])
    expect((await get('allowed').list(never)).tools).toHaveLength(4)
  })
})

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const socket = connect(port, '127.0.0.1')
    const [opened] = await Promise.allSettled([once(socket, 'connect')])
    socket.destroy()
    if (opened.status === 'fulfilled') return
    await sleep(50)
  }
  throw new Error(`nothing listens on port ${port} after 15 s`)
}
