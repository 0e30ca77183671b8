import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createAnthropicAdapter } from '../../../services/adapters/anthropic/adapter.ts'
import type { AnthropicConnection } from '../../../services/common/config/config-schema.ts'
import { collect, log, never, textRequest } from '../openai/openai-harness.ts'
import { type AnthropicHarness, key, startAnthropicHarness } from './anthropic-harness.ts'

let harness: AnthropicHarness
beforeAll(async () => {
  harness = await startAnthropicHarness()
})
afterAll(async () => {
  await harness.stop()
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const lastRequest = () => harness.vendor.requests.at(-1)

describe('the request', () => {
  test('goes to /v1/messages with the key as bearer token by API 2026-10-21', async () => {
    await collect(harness.adapter.generate(textRequest(), never))
    expect(lastRequest()?.path).toBe('/v1/messages')
    expect(lastRequest()?.headers).toMatchObject({ authorization: `Bearer ${key}`, 'anthropic-version': '2026-10-21' })
    expect(lastRequest()?.headers).not.toHaveProperty('x-api-key')
  })

  test('has the key as x-api-key by an older API', async () => {
    await collect(harness.adapter.generate(textRequest({ connection: 'older' }), never))
    expect(lastRequest()?.headers).toMatchObject({ 'x-api-key': key, 'anthropic-version': '2023-06-01' })
    expect(lastRequest()?.headers).not.toHaveProperty('authorization')
  })

  test('takes nothing from the environment, and says nothing of this machine', async () => {
    for (const name of ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_PROFILE']) vi.stubEnv(name, 'other')
    vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:1')
    vi.stubEnv('ANTHROPIC_LOG', 'debug')
    vi.stubEnv('ANTHROPIC_CUSTOM_HEADERS', 'x-secret: 1\nanthropic-version: 1999-01-01')
    const connections = () => ({
      default: { base_url: harness.vendor.rootUrl, api_version: '2026-10-21' },
      keyed: { base_url: harness.vendor.rootUrl, api_key: key, api_version: '2026-10-21' },
    })
    const adapter = createAnthropicAdapter({ connections, log })
    const keyless = await collect(adapter.generate(textRequest(), never))
    expect(keyless.error).toBeUndefined()
    expect(lastRequest()?.headers).not.toHaveProperty('authorization')
    expect(lastRequest()?.headers).not.toHaveProperty('x-api-key')
    await collect(adapter.generate(textRequest({ connection: 'keyed' }), never))
    await adapter.stop(never)
    const names = Object.keys(lastRequest()?.headers ?? {}).toSorted()
    expect(lastRequest()?.headers).toMatchObject({ authorization: `Bearer ${key}`, 'anthropic-version': '2026-10-21' })
    expect(names).toEqual([
      'accept',
      'accept-encoding',
      'anthropic-version',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ])
  })

  test('to a server without a key looks for none', async () => {
    vi.stubEnv('ANTHROPIC_PROFILE', 'nowhere')
    const connections = () => ({ default: { base_url: harness.vendor.rootUrl, api_version: '2026-10-21' } })
    const adapter = createAnthropicAdapter({ connections, log })
    const { error } = await collect(adapter.generate(textRequest(), never))
    await adapter.stop(never)
    expect(error).toBeUndefined()
  })

  test('prints nothing, not even about a model that is going', async () => {
    const printed = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const { error } = await collect(harness.adapter.generate(textRequest({ model: 'claude-sonnet-4-5' }), never))
    expect(error).toBeUndefined()
    expect(printed).not.toHaveBeenCalled()
  })
})

describe('what comes back', () => {
  test('reasoning, text and usage, each block closed before finish', async () => {
    const model = 'fake?tokens=2&reasoning=1'
    const { events } = await collect(harness.adapter.generate(textRequest({ model }), never))
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

  test('parameters that were dropped are the first event, none is no event', async () => {
    const parameters = { temperature: 0.5, seed: 7 }
    const { events } = await collect(harness.adapter.generate(textRequest({ parameters }), never))
    expect(events[0]).toEqual({ type: 'parameters-dropped', names: ['temperature', 'seed'] })
    const plain = await collect(harness.adapter.generate(textRequest(), never))
    expect(plain.events[0]?.type).toBe('phase')
  })

  test('a refusal of the vendor is content_filter, never a plain end', async () => {
    const { events, error } = await collect(harness.adapter.generate(textRequest({ model: 'fake?refusal=2' }), never))
    expect(error).toBeUndefined()
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'content_filter' })
  })
})

describe('connections', () => {
  test('key, server and version are read at every call', async () => {
    let settings: AnthropicConnection = {
      base_url: harness.vendor.rootUrl,
      api_key: 'first',
      api_version: '2026-10-21',
    }
    const adapter = createAnthropicAdapter({ connections: () => ({ default: settings }), log })
    await collect(adapter.generate(textRequest(), never))
    expect(lastRequest()?.headers.authorization).toBe('Bearer first')
    settings = { ...settings, base_url: `${harness.vendor.rootUrl}/`, api_key: 'second' }
    await collect(adapter.generate(textRequest(), never))
    expect(lastRequest()).toMatchObject({ path: '/v1/messages', headers: { authorization: 'Bearer second' } })
    settings = { ...settings, api_version: '2023-06-01' }
    await collect(adapter.generate(textRequest(), never))
    expect(lastRequest()?.headers['x-api-key']).toBe('second')
    await adapter.stop(never)
  })

  test('a key that came out empty disables the connection and names the variable', async () => {
    const connection = { base_url: harness.vendor.rootUrl, api_key: '', api_version: '2026-10-21' }
    const { api_key: _, ...keyless } = connection
    const connections = () => ({ default: connection, lan: keyless })
    const missing = () => [{ connection: 'adapters.anthropic.connections.other', name: 'OTHER_KEY' }]
    const adapter = createAnthropicAdapter({ connections, missing, log })
    const reason = (name: string, variable: string) =>
      `set ${variable} (or adapters.anthropic.connections.${name}.api_key)`
    expect(adapter.describe()).toEqual({
      name: 'anthropic',
      connections: [
        { name: 'default', state: { status: 'disabled', reason: reason('default', 'ANTHROPIC_API_KEY') } },
        { name: 'lan', state: { status: 'ready' } },
        { name: 'other', state: { status: 'disabled', reason: reason('other', 'OTHER_KEY') } },
      ],
    })
    const before = harness.vendor.requests.length
    const { error } = await collect(adapter.generate(textRequest(), never))
    expect(error).toMatchObject({
      code: 'gateway_no_adapter',
      message: expect.stringContaining('set ANTHROPIC_API_KEY'),
    })
    expect(harness.vendor.requests.length).toBe(before)
  })

  test('embeddings are caller_unsupported_feature', async () => {
    const request = { connection: 'default', model: 'fake', inputs: ['a'], timeoutMs: 1000 }
    await expect(harness.adapter.embed(request, never)).rejects.toMatchObject({ code: 'caller_unsupported_feature' })
  })
})
