import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type EndpointHouse, openEndpoint } from './support/endpoint-house.ts'
import { FakeAggregator, fakeTool } from './support/fake-aggregator.ts'
import { initialize, legacyPost, modernPost } from './support/raw-requests.ts'

let house: EndpointHouse | undefined

afterEach(async () => {
  await house?.close()
  house = undefined
})

const open = async (options: Parameters<typeof openEndpoint>[0] = {}) => {
  house = await openEndpoint({ aggregator: new FakeAggregator([fakeTool('alpha')]), ...options })
  return house
}

describe('who has no valid token', () => {
  test.each(['GET', 'POST', 'DELETE'])('is told where to learn how to get in: %s', async (method) => {
    const { url } = await open()
    for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
      const answer = await fetch(`${url}/mcp/profiles/small`, { method, headers })
      expect(answer.status).toBe(401)
      const challenge = answer.headers.get('www-authenticate') ?? ''
      const metadata = /resource_metadata="([^"]+)"/.exec(challenge)?.[1]
      expect(metadata).toBe(`${url}/.well-known/oauth-protected-resource/mcp/profiles/small`)
      expect(challenge.includes('invalid_token')).toBe('authorization' in headers)
    }
  })

  test('may read that metadata', async () => {
    const { url } = await open()
    for (const [path, resource] of [
      ['', '/mcp'],
      ['/mcp', '/mcp'],
      ['/mcp/profiles/small', '/mcp/profiles/small'],
    ]) {
      const answer = await fetch(`${url}/.well-known/oauth-protected-resource${path}`)
      expect(await answer.json()).toMatchObject({ resource: `${url}${resource}`, bearer_methods_supported: ['header'] })
    }
  })

  test('is refused with a foreign Host or Origin before anything else', async () => {
    const { url } = await open()
    const answer = await modernPost(url, 'tools/list', {}, { headers: { origin: 'https://evil.example' } })
    expect(answer.status).toBe(403)
  })
})

describe('a token', () => {
  test('goes no further than the door', async () => {
    const { url, aggregator } = await open()
    await modernPost(url, 'tools/call', { name: 'alpha', arguments: {} })
    expect(JSON.stringify(aggregator.exchanges[0])).not.toContain('Bearer')
  })

  test('that is revoked ends its session and its listener', async () => {
    const { connect, settings, identity } = await open()
    const modern = await connect('modern')
    const subscription = await modern.listen({ toolsListChanged: true })
    const legacy = await connect('legacy')
    identity.revoke('anna')
    settings.swap({ credentials: settings.snapshot.credentials.filter(({ id }) => id !== 'anna') })
    expect(await subscription.closed).toBe('graceful')
    await expect(legacy.listTools()).rejects.toThrow()
  })

  test('that lost a right ends what was opened with it', async () => {
    const { connect, settings } = await open()
    const subscription = await (await connect('modern')).listen({ toolsListChanged: true })
    settings.swap({
      credentials: settings.snapshot.credentials.map((record) =>
        record.id === 'anna' ? { ...record, scopes: ['read' as const] } : record,
      ),
    })
    expect(await subscription.closed).toBe('graceful')
  })

  test('that ends by itself takes its listener along', async () => {
    const { connect } = await open({ expiresInMs: 3000 })
    const subscription = await (await connect('modern')).listen({ toolsListChanged: true })
    expect(await subscription.closed).toBe('remote')
  })
})

describe('a profile', () => {
  test('shows its own tools only, at list and at call', async () => {
    const aggregator = new FakeAggregator([fakeTool('alpha'), fakeTool('other', { server: 'elsewhere' })])
    const { connect } = await open({ aggregator })
    const client = await connect('modern', { path: '/mcp/profiles/small' })
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(['hearth_echo', 'hearth_call_tool', 'alpha'])
    await expect(client.callTool({ name: 'other', arguments: {} })).rejects.toMatchObject({ code: -32602 })
  })

  test('that is not there, or not for this caller, is not found', async () => {
    const { url } = await open()
    expect((await modernPost(url, 'tools/list', {}, { path: '/mcp/profiles/none' })).status).toBe(404)
    const guest = { path: '/mcp/profiles/small', token: 'reader' }
    expect((await modernPost(url, 'tools/list', {}, guest)).status).toBe(404)
  })
})

