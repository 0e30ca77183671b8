import { ProtocolError } from '@modelcontextprotocol/client'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type EndpointHouse, openEndpoint } from './support/endpoint-house.ts'
import { FakeAggregator, fakeTool } from './support/fake-aggregator.ts'
import { initialize, legacyPost, modernPost, post } from './support/raw-requests.ts'

let house: EndpointHouse | undefined

afterEach(async () => {
  await house?.close()
  house = undefined
})

const open = async (options: Parameters<typeof openEndpoint>[0] = {}) => {
  house = await openEndpoint({ aggregator: new FakeAggregator([fakeTool('alpha')]), ...options })
  return house
}

const bearer = { authorization: 'Bearer anna' }

describe('bytes that are no message', () => {
  test.each([
    ['no JSON', 'hello'],
    ['nested too deep', '['.repeat(100)],
  ])('are -32700: %s', async (_what, body) => {
    const { url } = await open()
    expect(await post(`${url}/mcp`, body, bearer)).toMatchObject({ status: 400, body: { error: { code: -32700 } } })
  })

  test('are refused when they are too many or of another type', async () => {
    const { url } = await open({ limits: { bodyBytes: 1024 } })
    expect((await post(`${url}/mcp`, JSON.stringify('x'.repeat(2000)), bearer)).status).toBe(413)
    const plain = { ...bearer, 'content-type': 'text/plain', 'mcp-protocol-version': '2026-07-28' }
    expect((await post(`${url}/mcp`, '{"jsonrpc":"2.0","id":1,"method":"initialize"}', plain)).status).toBe(415)
  })
})

describe('a modern request', () => {
  test('of an unknown method is 404, of an unknown revision names those that are served', async () => {
    const { url } = await open()
    expect(await modernPost(url, 'nope/nope', {})).toMatchObject({ status: 404, body: { error: { code: -32601 } } })
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2099-01-01',
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const headers = { 'mcp-protocol-version': '2099-01-01' }
    expect(await modernPost(url, 'tools/list', { _meta }, { headers })).toMatchObject({
      status: 400,
      body: { error: { code: -32022, data: { supported: ['2026-07-28'] } } },
    })
  })

  test('whose headers disagree with its body is -32020', async () => {
    const { url } = await open()
    for (const headers of [{ 'mcp-method': 'tools/list' }, { 'mcp-name': 'beta' }, { 'mcp-protocol-version': '' }]) {
      const answer = await modernPost(url, 'tools/call', { name: 'alpha', arguments: {} }, { headers })
      expect(answer).toMatchObject({ status: 400, body: { error: { code: -32020 } } })
    }
  })

  test('GET and DELETE without a session are not allowed', async () => {
    const { url } = await open()
    for (const method of ['GET', 'DELETE']) {
      const answer = await fetch(`${url}/mcp`, { method, headers: { ...bearer, accept: 'text/event-stream' } })
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
    }
  })

  test('tells a proxy not to hold its stream back, and keeps it alive', async () => {
    const { url } = await open({ limits: { keepAliveMs: 20 } })
    const params = {
      notifications: { toolsListChanged: true },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    }
    const answer = await fetch(`${url}/mcp`, {
      method: 'POST',
      headers: {
        ...bearer,
        'content-type': 'application/json',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'subscriptions/listen',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params }),
    })
    expect(answer.headers.get('x-accel-buffering')).toBe('no')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    const reader = answer.body?.getReader()
    let text = ''
    while (!text.includes(': keepalive')) text += new TextDecoder().decode((await reader?.read())?.value)
    expect(text).toContain('notifications/subscriptions/acknowledged')
    await reader?.cancel()
  })

  test('acknowledges only resources that are there for the caller', async () => {
    const aggregator = new FakeAggregator([], {
      resources: new Map([['test://one', { server: 'fake', exposed: { uri: 'test://one', name: 'one' } }]]),
    })
    const { connect } = await open({ aggregator })
    const resourceSubscriptions = ['test://one', 'test://two']
    const anna = await (await connect('modern')).listen({ toolsListChanged: true, resourceSubscriptions })
    expect(anna.honoredFilter.resourceSubscriptions).toEqual(['test://one'])
    const ria = await (await connect('modern', { token: 'reader' })).listen({
      toolsListChanged: true,
      resourceSubscriptions,
    })
    expect(ria.honoredFilter.resourceSubscriptions ?? []).toEqual([])
  })
})

describe('parameters that are repeated in headers', () => {
  const inputSchema = {
    type: 'object' as const,
    properties: {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      deep: { type: 'object', properties: { count: { type: 'integer', 'x-mcp-header': 'Count' } } },
      list: { type: 'array', properties: { 0: { type: 'string', 'x-mcp-header': 'First' } } },
    },
  }
  const tool = fakeTool('alpha', { exposed: { name: 'alpha', inputSchema } })
  const call = async (args: Record<string, unknown>, headers: Record<string, string>) => {
    const { url } = house ?? (await open({ aggregator: new FakeAggregator([tool]) }))
    return modernPost(url, 'tools/call', { name: 'alpha', arguments: args }, { headers })
  }

  test('must say the same', async () => {
    const same = { 'mcp-param-region': 'eu', 'mcp-param-count': '2.0' }
    expect(await call({ region: 'eu', deep: { count: 2 } }, same)).toMatchObject({ status: 200 })
    const refused = { status: 400, body: { error: { code: -32020 } } }
    expect(await call({ region: 'eu' }, {})).toMatchObject(refused)
    expect(await call({ region: 'eu' }, { 'mcp-param-region': 'us' })).toMatchObject(refused)
    expect(await call({ deep: { count: 2 } }, { 'mcp-param-count': '3' })).toMatchObject(refused)
    expect(await call({ region: 'eu' }, { 'mcp-param-region': '=?base64?%%%?=' })).toMatchObject(refused)
    expect(house?.aggregator.exchanges).toHaveLength(1)
  })

  test('may be spelled in Base64, and be absent where the body has none', async () => {
    const encoded = `=?base64?${Buffer.from('Köln').toString('base64')}?=`
    expect(await call({ region: 'Köln' }, { 'mcp-param-region': encoded })).toMatchObject({ status: 200 })
    expect(await call({ region: null }, {})).toMatchObject({ status: 200 })
    expect(await call({ list: ['only objects have parameters'] }, {})).toMatchObject({ status: 200 })
    expect(await call({}, { 'mcp-param-region': 'whatever' })).toMatchObject({ status: 200 })
  })

  test('come right from the client of the SDK', async () => {
    const { connect } = await open({ aggregator: new FakeAggregator([tool]) })
    const client = await connect('modern')
    await client.listTools()
    const result = await client.callTool({ name: 'alpha', arguments: { region: 'Köln', deep: { count: 7 } } })
    expect(result).not.toHaveProperty('isError')
  })
})

