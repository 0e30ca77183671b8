import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { mapRequest } from '../../../services/adapters/chat-completions/map-request.ts'
import { beginStream, endStream, stepBatch } from '../../../services/adapters/chat-completions/map-stream.ts'
import { createOpenaiAdapter } from '../../../services/adapters/openai/adapter.ts'
import type { OpenaiConnection } from '../../../services/common/config/config-schema.ts'
import type { GenerateRequest } from '../../../services/common/contracts/generate-request.ts'
import { collect, log, never, type OpenaiHarness, startOpenaiHarness, textRequest } from './openai-harness.ts'

let harness: OpenaiHarness
beforeAll(async () => {
  harness = await startOpenaiHarness()
})
afterAll(async () => {
  await harness.stop()
})
afterEach(() => {
  vi.unstubAllEnvs()
})

const sent = async (overrides: Partial<GenerateRequest>): Promise<unknown> => {
  const { error } = await collect(harness.adapter.generate(textRequest(overrides), never))
  if (error !== undefined) throw error
  return harness.vendor.requests.at(-1)?.body
}

describe('what is sent', () => {
  test('messages of every role, tools, format and parameters', async () => {
    const body = await sent({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Weather' },
            { type: 'text', text: '?' },
          ],
        },
        { role: 'assistant', content: [], toolCalls: [{ callId: 'c1', name: 'weather', arguments: '{}' }] },
        { role: 'tool', callId: 'c1', output: 'sunny' },
      ],
      tools: [{ name: 'weather', description: 'd', parameters: { type: 'object' } }],
      toolChoice: { type: 'tool', name: 'weather' },
      responseFormat: { type: 'json_schema', name: 'answer', schema: { type: 'object' } },
      parameters: {
        temperature: 0.5,
        topP: 0.9,
        maxOutputTokens: 50,
        stop: ['END'],
        reasoningEffort: 'low',
        seed: 7,
        extra: { top_k: 5, temperature: 1 },
      },
    })
    expect(body).toEqual({
      model: 'fake',
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
      ],
      tools: [{ type: 'function', function: { name: 'weather', description: 'd', parameters: { type: 'object' } } }],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } },
      temperature: 1,
      top_p: 0.9,
      max_tokens: 50,
      stop: ['END'],
      reasoning_effort: 'low',
      seed: 7,
      top_k: 5,
    })
  })

  test('nothing that was not asked for', async () => {
    expect(Object.keys((await sent({})) ?? {}).toSorted()).toEqual(['messages', 'model', 'stream', 'stream_options'])
  })

  test('pictures of the user as data URLs, between the texts', async () => {
    const picture = { type: 'image', mediaType: 'image/png', bytes: Uint8Array.from([1, 2, 3]).subarray(1) } as const
    const content = [{ type: 'text', text: 'What is this?' } as const, picture]
    expect(await sent({ messages: [{ role: 'user', content }] })).toMatchObject({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AgM=' } },
          ],
        },
      ],
    })
  })

  test('what a tool and a schema say about themselves, penalties, and one call at most', async () => {
    const schema = { type: 'object' }
    const body = await sent({
      tools: [{ name: 'weather', description: 'd', parameters: schema, strict: true }],
      responseFormat: { type: 'json_schema', name: 'answer', schema, description: 'an answer', strict: true },
      parameters: { frequencyPenalty: 0.5, presencePenalty: -0.5, parallelToolCalls: false },
    })
    expect(body).toMatchObject({
      tools: [{ type: 'function', function: { name: 'weather', description: 'd', parameters: schema, strict: true } }],
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', schema, description: 'an answer', strict: true },
      },
      frequency_penalty: 0.5,
      presence_penalty: -0.5,
      parallel_tool_calls: false,
    })
    expect(await sent({ parameters: { parallelToolCalls: false } })).not.toHaveProperty('parallel_tool_calls')
  })

  test('to OpenAI itself its newer name of the limit, and no padding of the chunks', () => {
    const request = textRequest({ parameters: { maxOutputTokens: 5 } })
    expect(mapRequest(request, 'https://api.openai.com/v1')).toMatchObject({
      max_completion_tokens: 5,
      stream_options: { include_usage: true, include_obfuscation: false },
    })
  })

  test('no picture where none can be, no forced call without tools', async () => {
    const picture = { type: 'image', mediaType: 'image/png', bytes: new Uint8Array(1) } as const
    const messages = [{ role: 'assistant', content: [picture], toolCalls: [] }] as const
    await expect(sent({ messages })).rejects.toMatchObject({ code: 'caller_unsupported_feature' })
    await expect(sent({ toolChoice: { type: 'required' } })).rejects.toMatchObject({ code: 'caller_invalid_request' })
    const image = { prompt: 'a lamp', partialImages: 0, size: 'auto', format: 'png', inputs: [] } as const
    expect(() => mapRequest(textRequest({ image }), 'http://localhost/v1')).toThrow(/draws no pictures/)
  })
})