describe('a session', () => {
  test('is good for the credential and the address that opened it', async () => {
    const { url } = await open()
    const session = await initialize(url)
    expect((await legacyPost(url, 'tools/list', {}, { session })).status).toBe(200)
    expect((await legacyPost(url, 'tools/list', {}, { session, token: 'ben' })).status).toBe(404)
    expect((await legacyPost(url, 'tools/list', {}, { session, path: '/mcp/profiles/small' })).status).toBe(404)
    expect((await legacyPost(url, 'tools/list', {}, { session: 'unknown' })).status).toBe(404)
    expect((await legacyPost(url, 'tools/list', {}, {})).status).toBe(400)
  })

  test('ends by DELETE', async () => {
    const { url } = await open()
    const session = await initialize(url)
    const headers = { authorization: 'Bearer anna', 'mcp-session-id': session }
    expect((await fetch(`${url}/mcp`, { method: 'DELETE', headers })).status).toBe(200)
    expect((await legacyPost(url, 'tools/list', {}, { session })).status).toBe(404)
  })

  test('gives way to a new one of its token when there are too many', async () => {
    const { url } = await open({ limits: { sessionsPerToken: 2 } })
    const first = await initialize(url)
    await sleep(5)
    const second = await initialize(url)
    await sleep(5)
    const third = await initialize(url)
    const status = async (session: string) => (await legacyPost(url, 'tools/list', {}, { session })).status
    expect(await status(first)).toBe(404)
    expect([await status(second), await status(third)]).toEqual([200, 200])
  })

  test('does not give way while its client listens', async () => {
    const { url, connect } = await open({ limits: { sessionsPerToken: 1 } })
    const client = await connect('legacy')
    await vi.waitFor(async () => {
      const { body } = await legacyPost(url, 'initialize', initializeParams, {})
      expect(body).toMatchObject({ error: { code: -31429, data: { code: 'policy_rate_limited', retryable: true } } })
    })
    await client.ping()
  })
})

const initializeParams = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } }

describe('a token may have a bounded number of', () => {
  test('listeners', async () => {
    const { connect } = await open({ limits: { listenersPerToken: 1 } })
    const client = await connect('modern')
    const subscription = await client.listen({ toolsListChanged: true })
    await expect(client.listen({ toolsListChanged: true })).rejects.toMatchObject({ code: -31429 })
    await subscription.close()
    await vi.waitFor(() => client.listen({ toolsListChanged: true }))
  })

  test('calls in flight', async () => {
    const release = Promise.withResolvers<void>()
    const aggregator = new FakeAggregator([fakeTool('alpha')])
    aggregator.answer = async () => {
      await release.promise
      return { type: 'complete', result: { content: [] } }
    }
    const { connect } = await open({ aggregator, limits: { callsPerToken: 1 } })
    const client = await connect('modern')
    const first = client.callTool({ name: 'alpha', arguments: {} })
    await vi.waitFor(() => expect(aggregator.exchanges).toHaveLength(1))
    const second = await client.callTool({ name: 'alpha', arguments: {} })
    expect(second).toMatchObject({ isError: true, _meta: { 'hearth/code': 'policy_rate_limited' } })
    release.resolve()
    expect(await first).not.toHaveProperty('isError')
  })

  test('lists a minute', async () => {
    const { url } = await open({ limits: { listsPerMinute: 3 } })
    const list = async (method: string) => (await modernPost(url, method, {})).body
    for (const method of ['tools/list', 'prompts/list', 'resources/list']) {
      expect(await list(method)).toHaveProperty('result')
    }
    for (const method of ['tools/list', 'resources/templates/list']) {
      expect(await list(method)).toMatchObject({
        error: { code: -31429, data: { retry_after_ms: expect.any(Number) } },
      })
    }
    expect((await modernPost(url, 'tools/list', {}, { token: 'ben' })).body).toHaveProperty('result')
  })

  test('resources to watch', async () => {
    const { connect } = await open({ limits: { watchedPerClient: 1 } })
    const modern = await connect('modern')
    const uris = ['hearth://mine', 'hearth://other']
    await expect(modern.listen({ resourceSubscriptions: uris })).rejects.toMatchObject({ code: -32602 })
    const legacy = await connect('legacy')
    await legacy.subscribeResource({ uri: 'hearth://mine' })
    await expect(legacy.subscribeResource({ uri: 'hearth://other' })).rejects.toMatchObject({ code: -31429 })
  })
})

test('what is open is counted', async () => {
  const { connect, metrics } = await open()
  const client = await connect('modern')
  const subscription = await client.listen({ toolsListChanged: true })
  await connect('legacy')
  await client.callTool({ name: 'alpha', arguments: {} })
  const text = await metrics.metrics()
  for (const line of [
    'hearth_mcp_client_open{kind="listeners"} 1',
    'hearth_mcp_client_open{kind="sessions"} 1',
    'hearth_mcp_client_open{kind="calls"} 0',
    'hearth_mcp_client_requests_total{era="legacy"}',
  ]) {
    expect(text).toContain(line)
  }
  await subscription.close()
  await vi.waitFor(async () => expect(await metrics.metrics()).toContain('{kind="listeners"} 0'))
})
