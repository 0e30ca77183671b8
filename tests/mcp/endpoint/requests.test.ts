import type { Progress } from '@modelcontextprotocol/client'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import { type EndpointHouse, openEndpoint } from './support/endpoint-house.ts'
import { FakeAggregator, fakeTool } from './support/fake-aggregator.ts'

let house: EndpointHouse | undefined

afterEach(async () => {
  await house?.close()
  house = undefined
})

const open = async (options: Parameters<typeof openEndpoint>[0] = {}) => {
  house = await openEndpoint({ aggregator: new FakeAggregator([fakeTool('alpha')]), ...options })
  return house
}

describe.each(['modern', 'legacy'] as const)('for a %s client', (era) => {
  test('what the aggregator says about a call is what the client gets, and it is listed no more', async () => {
    const { connect, aggregator, audit } = await open()
    aggregator.setTools([fakeTool('alpha', { enabled: false })])
    const client = await connect(era)
    const result = await client.callTool({ name: 'alpha', arguments: {} })
    expect(result).toMatchObject({ isError: true, _meta: { 'hearth/code': 'tool_disabled' } })
    expect((await client.listTools()).tools.map(({ name }) => name)).not.toContain('alpha')
    // The aggregator has written it down.
    expect(audit).toEqual([])
  })

  test('a tool that is not there is -32602', async () => {
    const client = await (await open()).connect(era)
    await expect(client.callTool({ name: 'nope', arguments: {} })).rejects.toMatchObject({ code: -32602 })
  })

  test('hearth_call_tool calls what it names, by the rules of that tool', async () => {
    const { connect, aggregator } = await open()
    const client = await connect(era)
    const call = (name: string) =>
      client.callTool({ name: 'hearth_call_tool', arguments: { name, arguments: { a: 1 } } })
    expect(await call('alpha')).toMatchObject({ content: [{ text: 'done' }] })
    expect(aggregator.exchanges[0]?.params).toEqual({ name: 'alpha', arguments: { a: 1 } })
    aggregator.setTools([fakeTool('alpha', { enabled: false })])
    expect(await call('alpha')).toMatchObject({ isError: true, _meta: { 'hearth/code': 'tool_disabled' } })
    await expect(call('hearth_call_tool')).rejects.toMatchObject({ code: -32602 })
    expect(await call('hearth_admin')).toMatchObject({ _meta: { 'hearth/code': 'policy_access_denied' } })
  })

  test('our own tools take what their schema says, from who may use them', async () => {
    const client = await (await open()).connect(era)
    const echo = (args: Record<string, unknown>) => client.callTool({ name: 'hearth_echo', arguments: args })
    expect(await echo({ text: 'hello' })).toMatchObject({ content: [{ text: 'hello' }] })
    expect(await echo({ text: 1 })).toMatchObject({ isError: true, content: [{ text: /text must be string/ }] })
    expect(await echo({ text: '', more: 1 })).toMatchObject({ isError: true, content: [{ text: /more/ }] })
    const denied = await client.callTool({ name: 'hearth_admin', arguments: {} })
    expect(denied).toMatchObject({ isError: true, _meta: { 'hearth/code': 'policy_access_denied' } })
  })

  test('a token without the scope tools sees and calls nothing of servers', async () => {
    const aggregator = new FakeAggregator([fakeTool('alpha')], {
      prompts: new Map([['p', { server: 'fake', name: 'p', exposed: { name: 'p' } }]]),
      resources: new Map([['test://one', { server: 'fake', exposed: { uri: 'test://one', name: 'one' } }]]),
    })
    const client = await (await open({ aggregator })).connect(era, { token: 'reader' })
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['hearth_echo', 'hearth_call_tool'])
    expect((await client.listPrompts()).prompts).toEqual([])
    expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['hearth://mine'])
    const called = await client.callTool({ name: 'alpha', arguments: {} })
    expect(called).toMatchObject({ isError: true, _meta: { 'hearth/code': 'policy_access_denied' } })
    await expect(client.readResource({ uri: 'test://one' })).rejects.toMatchObject({ code: -32602 })
    await expect(client.getPrompt({ name: 'p' })).rejects.toMatchObject({ code: -32602 })
    expect(aggregator.exchanges).toEqual([])
  })

  test('a failing call says why in its answer, another request in its error', async () => {
    const { connect, aggregator } = await open()
    aggregator.answer = async () => {
      throw new HearthError('gateway_overloaded', 'Too many wait.', { details: { retryAfterMs: 5 } })
    }
    const client = await connect(era)
    const result = await client.callTool({ name: 'alpha', arguments: {} })
    expect(result).toMatchObject({ isError: true, content: [{ text: 'gateway_overloaded: Too many wait.' }] })
    await expect(client.readResource({ uri: 'test://one' })).rejects.toMatchObject({
      code: -31503,
      data: { code: 'gateway_overloaded', retryable: true, retry_after_ms: 5 },
    })
  })

  test('a defect of ours shows nothing of itself', async () => {
    const { connect, aggregator } = await open()
    aggregator.answer = async () => {
      throw new Error('secret detail')
    }
    const client = await connect(era)
    const failure = await client.readResource({ uri: 'test://one' }).catch((error: Error) => error)
    expect(failure).toMatchObject({ code: -31500 })
    expect(String(failure)).not.toContain('secret')
  })

  test('long lists come in pages whose cursors survive a change', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `tool-${index}`)
    const aggregator = new FakeAggregator(names.map((name) => fakeTool(name)))
    const client = await (await open({ aggregator, limits: { pageSize: 4 } })).connect(era)
    const walked = (await client.listTools()).tools.map(({ name }) => name)
    expect(walked.slice(2)).toEqual(names)
    const page = await client.request({ method: 'tools/list', params: {} })
    expect(page.tools).toHaveLength(4)
    aggregator.setTools(names.slice(1).map((name) => fakeTool(name)))
    const next = await client.request({ method: 'tools/list', params: { cursor: page.nextCursor } })
    expect(next.tools.map(({ name }) => name)).toEqual(names.slice(2, 6))
    const wrong = client.request({ method: 'tools/list', params: { cursor: 'nonsense' } })
    await expect(wrong).rejects.toMatchObject({ code: -32602 })
  })

  test('resources and templates are ours and those of servers; ours are read here', async () => {
    const exposed = { uri: 'test://one', name: 'one' }
    const aggregator = new FakeAggregator([], {
      resources: new Map([['test://one', { server: 'fake', exposed }]]),
      templates: [{ server: 'fake', exposed: { uriTemplate: 'test://{id}', name: 'any' } }],
    })
    aggregator.answer = async ({ params }) => ({
      type: 'complete',
      result: { contents: [{ uri: String(params['uri']), text: 'from the server' }] },
    })
    const client = await (await open({ aggregator })).connect(era)
    const { resources } = await client.listResources()
    expect(resources.map(({ uri }) => uri)).toEqual(['hearth://mine', 'test://one'])
    const { resourceTemplates } = await client.listResourceTemplates()
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(['hearth://things/{name}', 'test://{id}'])
    expect((await client.readResource({ uri: 'hearth://mine' })).contents).toMatchObject([{ text: 'of user:anna' }])
    expect((await client.readResource({ uri: 'test://7' })).contents).toMatchObject([{ text: 'from the server' }])
    await expect(client.readResource({ uri: 'hearth://theirs' })).rejects.toMatchObject({ code: -32602 })
    expect(aggregator.exchanges).toHaveLength(1)
  })

  test('completions of our templates are made here, others at their server', async () => {
    const { connect, aggregator } = await open()
    aggregator.answer = async () => ({ type: 'complete', result: { completion: { values: ['x'], total: 9 } } })
    const client = await connect(era)
    const argument = { name: 'name', value: 'a' }
    const ours = await client.complete({ ref: { type: 'ref/resource', uri: 'hearth://things/{name}' }, argument })
    expect(ours.completion.values).toEqual(['name:a'])
    const theirs = await client.complete({ ref: { type: 'ref/prompt', name: 'p' }, argument })
    expect(theirs.completion).toMatchObject({ values: ['x'], total: 9 })
    expect(aggregator.exchanges[0]).toMatchObject({ method: 'completion/complete', params: { argument } })
  })

  test('progress and logs of the server reach who asked for them', async () => {
    const { connect, aggregator } = await open()
    aggregator.answer = async ({ asker }) => {
      asker.onProgress?.({ progress: 1, total: 2, message: 'half' })
      asker.onLog?.({ level: 'info', data: asker.logLevel })
      return { type: 'complete', result: { content: [] } }
    }
    const client = await connect(era)
    const logs: unknown[] = []
    client.setNotificationHandler('notifications/message', ({ params }) => void logs.push(params.data))
    if (era === 'legacy') await client.setLoggingLevel('debug')
    const progress: Progress[] = []
    const _meta = era === 'modern' ? { 'io.modelcontextprotocol/logLevel': 'debug' } : {}
    await client.callTool({ name: 'alpha', arguments: {}, _meta } as never, {
      onprogress: (step) => void progress.push(step),
    })
    await vi.waitFor(() => expect(progress).toEqual([{ progress: 1, total: 2, message: 'half' }]))
    await vi.waitFor(() => expect(logs).toEqual(['debug']))
    await client.callTool({ name: 'alpha', arguments: {} })
    expect(progress).toHaveLength(1)
  })

  test('a call that the client cancels ends at the server', async () => {
    const { connect, aggregator } = await open()
    aggregator.answer = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const client = await connect(era)
    const cancel = new AbortController()
    const call = client.callTool({ name: 'alpha', arguments: {} }, { signal: cancel.signal })
    await vi.waitFor(() => expect(aggregator.exchanges).toHaveLength(1))
    cancel.abort()
    await expect(call).rejects.toThrow()
    await vi.waitFor(() => expect(aggregator.exchanges[0]?.signal.aborted).toBe(true))
  })

  test('calls of our own tools are audited with the kinds of their arguments, never their values', async () => {
    const { connect, audit } = await open()
    const client = await connect(era)
    await client.callTool({ name: 'hearth_echo', arguments: { text: 'hunter2' } })
    await client.callTool({ name: 'hearth_admin', arguments: {} })
    expect(audit).toMatchObject([
      { principal: 'user:anna', action: 'tool.call', target: 'hearth/hearth_echo', outcome: 'ok', code: null },
      { target: 'hearth/hearth_admin', outcome: 'blocked', code: 'policy_access_denied' },
    ])
    expect(JSON.parse(audit[0]?.detail ?? '')).toMatchObject({ credential: 'anna', arguments: { text: 'string(7)' } })
  })

  test('a call that runs may end when the endpoint stops, new ones are refused', async () => {
    const { connect, aggregator, endpoint } = await open()
    const release = Promise.withResolvers<void>()
    aggregator.answer = async () => {
      await release.promise
      return { type: 'complete', result: { content: [{ type: 'text', text: 'in time' }] } }
    }
    const client = await connect(era)
    const call = client.callTool({ name: 'alpha', arguments: {} })
    await vi.waitFor(() => expect(aggregator.exchanges).toHaveLength(1))
    const stopped = endpoint.stop(AbortSignal.timeout(5000))
    await expect(client.callTool({ name: 'alpha', arguments: {} })).rejects.toThrow()
    release.resolve()
    expect(await call).toMatchObject({ content: [{ text: 'in time' }] })
    await stopped
  })
})

test('lists may be kept for a moment, by their owner only', async () => {
  const client = await (await open()).connect('modern')
  const { ttlMs, cacheScope } = await client.request({ method: 'tools/list', params: {} })
  expect([ttlMs, cacheScope]).toEqual([1000, 'private'])
})

test('structured content that is no object is wrapped for revisions that know only objects', async () => {
  const outputSchema = { type: 'array', items: { type: 'number' } }
  const exposed = { ...fakeTool('alpha').exposed, outputSchema }
  const { connect, aggregator } = await open({ aggregator: new FakeAggregator([fakeTool('alpha', { exposed })]) })
  aggregator.answer = async () => ({ type: 'complete', result: { content: [], structuredContent: [1, 2] } })
  const modern = await (await connect('modern')).callTool({ name: 'alpha', arguments: {} })
  expect(modern.structuredContent).toEqual([1, 2])
  const legacy = await (await connect('legacy')).callTool({ name: 'alpha', arguments: {} })
  expect(legacy.structuredContent).toEqual({ result: [1, 2] })
})