describe('connections', () => {
  test('key and server are read at every call', async () => {
    let settings: OpenaiConnection = { base_url: harness.vendor.baseUrl, api: 'chat' }
    const adapter = createOpenaiAdapter({ connections: () => ({ default: settings }), log })
    const seenKey = async () => {
      await collect(adapter.generate(textRequest(), never))
      return harness.vendor.requests.at(-1)?.headers.authorization
    }
    expect(await seenKey()).toBeUndefined()
    settings = { api: 'chat' as const, base_url: harness.vendor.baseUrl, api_key: 'first' }
    expect(await seenKey()).toBe('Bearer first')
    settings = { api: 'chat' as const, base_url: harness.vendor.baseUrl, api_key: 'second' }
    expect(await seenKey()).toBe('Bearer second')
    await adapter.stop(never)
  })

  test('take nothing from the environment, and say nothing of this machine', async () => {
    for (const name of ['OPENAI_API_KEY', 'OPENAI_ADMIN_KEY', 'OPENAI_ORG_ID']) vi.stubEnv(name, 'other')
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:1')
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-secret: 1\nauthorization: Bearer other')
    const server = { api: 'chat' as const, base_url: harness.vendor.baseUrl }
    const connections = () => ({ default: server, keyed: { ...server, api_key: 'ours' } })
    const adapter = createOpenaiAdapter({ connections, log })
    const seen = async (connection: string) => {
      expect((await collect(adapter.generate(textRequest({ connection }), never))).error).toBeUndefined()
      return harness.vendor.requests.at(-1)?.headers ?? {}
    }
    expect(await seen('default')).not.toHaveProperty('authorization')
    const headers = await seen('keyed')
    await adapter.stop(never)
    expect(headers.authorization).toBe('Bearer ours')
    expect(Object.keys(headers).toSorted()).toEqual([
      'accept',
      'accept-encoding',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ])
  })

  test('a key that came out empty disables the connection and names the variable', async () => {
    const connections = () => ({
      default: { api: 'chat' as const, base_url: harness.vendor.baseUrl, api_key: '' },
      other: { api: 'chat' as const, base_url: harness.vendor.baseUrl, api_key: '' },
      lan: { api: 'chat' as const, base_url: harness.vendor.baseUrl },
    })
    const missing = () => [{ connection: 'adapters.openai.connections.other', name: 'OTHER_KEY' }]
    const adapter = createOpenaiAdapter({ connections, missing, log })
    expect(adapter.describe().connections).toEqual([
      {
        name: 'default',
        state: { status: 'disabled', reason: 'set OPENAI_API_KEY (or adapters.openai.connections.default.api_key)' },
      },
      {
        name: 'other',
        state: { status: 'disabled', reason: 'set OTHER_KEY (or adapters.openai.connections.other.api_key)' },
      },
      { name: 'lan', state: { status: 'ready' } },
    ])
    const before = harness.vendor.requests.length
    const { error } = await collect(adapter.generate(textRequest(), never))
    expect(error).toMatchObject({ code: 'gateway_no_adapter', message: expect.stringContaining('set OPENAI_API_KEY') })
    expect(harness.vendor.requests.length).toBe(before)
  })
})

const data = (value: unknown) => ({ type: 'message', data: JSON.stringify(value) })
const delta = (fields: object, finishReason?: string) =>
  data({ choices: [{ index: 0, delta: fields, finish_reason: finishReason ?? null }] })
const done = { type: 'message', data: '[DONE]' }
const mapped = (...events: readonly { type: string; data: string }[]) => stepBatch(beginStream('call_'), events)
const calls = (...parts: readonly object[]) =>
  mapped(...parts.map((part) => delta({ tool_calls: [part] })), done).events.map((event) => {
    if (event.type === 'tool-call-start') return `${event.callId} ${event.name}`
    return event.type === 'tool-call-delta' ? `${event.id} ${event.arguments}` : event.type
  })

