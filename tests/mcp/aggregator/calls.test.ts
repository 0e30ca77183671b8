import { ProtocolError } from '@modelcontextprotocol/client'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { HearthError } from '../../../services/common/errors/hearth-error.ts'
import type { ClientExchange } from '../../../services/mcp/aggregator/aggregator.ts'
import { type FakeServer, tool } from './support/fake-pool.ts'
import {
  asker,
  type Bench,
  everybody,
  never,
  openBench,
  profile,
  serverSpec,
  textOf,
} from './support/open-aggregator.ts'

async function withServer(bench: Bench, name = 's'): Promise<FakeServer> {
  const server = bench.pool.offer(name, tool('a'), tool('b'))
  await bench.declare(name)
  await bench.until(() => bench.names().length === 2)
  return server
}

const ask = (bench: Bench, method: ClientExchange['method'], params: Record<string, unknown>, audience = everybody) =>
  bench.aggregator.exchange({ method, params, asker: asker(), audience, signal: never })

const code = (name: string) => ({ isError: true, _meta: { 'hearth/code': name } })

describe('a call', () => {
  test('of an unknown name is an error of the protocol, and so is one that the profile does not reach', async () => {
    await using bench = await openBench()
    await withServer(bench)
    await expect(bench.call('nothing')).rejects.toMatchObject({ code: -32_602, message: 'Unknown tool: nothing' })
    const audience = { profile: profile({ servers: ['other'] }) }
    await expect(bench.call('a', {}, { audience })).rejects.toMatchObject({ code: -32_602 })
    await expect(ask(bench, 'tools/call', {})).rejects.toBeInstanceOf(ProtocolError)
  })

  test('of what is off says that, whether the tool or its server, and nothing reaches the upstream', async () => {
    await using bench = await openBench()
    const server = await withServer(bench)
    await bench.store.catalog.decide({ server: 's', name: 'a' }, { enabled: false }, undefined)
    await bench.aggregator.sync(never)
    expect(await bench.call('a')).toMatchObject(code('tool_disabled'))
    expect(textOf(await bench.call('a'))).toContain('The tool a is switched off')
    await bench.store.mcpServers.toggle('s', false, undefined)
    await bench.aggregator.sync(never)
    expect(textOf(await bench.call('b'))).toContain('its server s is switched off')
    expect(server.reached).toEqual([])
    expect(bench.names()).toEqual([])
  })

  test.each(['tool_unavailable', 'tool_timeout', 'caller_too_large', 'gateway_overloaded'] as const)(
    'that ends with %s is an answer that a model can read',
    async (failure) => {
      await using bench = await openBench()
      const server = await withServer(bench)
      server.answer = () => Promise.reject(new HearthError(failure, 'The MCP server s did not.'))
      expect(await bench.call('a')).toEqual({
        ...code(failure),
        content: [{ type: 'text', text: `${failure}: The MCP server s did not.` }],
      })
    },
  )

  test('errors of the protocol and the end of the caller pass through as they are', async () => {
    await using bench = await openBench()
    const server = await withServer(bench)
    server.answer = () => Promise.reject(new ProtocolError(-32_021, 'needs elicitation'))
    await expect(bench.call('a')).rejects.toMatchObject({ code: -32_021 })
    server.answer = () => Promise.reject(new HearthError('caller_cancelled', 'gone'))
    await expect(bench.call('a')).rejects.toMatchObject({ code: 'caller_cancelled' })
  })

  test('ends when its client leaves', async () => {
    await using bench = await openBench()
    const server = await withServer(bench)
    server.delayMs = 5000
    const client = new AbortController()
    const call = bench.call('a', {}, { signal: client.signal })
    await bench.until(() => server.reached.length === 1)
    client.abort(new HearthError('caller_cancelled', 'gone'))
    await expect(call).rejects.toMatchObject({ code: 'caller_cancelled' })
  })

  test('of a server that sleeps waits for its start no longer than a call may take', async () => {
    await using bench = await openBench()
    const server = bench.pool.offer('s', tool('a'))
    const { limits } = serverSpec()
    await bench.declare('s', { limits: { ...limits, timeout_ms: 150 } })
    await bench.until(() => bench.names().length === 1)
    Object.assign(server, { state: 'cold', delayMs: 3000 })
    const startedAt = performance.now()
    expect(await bench.call('a')).toMatchObject(code('tool_timeout'))
    expect(performance.now() - startedAt).toBeLessThan(1500)
    expect(server.reached).toEqual([])
  })

  test('that come together to a server that sleeps start one look', async () => {
    await using bench = await openBench()
    const server = bench.pool.offer('s', tool('a'))
    await bench.declare('s')
    await bench.until(() => bench.names().length === 1)
    Object.assign(server, { state: 'cold', delayMs: 50 })
    const { lists } = server
    const results = await Promise.all(Array.from({ length: 20 }, () => bench.call('a')))
    expect(new Set(results.map(textOf))).toEqual(new Set(['answer of a']))
    expect(server.lists).toBe(lists + 1)
  })

  test('hands on what a retry brings, and asks again whether the tool is on', async () => {
    await using bench = await openBench()
    const server = await withServer(bench)
    server.answer = async () => ({
      type: 'input_required',
      result: { resultType: 'input_required', inputRequests: {}, requestState: 'x' },
    })
    const params = { name: 'a', arguments: {}, inputResponses: { q: {} }, requestState: 'x' }
    expect((await ask(bench, 'tools/call', params)).type).toBe('input_required')
    expect(server.reached[0]?.params).toEqual(params)
    expect(server.reached[0]?.tool).toEqual(tool('a'))
    await bench.store.catalog.decide({ server: 's', name: 'a' }, { enabled: false }, undefined)
    await bench.aggregator.sync(never)
    expect((await ask(bench, 'tools/call', params)).result).toMatchObject(code('tool_disabled'))
  })
})

