import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import type { ExchangeAnswer } from '../../../services/mcp/aggregator/upstream.ts'
import { toolPage } from '../../../services/mcp/api/schemas/tool-schema.ts'
import { type ApiUnderTest, startApi } from './support/api-under-test.ts'
import { toolRecord } from './support/tool-record.ts'

const tools = '/api/v1/mcp/tools'

describe('tools of the API', () => {
  let api: ApiUnderTest
  beforeAll(async () => {
    api = await startApi()
    await api.store.catalog.save({
      server: 'filed',
      tools: [
        toolRecord('filed', 'read', { exposedName: 'read_file' }),
        toolRecord('filed', 'write', { exposedName: 'write_file' }),
        toolRecord('filed', 'erase', { enabled: false }),
        toolRecord('filed', 'rug', {
          state: 'quarantined',
          reason: 'its description changed',
          hash: 'b'.repeat(64),
          approvedDefinition: { name: 'rug', description: 'Was harmless', inputSchema: { type: 'object' } },
        }),
        toolRecord('filed', 'old', { state: 'gone', goneAt: 5 }),
      ],
      listing: undefined,
    })
    await api.aggregator.sync()
  })
  afterAll(async () => api[Symbol.asyncDispose]())

  const list = async (query = '') => toolPage.parse((await api.call('GET', tools + query)).body)
  const names = async (query = '') => (await list(query)).data.map(({ exposed_name }) => exposed_name)
  const patch = (name: string, json: object, options = {}) =>
    api.call('PATCH', `${tools}/${name}`, { json, ...options })
  const call = (name: string, json: object = {}, options = {}) =>
    api.call('POST', `${tools}/${name}/call`, { json, ...options })
  const audited = async (action: string) =>
    (await api.store.audit.list({ limit: 50 }, { action })).items.map(
      ({ target, outcome, code, detail }) => [target, outcome, code, detail] as const,
    )

  it('are listed by name with all that is known, whatever their state', async () => {
    expect(await names()).toEqual(['erase', 'old', 'read_file', 'rug', 'write_file'])
    const { data } = await list('?state=quarantined')
    expect(data).toMatchObject([
      {
        exposed_name: 'rug',
        server: 'filed',
        definition: { description: 'Does rug' },
        approved_definition: { description: 'Was harmless' },
        reason: 'its description changed',
        callable: false,
        tokens: 7,
      },
    ])
    expect(await names('?server=none')).toEqual([])
  })

  it('come in pages that follow the names, also when one goes meanwhile', async () => {
    const first = await list('?limit=2')
    expect(first.data).toHaveLength(2)
    const second = await list(`?limit=2&cursor=${first.next_cursor}`)
    expect(second.data.map(({ exposed_name }) => exposed_name)).toEqual(['read_file', 'rug'])
    const third = await list(`?limit=2&cursor=${second.next_cursor}`)
    expect(third).toMatchObject({ data: [{ exposed_name: 'write_file' }], next_cursor: null })
    const gone = Buffer.from('["old_and_gone"]').toString('base64url')
    expect(await names(`?cursor=${gone}`)).toEqual(['read_file', 'rug', 'write_file'])
    expect(await api.call('GET', `${tools}?cursor=x`)).toMatchObject({ status: 400, body: { param: 'cursor' } })
  })

  it('are found by words: the ranked ones first, then those that are off or wait', async () => {
    expect(await names('?q=Does')).toEqual(['write_file', 'read_file', 'erase', 'old', 'rug'])
    expect(await names('?q=rug%20DOES')).toEqual(['rug'])
    expect(await names('?q=nothing-of-this')).toEqual([])
    const first = await list('?q=Does&limit=3')
    expect(await names(`?q=Does&limit=3&cursor=${first.next_cursor}`)).toEqual(['old', 'rug'])
  })

  it('are told to be unchanged by their tag', async () => {
    const first = await api.call('GET', tools)
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
    expect(await api.call('GET', tools, { headers })).toMatchObject({ status: 304 })
  })

  it('are switched and pinned; lists and calls go by it at the answer, and the audit says who', async () => {
    expect(await patch('read_file', { enabled: false })).toMatchObject({
      status: 200,
      body: { enabled: false, callable: false },
    })
    expect(await call('read_file')).toMatchObject({ status: 403, body: { code: 'tool_disabled' } })
    expect(await patch('read_file', { enabled: true, pinned: true })).toMatchObject({
      body: { enabled: true, pinned: true, callable: true },
    })
    expect(await audited('tool.toggle')).toEqual([['filed/read', 'ok', null, '{"enabled":false}']])
    expect(await audited('tool.update')).toEqual([['filed/read', 'ok', null, '{"enabled":true,"pinned":true}']])
  })

  it('get another name for clients, which no other has', async () => {
    expect(await patch('write_file', { exposed_name: 'read_file' })).toMatchObject({ status: 409 })
    for (const exposed_name of ['hearth_x', 'home_x', 'a b', 'x'.repeat(49), '']) {
      expect(await patch('write_file', { exposed_name })).toMatchObject({
        status: 400,
        body: { param: 'exposed_name' },
      })
    }
    expect(await patch('write_file', { exposed_name: 'put_file' })).toMatchObject({
      body: { exposed_name: 'put_file' },
    })
    expect(await api.call('GET', `${tools}/write_file`)).toMatchObject({ status: 404 })
    expect(await patch('put_file', { exposed_name: 'write_file' })).toMatchObject({ status: 200 })
  })

  it('lose no update: If-Match of an older revision is 412', async () => {
    const { headers } = await api.call('GET', `${tools}/erase`)
    const ifMatch = { 'if-match': headers.get('etag') ?? '' }
    expect(await patch('erase', { pinned: true }, { headers: ifMatch })).toMatchObject({ status: 200 })
    expect(await patch('erase', { pinned: false }, { headers: ifMatch })).toMatchObject({ status: 412 })
  })

  it('are approved as they were looked at, by an admin', async () => {
    const approve = (hash: string, options = {}) =>
      api.call('POST', `${tools}/rug/approve`, { json: { hash }, ...options })
    const token = await api.tokenOf({ user: 'admin', scopes: ['settings'] })
    expect(await approve('b'.repeat(64), { token })).toMatchObject({ status: 403 })
    expect(await approve('c'.repeat(64))).toMatchObject({ status: 409, body: { param: 'hash' } })
    expect(await call('rug')).toMatchObject({ status: 403, body: { code: 'tool_quarantined' } })
    expect(await approve('b'.repeat(64))).toMatchObject({
      status: 200,
      body: { state: 'active', reason: null, approved_hash: 'b'.repeat(64), approved_definition: null, callable: true },
    })
    expect(await call('rug')).toMatchObject({ status: 200 })
    expect(await api.call('POST', `${tools}/old/approve`, { json: { hash: 'a'.repeat(64) } })).toMatchObject({
      status: 409,
    })
  })

  it('are not shown to guests', async () => {
    const token = await api.tokenOf({ role: 'guest' })
    expect(await api.call('GET', tools, { token })).toMatchObject({
      status: 200,
      body: { data: [], next_cursor: null },
    })
    expect(await api.call('GET', `${tools}/read_file`, { token })).toMatchObject({ status: 404 })
  })

  describe('tried out', () => {
    it('answer as they would to a client, also when they fail', async () => {
      expect(await call('read_file')).toMatchObject({ status: 200, body: { content: [{ text: 'done' }] } })
      api.aggregator.answer = async () => ({ type: 'complete', result: { content: [], isError: true } })
      expect(await call('read_file')).toMatchObject({ status: 200, body: { isError: true } })
    })

    it.each([
      ['tool_unavailable', 503],
      ['tool_timeout', 504],
      ['caller_too_large', 413],
      ['gateway_overloaded', 503],
    ])('%s is the error that it is, without the text of the answer', async (code, status) => {
      const content = [{ type: 'text' as const, text: 'hush-hush' }]
      const result = { content, isError: true, _meta: { 'hearth/code': code } }
      api.aggregator.answer = async () => ({ type: 'complete', result })
      const answer = await call('read_file')
      expect(answer).toMatchObject({ status, body: { code } })
      expect(JSON.stringify(answer.body)).not.toContain('hush')
    })

    it('cannot make up errors of the house', async () => {
      const result = { content: [], isError: true, _meta: { 'hearth/code': 'policy_unauthenticated' } }
      api.aggregator.answer = async () => ({ type: 'complete', result })
      expect(await call('read_file')).toMatchObject({ status: 200 })
    })

    it('get what was given, and promise the upstream nothing that REST cannot do', async () => {
      const seen: unknown[] = []
      api.aggregator.answer = async ({ method, params, asker, audience }) => {
        seen.push({ method, params, asker, audience })
        return { type: 'complete', result: { content: [] } }
      }
      expect(await call('read_file', { arguments: { a: 1 } })).toMatchObject({ status: 200 })
      expect(seen).toEqual([
        {
          method: 'tools/call',
          params: { name: 'read_file', arguments: { a: 1 } },
          asker: { principal: 'user:admin', capabilities: {} },
          audience: { profile: undefined },
        },
      ])
    })

    it.each([
      ['a server that is gone', new HearthError('tool_unavailable', 'It cannot be reached.'), 503, 'tool_unavailable'],
      ['one that is too slow', new HearthError('tool_timeout', 'It did not answer in time.'), 504, 'tool_timeout'],
      ['a protocol error', Object.assign(new Error('hush-hush'), { code: -32602 }), 502, 'tool_failed'],
      ['a defect', new Error('hush-hush'), 500, 'gateway_internal'],
    ])('%s is an error without texts of the server', async (_what, error, status, code) => {
      api.aggregator.answer = () => Promise.reject(error)
      const answer = await call('read_file')
      expect(answer).toMatchObject({ status, body: { code } })
      expect(JSON.stringify(answer.body)).not.toContain('hush')
    })

    it('say so when they ask something in the middle', async () => {
      const asks = { type: 'input_required', result: {} } as unknown as ExchangeAnswer
      api.aggregator.answer = async () => asks
      expect(await call('read_file')).toMatchObject({ status: 400, body: { code: 'caller_unsupported_feature' } })
    })

    it('need the scope tools, and a tool', async () => {
      const token = await api.tokenOf({ user: 'admin', scopes: ['settings', 'read'] })
      expect(await call('read_file', {}, { token })).toMatchObject({ status: 403 })
      expect(await call('nothing')).toMatchObject({ status: 404 })
      expect(await call('old')).toMatchObject({ status: 503 })
    })
  })
})
