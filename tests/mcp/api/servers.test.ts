import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serverPage, serverView } from '../../../services/mcp/api/schemas/server-schema.ts'
import { type ApiUnderTest, startApi } from './support/api-under-test.ts'
import { toolRecord } from './support/tool-record.ts'

const servers = '/api/v1/mcp/servers'

describe('MCP servers of the API', () => {
  let api: ApiUnderTest
  beforeAll(async () => {
    api = await startApi()
  })
  afterAll(async () => api[Symbol.asyncDispose]())

  const make = async (name: string, spec: object = { url: 'http://127.0.0.1:9/mcp' }) =>
    serverView.parse((await api.call('POST', servers, { json: { name, ...spec } })).body)
  const patch = (name: string, json: object, options = {}) =>
    api.call('PATCH', `${servers}/${name}`, { json, ...options })

  it('are made, changed and removed; MCP goes by it before the answer', async () => {
    const before = api.aggregator.syncs
    const made = await make('printer')
    expect(made).toMatchObject({
      name: 'printer',
      origin: 'api',
      enabled: true,
      trust: 'normal',
      status: { state: 'cold' },
    })
    expect(api.aggregator.catalog().servers.has('printer')).toBe(true)
    const changed = await patch('printer', { limits: { concurrency: 9 } })
    expect(changed).toMatchObject({ status: 200, body: { limits: { concurrency: 9, timeout_ms: 60_000 } } })
    expect(api.aggregator.catalog().servers.get('printer')?.limits.concurrency).toBe(9)
    // What was read may be sent back.
    expect(await api.call('PUT', `${servers}/printer`, { json: changed.body })).toMatchObject({ status: 200 })
    expect(await api.call('DELETE', `${servers}/printer`)).toMatchObject({ status: 204 })
    expect(api.aggregator.catalog().servers.has('printer')).toBe(false)
    expect(api.aggregator.syncs).toBe(before + 4)
  })

  it('that are declared are read-only but for their switch', async () => {
    expect(await patch('filed', { trust: 'low' })).toMatchObject({
      status: 409,
      body: { code: 'caller_conflict', origin: 'config' },
    })
    const off = await patch('filed', { enabled: false })
    expect(off).toMatchObject({ status: 200, body: { enabled: false, origin: 'config', status: { state: 'off' } } })
    expect(await patch('filed', { enabled: true, trust: 'low' })).toMatchObject({ status: 409 })
    expect(await patch('filed', { enabled: true })).toMatchObject({ body: { enabled: true } })
    expect(await patch('filed', { enabled: 'yes' })).toMatchObject({ status: 400, body: { param: 'enabled' } })
    expect(await patch('nothing', { enabled: true })).toMatchObject({
      status: 404,
      body: { detail: 'There is no mcp server named nothing; list them to see which exist.' },
    })
  })

  it('lose no update: If-Match of an older revision is 412, also for the switch', async () => {
    const { revision } = await make('watched')
    const headers = { 'if-match': `"${revision}"` }
    expect(await patch('watched', { enabled: false }, { headers })).toMatchObject({ status: 200 })
    expect(await patch('watched', { enabled: true }, { headers })).toMatchObject({ status: 412 })
    expect(await patch('watched', { trust: 'low' }, { headers })).toMatchObject({ status: 412 })
    expect(await api.call('DELETE', `${servers}/watched`, { headers })).toMatchObject({ status: 412 })
  })

  it('are shown with how they are now, although that changes without a revision', async () => {
    await make('live')
    await api.store.catalog.save({
      server: 'live',
      tools: [
        toolRecord('live', 'l1'),
        toolRecord('live', 'l2', { enabled: false }),
        toolRecord('live', 'l3', { state: 'quarantined', reason: 'changed' }),
        toolRecord('live', 'l4', { state: 'gone', goneAt: 1 }),
      ],
      listing: undefined,
    })
    await api.aggregator.sync()
    const first = await api.call('GET', `${servers}/live`)
    expect(first).toMatchObject({
      body: { status: { state: 'cold', era: null, pid: null, tools: { on: 1, off: 1, quarantined: 1 } } },
    })
    const list = await api.call('GET', servers)
    const tagOf = (answer: typeof first) => ({ 'if-none-match': answer.headers.get('etag') ?? '' })
    expect(await api.call('GET', servers, { headers: tagOf(list) })).toMatchObject({ status: 304 })
    api.aggregator.status = { state: 'backoff', era: 'legacy', lastError: 'no such file', retryAt: 5, memoryBytes: 7 }
    const headers = tagOf(first)
    expect(await api.call('GET', `${servers}/live`, { headers })).toMatchObject({
      status: 200,
      body: { status: { state: 'backoff', era: 'legacy', last_error: 'no such file', retry_at: 5, memory_bytes: 7 } },
    })
    const again = await api.call('GET', servers, { headers: tagOf(list) })
    expect(serverPage.parse(again.body).data.map(({ status }) => status?.state)).toContain('backoff')
    api.aggregator.status = {}
  })

  it('come in pages, by name', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await make(name)
    const names: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '?limit=2' : `?limit=2&cursor=${cursor}`
      const page = serverPage.parse((await api.call('GET', servers + query)).body)
      names.push(...page.data.map(({ name }) => name))
      cursor = page.next_cursor
    }
    expect(names).toEqual(names.toSorted())
    expect(names).toEqual(expect.arrayContaining(['filed', 'page-a', 'page-b', 'page-c']))
  })

  describe('with a command', () => {
    const program = { command: 'npx', args: ['-y', 'server-memory'] }

    it('are refused unless config.yaml allows them, and then only to others than admins; both are audited', async () => {
      const settings = await api.tokenOf({ user: 'admin', scopes: ['settings'] })
      const make = (token?: string) =>
        api.call('POST', servers, { json: { name: 'program', ...program }, ...(token === undefined ? {} : { token }) })
      expect(await make()).toMatchObject({
        status: 403,
        body: { detail: expect.stringContaining('allow_api_commands') },
      })
      api.switches.allowApiCommands = true
      expect(await make(settings)).toMatchObject({ status: 403, body: { detail: expect.stringContaining('admin') } })
      expect(await make()).toMatchObject({ status: 201 })
      const change = { args: ['-c', 'rm'] }
      expect(await patch('program', change, { token: settings })).toMatchObject({ status: 403 })
      expect(await patch('program', { enabled: false }, { token: settings })).toMatchObject({ status: 200 })
      const { items } = await api.store.audit.list({ limit: 50 }, { target: 'program' })
      expect(items.map(({ principal, action, outcome }) => `${principal} ${action} ${outcome}`)).toEqual([
        'user:admin mcp_server.toggle ok',
        'user:admin mcp_server.write blocked',
        'user:admin mcp_server.create ok',
        'user:admin mcp_server.write blocked',
        'user:admin mcp_server.write blocked',
      ])
      api.switches.allowApiCommands = false
    })

    it('are neither replaced, turned into others nor removed by others than admins', async () => {
      api.switches.allowApiCommands = true
      expect(await make('owned', program)).toMatchObject({ name: 'owned' })
      const options = { token: await api.tokenOf({ user: 'admin', scopes: ['settings'] }) }
      const json = { url: 'http://127.0.0.1:9/mcp' }
      const path = `${servers}/owned`
      expect(await api.call('PUT', path, { json, ...options })).toMatchObject({ status: 403 })
      expect(await patch('owned', { command: null, args: null, ...json }, options)).toMatchObject({ status: 403 })
      expect(await api.call('DELETE', path, options)).toMatchObject({ status: 403 })
      expect(await api.call('GET', path)).toMatchObject({ body: program })
      expect(await api.call('PUT', path, { json })).toMatchObject({ status: 200 })
      expect(await patch('owned', { command: 'npx', url: null })).toMatchObject({ status: 200 })
      expect(await api.call('DELETE', path)).toMatchObject({ status: 204 })
      const { items } = await api.store.audit.list({ limit: 50 }, { target: 'owned' })
      expect(items.filter(({ outcome }) => outcome === 'blocked')).toHaveLength(3)
      api.switches.allowApiCommands = false
    })
  })

  it.each([
    [{ url: 'https://evil.example/?k=${KEY}' }, 'url'],
    [{ url: 'https://x/${KEY:-none}' }, 'url'],
    [{ image: 'registry.lan/printer' }, 'image'],
    [{}, 'body'],
    [{ url: 'http://x', command: 'y' }, 'body'],
    [{ url: 'ftp://x' }, 'url'],
    [{ url: 'http://x', headers: { 'a b': 'c' } }, 'headers.a b'],
  ])('%j is 400 and names the field', async (spec, param) => {
    expect(await api.call('POST', servers, { json: { name: 'wrong', ...spec } })).toMatchObject({
      status: 400,
      body: { code: 'caller_invalid_request', param },
    })
  })

  it('may use references in headers, which are never filled in answers', async () => {
    const made = await make('referring', { url: 'http://x', headers: { authorization: 'Bearer ${PRINTER_KEY}' } })
    expect(made.headers).toEqual({ authorization: 'Bearer ${PRINTER_KEY}' })
  })

  it('show their values to who may change them only', async () => {
    await make('valued', { url: 'http://x', headers: { k: 'a-literal-secret' }, oauth: { client_secret: 'another' } })
    const token = await api.tokenOf({ user: 'anna' })
    const hers = await api.call('GET', `${servers}/valued`, { token })
    expect(hers).toMatchObject({ status: 200, body: { headers: { k: '…' }, oauth: { client_secret: '…' } } })
    expect(JSON.stringify((await api.call('GET', servers, { token })).body)).not.toContain('a-literal-secret')
    expect(await api.call('GET', `${servers}/valued`)).toMatchObject({ body: { headers: { k: 'a-literal-secret' } } })
  })

  it('show no secret of an address and no words of a program to who may not change them', async () => {
    const url = 'https://someone:a-password@printer.example/mcp?key=a-query-secret#part'
    await make('keyed', { url })
    api.aggregator.status = { lastError: 'cannot sign in with a-token' }
    const token = await api.tokenOf({ user: 'anna' })
    expect(await api.call('GET', `${servers}/keyed`, { token })).toMatchObject({
      status: 200,
      body: { url: 'https://printer.example/mcp', status: { last_error: '…' } },
    })
    const listed = JSON.stringify((await api.call('GET', servers, { token })).body)
    for (const secret of ['a-password', 'a-query-secret', 'a-token']) expect(listed).not.toContain(secret)
    expect(await api.call('GET', `${servers}/keyed`)).toMatchObject({
      body: { url, status: { last_error: 'cannot sign in with a-token' } },
    })
    api.aggregator.status = {}
  })

  it('are not shown to guests', async () => {
    const token = await api.tokenOf({ role: 'guest' })
    expect(await api.call('GET', servers, { token })).toMatchObject({ status: 200, body: { data: [] } })
    expect(await api.call('GET', `${servers}/filed`, { token })).toMatchObject({ status: 404 })
  })

  it('are restarted and looked at anew; what is off is not', async () => {
    await make('dead')
    expect(await api.call('POST', `${servers}/filed/restart`)).toMatchObject({ status: 200, body: { name: 'filed' } })
    expect(await api.call('POST', `${servers}/filed/refresh`)).toMatchObject({ status: 200, body: { name: 'filed' } })
    expect(await api.call('POST', `${servers}/dead/refresh`)).toMatchObject({
      status: 503,
      body: { code: 'tool_unavailable' },
    })
    await patch('dead', { enabled: false })
    expect(await api.call('POST', `${servers}/dead/refresh`)).toMatchObject({
      status: 403,
      body: { code: 'tool_disabled' },
    })
    expect(await api.call('POST', `${servers}/nothing/restart`)).toMatchObject({ status: 404 })
    expect(api.aggregator.asked).toEqual(['restart filed', 'refresh filed', 'refresh dead'])
  })
})