describe('calls under way when their tool is switched off', () => {
  const off = async (bench: Bench): Promise<void> => {
    await bench.store.catalog.decide({ server: 's', name: 'a' }, { enabled: false }, undefined)
    await bench.aggregator.sync(never)
  }

  test('finish, unless they still waited for their turn', async () => {
    await using bench = await openBench()
    const server = await withServer(bench)
    const answered = Promise.withResolvers<void>()
    const { answer } = server
    server.answer = (exchange) => answered.promise.then(() => answer(exchange))
    const running = bench.call('a')
    await bench.until(() => server.reached.length === 1)
    const turn = Promise.withResolvers<void>()
    server.turn = turn.promise
    const waiting = bench.call('a')
    await off(bench)
    turn.resolve()
    answered.resolve()
    expect(await waiting).toMatchObject(code('tool_disabled'))
    expect(textOf(await running)).toBe('answer of a')
    expect(server.reached).toHaveLength(1)
  })

  test('are cut when that is wanted, and others are not', async () => {
    await using bench = await openBench({ onDisable: () => 'cancel' })
    const server = await withServer(bench)
    server.delayMs = 3000
    const cut = bench.call('a')
    const other = bench.call('b')
    await bench.until(() => server.reached.length === 2)
    await off(bench)
    const cutAt = performance.now()
    expect(await cut).toMatchObject(code('tool_disabled'))
    expect(performance.now() - cutAt).toBeLessThan(500)
    expect(textOf(await other)).toBe('answer of b')
  })

  test('reads of a server that is switched off are cut too', async () => {
    await using bench = await openBench({ onDisable: () => 'cancel' })
    const server = bench.pool.offer('s', tool('a'))
    server.resources = [{ uri: 'file:///x', name: 'x' }]
    await bench.declare('s')
    await bench.until(() => bench.aggregator.view(everybody).resources.length === 1)
    server.delayMs = 5000
    const read = ask(bench, 'resources/read', { uri: 'file:///x' })
    await bench.until(() => server.reached.length === 1)
    await bench.store.mcpServers.toggle('s', false, undefined)
    await bench.aggregator.sync(never)
    await expect(read).rejects.toMatchObject({ code: 'tool_disabled' })
    await expect(ask(bench, 'resources/read', { uri: 'file:///x' })).rejects.toMatchObject({ code: -32_602 })
  })
})

