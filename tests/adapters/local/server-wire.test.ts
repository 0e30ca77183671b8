import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GenerateRequest } from '../../../services/common/contracts/generate-request.ts'
import { never } from './local-harness.ts'
import { type ServerHouse, startServerHouse } from './server-harness.ts'

let house: ServerHouse
beforeAll(async () => {
  house = await startServerHouse()
})
afterAll(async () => {
  await house.stop()
})

const tools = [
  { name: 'weather', description: 'd', parameters: { type: 'object' } },
  { name: 'time', parameters: { type: 'object' } },
]
const everything: GenerateRequest['parameters'] = {
  temperature: 0.5,
  topP: 0.9,
  maxOutputTokens: 50,
  stop: ['END'],
  reasoningEffort: 'low',
  seed: 7,
  frequencyPenalty: 0.1,
  presencePenalty: 0.2,
  parallelToolCalls: false,
}

/** What some servers do not take, as Chat Completions name it. */
const flavored = { tool_choice: 'required', parallel_tool_calls: false, reasoning_effort: 'low' }

describe('what each kind of server is asked', () => {
  test.each([
    ['plain', '/v1/chat/completions', []],
    ['vllm', '/v1/chat/completions', []],
    ['llamacpp', '/v1/chat/completions', []],
    ['ollama', '/v1/chat/completions', ['parallel_tool_calls', 'tool_choice']],
    ['native', '/api/chat', ['parallel_tool_calls', 'tool_choice']],
    ['lmstudio', '/v1/chat/completions', ['reasoning_effort', 'parallel_tool_calls']],
  ])('%s at %s: what it does not take is left out and told first', async (connection, path, names) => {
    const toolChoice = { type: 'required' } as const
    const { events, error, request } = await house.play(connection, 'fake', {
      parameters: everything,
      tools,
      toolChoice,
    })
    expect(error).toBeUndefined()
    expect(request?.path).toBe(path)
    const told = events.flatMap((event) => (event.type === 'parameters-dropped' ? [event.names] : []))
    expect(told).toEqual(names.length === 0 ? [] : [names])
    if (names.length > 0) expect(events[0]?.type).toBe('parameters-dropped')
    const isChat = path === '/v1/chat/completions'
    for (const [name, value] of Object.entries(flavored)) {
      const isSent = isChat && !names.some((each) => each === name)
      expect(Object.entries(request?.body ?? {}).some(([key, sent]) => key === name && sent === value)).toBe(isSent)
    }
    expect(request?.headers['x-conversation-id']).toBeUndefined()
  })

  test('usage is asked of all that speak Chat Completions', async () => {
    for (const connection of ['plain', 'vllm', 'llamacpp', 'ollama', 'lmstudio']) {
      const { request, events } = await house.play(connection, 'fake?tokens=2')
      expect(request?.body).toMatchObject({ stream: true, stream_options: { include_usage: true } })
      expect(events.at(-2)).toMatchObject({ type: 'usage' })
    }
  })

  test('llama.cpp: progress of the prompt is asked for, comes as a phase, and the profile may say otherwise', async () => {
    const { request, events } = await house.play('llamacpp', 'fake?progress=2')
    expect(request?.body).toMatchObject({ return_progress: true, cache_prompt: true })
    expect(events).toContainEqual({ type: 'phase', phase: 'prompt_eval', progress: 1 })
    const quiet = await house.play('llamacpp', 'fake', { parameters: { extra: { return_progress: false } } })
    expect(quiet.request?.body).toMatchObject({ return_progress: false, cache_prompt: true })
  })

  test.each(['lmstudio', 'llamacpp'])('%s: a named tool is the only one offered', async (connection) => {
    const { request } = await house.play(connection, 'fake', { tools, toolChoice: { type: 'tool', name: 'time' } })
    expect(request?.body).toMatchObject({ tool_choice: 'required', tools: [{ function: { name: 'time' } }] })
  })

  test('LM Studio: JSON comes with a schema', async () => {
    const json = await house.play('lmstudio', 'fake', { responseFormat: { type: 'json_object' } })
    expect(json.request?.body).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } },
    })
  })

  test('Ollama: no tools where none may be called', async () => {
    const { request } = await house.play('ollama', 'fake', { tools, toolChoice: { type: 'none' } })
    expect(request?.body).not.toHaveProperty('tools')
  })

  test("Ollama's own API where its options are set, by connection or profile", async () => {
    const { request } = await house.play('native', 'fake')
    expect(request).toMatchObject({ path: '/api/chat', body: { options: { num_ctx: 8192 } } })
    for (const extra of [{ num_ctx: 4096 }, { keep_alive: '1h' }, { options: { top_k: 3 } }]) {
      const { path } = (await house.play('ollama', 'fake', { parameters: { extra } })).request ?? {}
      expect(path).toBe('/api/chat')
    }
    expect((await house.play('ollama', 'fake', { parameters: { extra: { top_k: 3 } } })).request?.path).toBe(
      '/v1/chat/completions',
    )
  })
})