describe('the short way of plain requests', () => {
  test('answers as the long way through the SDK does', async () => {
    const { url, aggregator } = await open()
    // A trailing member that means nothing makes a request take the long way.
    const long = { extra: 1 }
    const both = async (method: string, params: Record<string, unknown>) => {
      const direct = await modernPost(url, method, params)
      const whole = await modernPost(url, method, { ...params, ...long })
      expect(direct.body).toEqual(whole.body)
      expect(direct.status).toBe(whole.status)
    }
    await both('tools/list', {})
    await fc.assert(
      fc.asyncProperty(results, fc.constantFrom('alpha', 'hearth_echo', 'nope'), async (result, name) => {
        aggregator.answer = async () => ({ type: 'complete', result })
        await both('tools/call', { name, arguments: { text: 'hello' } })
      }),
      { numRuns: 30 },
    )
  })

  test('says the same codes of what goes wrong, and none that its revision has no more', async () => {
    const { url, aggregator } = await open()
    const codeOf = async (thrown: number, params: Record<string, unknown>) => {
      aggregator.answer = () => Promise.reject(new ProtocolError(thrown, 'from below', { uri: 'x' }))
      const { status, body } = await modernPost(url, 'tools/call', { name: 'alpha', arguments: {}, ...params })
      expect([status, body]).toEqual([200, { jsonrpc: '2.0', id: 1, error: expect.anything() }])
      return (body as { readonly error: { readonly code: number } }).error.code
    }
    for (const [thrown, shown] of [
      [-32_002, -32_602],
      [-32_042, -32_603],
      [-32_602, -32_602],
      [-32_601, -32_601],
      [-32_000, -32_000],
      [7, 7],
    ] as const) {
      expect([await codeOf(thrown, {}), await codeOf(thrown, { extra: 1 })]).toEqual([shown, shown])
    }
  })

  test('leaves sessions the codes of their revisions', async () => {
    const { url, aggregator } = await open()
    aggregator.answer = () => Promise.reject(new ProtocolError(-32_042, 'open a page'))
    const answer = await legacyPost(url, 'tools/call', { name: 'alpha' }, { session: await initialize(url) })
    expect(answer).toMatchObject({ body: { error: { code: -32_042 } } })
  })

  const results = fc.record(
    {
      content: fc.array(fc.record({ type: fc.constant('text' as const), text: fc.string() })),
      isError: fc.boolean(),
      structuredContent: fc.dictionary(fc.string({ minLength: 1 }).filter(isPlainKey), fc.integer()),
      _meta: fc.dictionary(fc.constantFrom('a', 'vendor/x'), fc.string()),
    },
    { requiredKeys: [] },
  )
})

function isPlainKey(key: string): boolean {
  return key !== '__proto__'
}

describe('a client that does not read', () => {
  test('is cut when too much waits for it', async () => {
    const { url, aggregator } = await open({ limits: { unsentBytes: 64 * 1024 } })
    let sent = 0
    aggregator.answer = ({ asker, signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        const flood = () => {
          if (signal.aborted) return
          for (let index = 0; index < 20; index += 1) asker.onLog?.({ level: 'info', data: 'x'.repeat(10_000) })
          sent += 20
          setImmediate(flood)
        }
        flood()
      })
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/logLevel': 'debug',
    }
    const answer = fetch(`${url}/mcp`, {
      method: 'POST',
      headers: {
        ...bearer,
        'content-type': 'application/json',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'alpha',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'alpha', _meta } }),
    }).catch(() => undefined)
    await vi.waitFor(() => expect(aggregator.exchanges[0]?.signal.aborted).toBe(true), { timeout: 20_000 })
    expect(sent).toBeGreaterThan(0)
    await (await answer)?.body?.cancel()
  })
})

describe('a session', () => {
  test('takes several messages at once, as old revisions may send them', async () => {
    const { url } = await open()
    const session = await initialize(url)
    const batch = [
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      { jsonrpc: '2.0', id: 2, method: 'tools/list' },
    ]
    const answer = await post(`${url}/mcp`, batch, { ...bearer, 'mcp-session-id': session })
    expect(answer).toMatchObject({ status: 200, body: { result: {} } })
  })

  test('that nobody uses ends', async () => {
    let now = Date.now()
    const { url, endpoint } = await open({ clock: () => now, limits: { sessionIdleMs: 1000 } })
    const session = await initialize(url)
    await vi.waitFor(async () => expect((await legacyPost(url, 'ping', {}, { session })).status).toBe(200))
    now += 2000
    await endpoint.sweep()
    expect((await legacyPost(url, 'ping', {}, { session })).status).toBe(404)
  })
})