describe('prompts and resources', () => {
  test('prompts have names of their own that stay, and are asked for by the upstream’s', async () => {
    await using bench = await openBench()
    for (const name of ['x', 'y']) {
      bench.pool.offer(name).prompts = [{ name: 'greet', description: 'Says hello' }]
      await bench.declare(name)
      await bench.until(() => bench.aggregator.catalog().capabilities.has(name))
    }
    const names = () => bench.aggregator.view(everybody).prompts.map(({ exposed }) => exposed.name)
    expect(names()).toEqual(['greet', 'y_greet'])
    await bench.declare('x', { enabled: false })
    expect(names()).toEqual(['y_greet'])
    await bench.restart()
    await bench.declare('x')
    expect(names()).toEqual(['greet', 'y_greet'])
    expect(bench.aggregator.catalog().prompts.get('y_greet')?.exposed).toEqual({
      ...{ name: 'y_greet', title: 'greet (y)', description: 'Says hello' },
      _meta: { 'hearth/server': 'y', 'hearth/prompt': 'greet' },
    })
    await ask(bench, 'prompts/get', { name: 'y_greet', arguments: { a: '1' } })
    expect(bench.pool.of('y').reached[0]?.params).toEqual({ name: 'greet', arguments: { a: '1' } })
    await ask(bench, 'completion/complete', {
      ref: { type: 'ref/prompt', name: 'y_greet' },
      argument: { name: 'a', value: '' },
    })
    expect(bench.pool.of('y').reached[1]?.params).toMatchObject({ ref: { type: 'ref/prompt', name: 'greet' } })
    await expect(ask(bench, 'prompts/get', { name: 'nothing' })).rejects.toMatchObject({ code: -32_602 })
  })

  test('resources are read by their URI where they are listed, else where a template fits; never of the house', async () => {
    await using bench = await openBench()
    const files = bench.pool.offer('files')
    files.resources = [{ uri: 'file:///a', name: 'a' }]
    const notes = bench.pool.offer('notes')
    notes.resources = [
      { uri: 'file:///a', name: 'a' },
      { uri: 'hearth://profiles', name: 'stolen' },
      { uri: 'note:///1', name: '1' },
    ]
    notes.templates = [
      { uriTemplate: 'note:///{id}', name: 'note' },
      { uriTemplate: 'hearth://{x}', name: 'stolen' },
    ]
    for (const name of ['files', 'notes']) await bench.declare(name)
    await bench.until(() => bench.aggregator.view(everybody).resources.length === 2)
    await bench.until(() => bench.aggregator.view(everybody).templates.length === 1)
    for (const uri of ['file:///a', 'note:///1', 'note:///77']) await ask(bench, 'resources/read', { uri })
    expect(files.reached.map(({ params }) => params)).toEqual([{ uri: 'file:///a' }])
    expect(notes.reached.map(({ params }) => params)).toEqual([{ uri: 'note:///1' }, { uri: 'note:///77' }])
    for (const uri of ['hearth://profiles', 'other:///1'])
      await expect(ask(bench, 'resources/read', { uri })).rejects.toMatchObject({ code: -32_602 })
    const audience = { profile: profile({ servers: ['files'] }) }
    await expect(ask(bench, 'resources/read', { uri: 'note:///1' }, audience)).rejects.toMatchObject({ code: -32_602 })
    await ask(bench, 'completion/complete', { ref: { type: 'ref/resource', uri: 'note:///{id}' } })
    expect(notes.reached.at(-1)?.method).toBe('completion/complete')
    await expect(ask(bench, 'completion/complete', { ref: null })).rejects.toMatchObject({ code: -32_602 })
  })

  test('a link in an answer can be read at the server that gave it, while that is on and reached', async () => {
    await using bench = await openBench()
    const server = await withServer(bench)
    server.answer = async () => ({
      type: 'complete',
      result: { content: [{ type: 'resource_link', uri: 'made:///1', name: 'One' }] },
    })
    const read = (audience = everybody) => ask(bench, 'resources/read', { uri: 'made:///1' }, audience)
    await expect(read()).rejects.toMatchObject({ code: -32_602 })
    await bench.call('a')
    await read()
    expect(server.reached.at(-1)).toMatchObject({ method: 'resources/read', params: { uri: 'made:///1' } })
    await expect(read({ profile: profile({ servers: ['other'] }) })).rejects.toMatchObject({ code: -32_602 })
    await bench.declare('s', { enabled: false })
    await expect(read()).rejects.toMatchObject({ code: -32_602 })
  })

  test('a resource is watched once for all who watch it, not while its server is off, and news are handed on', async () => {
    await using bench = await openBench()
    const server = bench.pool.offer('s')
    server.resources = [{ uri: 'file:///a', name: 'a' }]
    await bench.declare('s')
    await bench.until(() => bench.aggregator.view(everybody).resources.length === 1)
    const news: string[] = []
    using _news = bench.aggregator.onResourceUpdated((name, uri) => news.push(`${name} ${uri}`))
    expect(bench.aggregator.watchResource('file:///b', everybody)).toBeUndefined()
    const first = bench.aggregator.watchResource('file:///a', everybody)
    const second = bench.aggregator.watchResource('file:///a', everybody)
    expect(server.watched).toEqual(['file:///a'])
    bench.pool.updated('s', 'file:///a')
    expect(news).toEqual(['s file:///a'])
    await bench.declare('s', { enabled: false })
    expect(server.watched).toEqual([])
    bench.pool.updated('s', 'file:///a')
    expect(news).toHaveLength(1)
    await bench.declare('s')
    expect(server.watched).toEqual(['file:///a'])
    first?.[Symbol.dispose]()
    first?.[Symbol.dispose]()
    expect(server.watched).toEqual(['file:///a'])
    second?.[Symbol.dispose]()
    expect(server.watched).toEqual([])
  })
})