describe('connections', () => {
  test('server and key are read at every call, and sent only where there is one', async () => {
    house.set('key', { api_key: 'first', flavor: 'ollama', num_ctx: 512 })
    expect((await house.play('key', 'fake')).request?.headers.authorization).toBe('Bearer first')
    house.set('key', { api_key: 'second' })
    expect((await house.play('key', 'fake')).request?.headers.authorization).toBe('Bearer second')
    expect((await house.play('native', 'fake')).request?.headers.authorization).toBeUndefined()
  })

  test('a server is ready without being asked; a key that came out empty says what to set', async () => {
    const before = house.vendor.requests.length
    house.set('empty', { api_key: '' })
    const { connections } = house.adapter.describe()
    expect(connections.find(({ name }) => name === 'ollama')?.state).toEqual({ status: 'ready' })
    expect(connections.find(({ name }) => name === 'empty')?.state).toMatchObject({
      status: 'disabled',
      reason: expect.stringContaining('adapters.local.connections.empty.api_key'),
    })
    expect((await house.play('empty', 'fake')).error?.code).toBe('gateway_no_adapter')
    expect(house.vendor.requests.length).toBe(before)
  })
})

describe('vectors', () => {
  const inputs = ['one', 'two']
  const embedding = (connection: string, overrides = {}) =>
    house.adapter.embed({ connection, model: 'fake', inputs, timeoutMs: 5000, ...overrides }, never)

  test('come one per text, in order, with the tokens counted', async () => {
    const { vectors, inputTokens } = await embedding('ollama', { dimensions: 5 })
    expect(vectors.map((vector) => vector.length)).toEqual([5, 5])
    expect(vectors[0]).toBeInstanceOf(Float32Array)
    expect(vectors[0]).not.toEqual(vectors[1])
    expect(inputTokens).toBe(6)
    expect(house.vendor.requests.at(-1)).toMatchObject({
      path: '/v1/embeddings',
      body: { input: inputs, encoding_format: 'base64', dimensions: 5 },
    })
  })

  test('a refusal is typed; no embeddings at all is caller_unsupported_feature', async () => {
    await expect(embedding('plain', { model: 'status:429?retry_after=2' })).rejects.toMatchObject({
      code: 'provider_rate_limited',
      details: { retryAfterMs: 2000 },
    })
    await expect(embedding('plain', { model: 'status:501' })).rejects.toMatchObject({
      code: 'caller_unsupported_feature',
    })
    await expect(embedding('ollama', { model: 'status:404' })).rejects.toThrow('ollama pull')
  })

  test('an abort closes the socket, and so does the time that is up', async () => {
    const index = house.vendor.requests.length
    const controller = new AbortController()
    const running = house.adapter.embed(
      { connection: 'plain', model: 'fault:headers-never', inputs, timeoutMs: 5000 },
      controller.signal,
    )
    const failed = running.catch((error: unknown) => error)
    const request = await house.vendor.request(index, AbortSignal.timeout(2000))
    controller.abort()
    await request.closed
    expect(request.ended?.by).toBe('client')
    expect(await failed).toMatchObject({ code: 'caller_cancelled' })
    await expect(embedding('plain', { model: 'fault:headers-never', timeoutMs: 100 })).rejects.toMatchObject({
      code: 'provider_timeout_total',
    })
    await house.vendor.requests.at(-1)?.closed
  })
})