describe('what comes back', () => {
  test('reasoning, text and usage, each block closed before finish', async () => {
    const { events } = await collect(
      harness.adapter.generate(textRequest({ model: 'fake?tokens=2&reasoning=1' }), never),
    )
    expect(events).toEqual([
      { type: 'phase', phase: 'waiting_first_token' },
      { type: 'reasoning-start', id: 'b0' },
      { type: 'reasoning-delta', id: 'b0', text: 'w0 ' },
      { type: 'reasoning-end', id: 'b0' },
      { type: 'text-start', id: 'b1' },
      { type: 'text-delta', id: 'b1', text: 'w0 ' },
      { type: 'text-delta', id: 'b1', text: 'w1 ' },
      { type: 'text-end', id: 'b1' },
      { type: 'usage', usage: { inputTokens: 7, outputTokens: 3, cachedTokens: 2, reasoningTokens: 1 } },
      { type: 'finish', reason: 'stop' },
    ])
  })

  test('tool calls by index, without index, without id, and all at index 0', () => {
    const call = (name: string) => ({ function: { name, arguments: '{}' } })
    const both = ['call_0 a', 'b0 {}', 'call_1 b', 'b1 {}', 'tool-call-end', 'tool-call-end', 'finish']
    expect(calls({ index: 0, ...call('a') }, { index: 1, ...call('b') })).toEqual(both)
    expect(calls(call('a'), call('b'))).toEqual(both)
    const named = ['x a', 'b0 {}', 'y b', 'b1 {}', 'tool-call-end', 'tool-call-end', 'finish']
    expect(calls({ index: 0, id: 'x', ...call('a') }, { index: 0, id: 'y', ...call('b') })).toEqual(named)
    expect(calls({ id: 'x', ...call('a') }, { id: 'y', ...call('b') })).toEqual(named)
    expect(calls({ function: { name: 'a', arguments: '{' } }, { function: { arguments: '}' } })).toEqual([
      'call_0 a',
      'b0 {',
      'b0 }',
      'tool-call-end',
      'finish',
    ])
  })

  test('a call whose id changes between its parts is one call; only a name begins another', () => {
    const one = ['x f', 'b0 {', 'b0 }', 'tool-call-end', 'finish']
    const changing = (index: object) =>
      calls(
        { ...index, id: 'x', function: { name: 'f', arguments: '{' } },
        { ...index, id: 'y', function: { arguments: '}' } },
      )
    expect(changing({ index: 0 })).toEqual(one)
    expect(changing({})).toEqual(one)
    const start = (id: string) => ({ index: 0, id, function: { name: 'f', arguments: '' } })
    const part = (id: string, text: string) => ({ index: 0, id, function: { arguments: text } })
    expect(calls(start('x'), start('y'), part('x', '1'), part('y', '2')).slice(0, 4)).toEqual([
      'x f',
      'y f',
      'b0 1',
      'b1 2',
    ])
  })

  test('parts of parallel calls may be mixed', () => {
    const start = (index: number) => ({ index, id: `id${index}`, function: { name: 'f', arguments: '' } })
    const part = (index: number, text: string) => ({ index, function: { arguments: text } })
    expect(calls(start(0), start(1), part(0, '1'), part(1, '2'), part(0, '3'))).toEqual([
      'id0 f',
      'id1 f',
      'b0 1',
      'b1 2',
      'b0 3',
      'tool-call-end',
      'tool-call-end',
      'finish',
    ])
  })

  test('a call without a name is provider_stream_error', () => {
    const { outcome } = mapped(delta({ tool_calls: [{ index: 0, function: { arguments: '{}' } }] }))
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'provider_stream_error' } })
  })

  test.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['content_filter', 'content_filter'],
    ['eos', 'stop'],
  ])('finish_reason %s is %s', (vendor, ours) => {
    expect(mapped(delta({ content: 'a' }, vendor), done).events.at(-1)).toEqual({ type: 'finish', reason: ours })
  })

  test('a forced call that the vendor ends with stop is tool_calls', () => {
    const part = { index: 0, id: 'x', function: { name: 'f', arguments: '{}' } }
    const { events } = mapped(delta({ tool_calls: [part] }), delta({}, 'stop'), done)
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool_calls' })
  })

  test('a refusal is a block of its own, beside the text', () => {
    const { events } = mapped(delta({ content: 'Hm. ' }), delta({ refusal: 'No.' }), delta({}, 'stop'), done)
    expect(events).toEqual([
      { type: 'text-start', id: 'b0' },
      { type: 'text-delta', id: 'b0', text: 'Hm. ' },
      { type: 'text-end', id: 'b0' },
      { type: 'refusal-start', id: 'b1' },
      { type: 'refusal-delta', id: 'b1', text: 'No.' },
      { type: 'refusal-end', id: 'b1' },
      { type: 'finish', reason: 'stop' },
    ])
  })

  test('one terminator is enough, none is provider_stream_truncated', () => {
    const usage = data({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } })
    const runningUsage = data({
      choices: [{ index: 0, delta: { content: 'a' } }],
      usage: { prompt_tokens: 1, completion_tokens: 1 },
    })
    expect(endStream(mapped(delta({ content: 'a' }, 'stop')).state, 'end').at(-1)?.type).toBe('finish')
    expect(endStream(mapped(delta({ content: 'a' }), usage).state, 'end').at(-1)?.type).toBe('finish')
    expect(mapped(delta({ content: 'a' }), done).events.at(-1)?.type).toBe('finish')
    const truncated = expect.objectContaining({ code: 'provider_stream_truncated' })
    expect(() => endStream(mapped(delta({ content: 'a' })).state, 'end')).toThrow(truncated)
    expect(() => endStream(mapped(runningUsage).state, 'end')).toThrow(truncated)
    expect(() => endStream(mapped(data({ choices: [] })).state, 'end')).toThrow(truncated)
  })

  test('[DONE] alone ends no answer: what vLLM sends when it failed', () => {
    const cut = { status: 'failed', error: { code: 'provider_stream_truncated' } }
    expect(mapped(done).outcome).toMatchObject(cut)
    expect(mapped(delta({ role: 'assistant', content: '' }), done).outcome).toMatchObject(cut)
    expect(mapped(delta({ role: 'assistant', content: '' }), delta({}, 'stop'), done).outcome).toEqual({
      status: 'done',
    })
  })

  test('events before a bad one are kept, what follows [DONE] is ignored', () => {
    const bad = mapped(delta({ content: 'a' }), { type: 'message', data: '{' }, delta({ content: 'b' }))
    expect(bad.events).toHaveLength(2)
    expect(bad.outcome).toMatchObject({ status: 'failed', error: { code: 'provider_stream_error' } })
    expect(mapped(delta({ content: 'a' }), done, { type: 'message', data: '{' }).outcome).toEqual({ status: 'done' })
  })

  test('prompt progress of a local server is a phase', () => {
    const prompt_progress = { total: 100, processed: 25, cache: 0, time_ms: 5 }
    const empty = { index: 0, delta: { role: 'assistant', content: null }, finish_reason: null }
    for (const choices of [[], [empty]]) {
      expect(mapped(data({ choices, prompt_progress })).events).toEqual([
        { type: 'phase', phase: 'prompt_eval', progress: 0.25 },
      ])
    }
  })

  test('a character that a vendor cuts in two stays whole, and text has no U+0000', () => {
    const [first, second] = ['\uD83D', '\uDE00']
    const texts = mapped(delta({ content: `a${first}` }), delta({ content: `${second}b\0` }), done).events
    expect(texts.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []))).toEqual(['a', '😀b\uFFFD'])
    const call = (args: string) =>
      delta({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: args } }] })
    const calls = mapped(call(`"${first}`), call(second), call('"'), done).events
    expect(calls.flatMap((event) => (event.type === 'tool-call-delta' ? [event.arguments] : []))).toEqual([
      '"',
      '😀',
      '"',
    ])
    expect(mapped(delta({ content: first }), done).events.map(({ type }) => type)).toEqual([
      'text-start',
      'text-end',
      'finish',
    ])
  })

  test('an error event, an error chunk and JSON that is no chunk are provider_stream_error', () => {
    const failed = { status: 'failed', error: { code: 'provider_stream_error' } }
    expect(mapped({ type: 'error', data: 'x' }).outcome).toMatchObject(failed)
    const tooLong = { status: 'failed', error: { code: 'caller_invalid_request' } }
    for (const body of ['{"code":"context_length_exceeded"}', '{"error":{"code":"context_length_exceeded"}}']) {
      expect(mapped({ type: 'error', data: body }).outcome).toMatchObject(tooLong)
    }
    expect(mapped(data({ error: 'x' })).outcome).toMatchObject(failed)
    expect(mapped(data([1])).outcome).toMatchObject(failed)
    expect(mapped(data({ choices: 5 })).outcome).toMatchObject(failed)
    expect(mapped(delta({}, 'error')).outcome).toMatchObject(failed)
  })
})