describe('what is written down', () => {
  test('every call with who, what and how it ended, without what it was given', async () => {
    const metrics = new Registry()
    await using bench = await openBench({ metrics })
    await withServer(bench)
    await bench.call('a', { key: 'geheim' }, { asker: asker('user:bob') })
    await bench.store.catalog.decide({ server: 's', name: 'b' }, { enabled: false }, undefined)
    await bench.aggregator.sync(never)
    await bench.call('b')
    await expect(bench.call('nothing')).rejects.toThrow()
    const entries = async () => (await bench.store.audit.list({ limit: 9 }, { action: 'tool.call' })).items
    for (let tries = 0; tries < 500 && (await entries()).length < 3; tries++) await new Promise(setImmediate)
    const [unknown, blocked, ok] = await entries()
    expect(ok).toMatchObject({ principal: 'user:bob', target: 's/a', outcome: 'ok', code: null })
    expect(JSON.parse(ok?.detail ?? '{}')).toMatchObject({ arguments: { key: 'string(6)' } })
    expect(blocked).toMatchObject({ target: 's/b', outcome: 'blocked', code: 'tool_disabled' })
    expect(unknown).toMatchObject({ target: 'nothing', outcome: 'failed', code: '-32602' })
    expect(JSON.stringify([unknown, blocked, ok])).not.toContain('geheim')
    const text = await metrics.metrics()
    expect(text).toContain('hearth_mcp_requests_total{server="s",method="tools/call",outcome="ok"} 1')
    expect(text).toContain('hearth_mcp_requests_total{server="s",method="tools/call",outcome="tool_disabled"} 1')
    expect(text).toContain('hearth_mcp_tools{state="off"} 1')
  })
})
