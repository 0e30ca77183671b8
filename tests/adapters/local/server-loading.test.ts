import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FlavorName, flavors } from '../../../services/adapters/local/server/flavors.ts'
import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'
import { loadingBody } from '../../../services/common/testing/fake-vendor/error-answer.ts'
import { type ServerHouse, startServerHouse, timeouts } from './server-harness.ts'

let house: ServerHouse
beforeAll(async () => {
  house = await startServerHouse()
})
afterAll(async () => {
  await house.stop()
})

const phases = (events: readonly GenerateEvent[]) =>
  events.flatMap((event) => (event.type === 'phase' ? [event.phase] : []))
/** Far from what a busy machine adds; the tests run side by side instead. */
const loading = { ...timeouts, headersMs: 2000, firstTokenMs: 8000 }

describe.concurrent('a model that is not in memory yet', () => {
  test.each(['ollama', 'native'])('%s: is told once, and waited for by the first-token time', async (connection) => {
    const model = `${connection}?load_ms=2500`
    const first = await house.play(connection, model, { timeouts: loading })
    expect(first.error).toBeUndefined()
    expect(phases(first.events)).toEqual(['loading_model', 'waiting_first_token'])
    const second = await house.play(connection, model, { timeouts: loading })
    expect(phases(second.events)).toEqual(['waiting_first_token'])
  })

  test('one that never comes is the time-out of the first token', async () => {
    const { error, events } = await house.play('ollama', 'lost?load_ms=60000', {
      timeouts: { ...loading, firstTokenMs: 2500 },
    })
    expect(error?.code).toBe('provider_timeout_first_token')
    expect(phases(events)).toEqual(['loading_model'])
  })

  test('llama.cpp: its 503 is waited out, told once', async () => {
    const { error, events, text } = await house.play('llamacpp', 'slow?load_ms=700&while_loading=refuse&tokens=2', {
      timeouts: loading,
    })
    expect(error).toBeUndefined()
    expect(text).toBe('w0 w1 ')
    expect(phases(events)).toEqual(['loading_model', 'waiting_first_token'])
  })

  test('llama.cpp: no longer than the first-token time', async () => {
    const { error, totalMs } = await house.play('llamacpp', 'never?load_ms=60000&while_loading=refuse', {
      timeouts: { ...loading, firstTokenMs: 700 },
    })
    expect(error?.code).toBe('provider_timeout_first_token')
    expect(totalMs).toBeGreaterThanOrEqual(700)
    expect(totalMs).toBeLessThan(5000)
  })

  test('llama.cpp: nor when it says that it is well and still refuses', async () => {
    const server = createServer((request, response) => {
      response.writeHead(request.method === 'GET' ? 200 : 503, { 'content-type': 'application/json' })
      response.end(JSON.stringify(loadingBody))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    house.set('well', { base_url: `http://127.0.0.1:${port}/v1`, flavor: 'llamacpp' })
    const { error, totalMs } = await house.play('well', 'm', { timeouts: { ...loading, firstTokenMs: 1200 } })
    server.closeAllConnections()
    server.close()
    expect(error?.code).toBe('provider_timeout_first_token')
    expect(totalMs).toBeLessThan(6000)
  })

  test('any other server: a 503 is overload, at once', async () => {
    const { error } = await house.play('plain', 'busy?load_ms=60000&while_loading=refuse')
    expect(error?.code).toBe('provider_overloaded')
  })
})

describe.concurrent('a server that is slow though its model is there, or that cannot tell', () => {
  /** Answers states at once and keeps every answer back. */
  const withServer = async (state: RequestListener, flavor: FlavorName, firstTokenMs: number) => {
    const server = createServer((request, response) => {
      if (request.method === 'GET') state(request, response)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const name = `slow-${port}`
    house.set(name, { base_url: `http://127.0.0.1:${port}/v1`, flavor })
    try {
      return await house.play(name, 'm', { timeouts: { ...loading, firstTokenMs } })
    } finally {
      server.closeAllConnections()
      server.close()
    }
  }

  test('a loaded model: nothing is announced, the first-token time counts', async () => {
    const { error, events } = await withServer(
      (_, response) => response.end(JSON.stringify({ models: [{ name: 'm:latest' }] })),
      'ollama',
      2500,
    )
    expect(error?.code).toBe('provider_timeout_first_token')
    expect(events).toEqual([])
  })

  test.each([
    [
      'no such path',
      (_: unknown, response: { writeHead: (status: number) => { end: () => void } }) =>
        void response.writeHead(404).end(),
    ],
    ['no answer', () => undefined],
  ] as const)('%s: the headers time counts', async (_, state) => {
    const { error, events } = await withServer(state, 'lmstudio', 5000)
    expect(error?.code).toBe('provider_timeout_headers')
    expect(events).toEqual([])
  })
})

/*
 * Answers as the servers' own documents show them, read 2026-11-22: github.com/ollama/ollama docs/api.md (/api/ps),
 * llama.cpp tools/server/README.md (/models in router mode), lmstudio.ai/docs/developer/rest (v0).
 */
describe('what the servers say of their models', () => {
  const state = (flavor: FlavorName, answer: unknown, model: string) =>
    flavors[flavor].residents?.stateOf(answer, model)

  test('Ollama: those in memory; latest is the tag of a name without one', () => {
    const answer = { models: [{ name: 'mistral:latest', model: 'mistral:latest', size: 5_137_025_024 }] }
    expect(state('ollama', answer, 'mistral')).toBe('loaded')
    expect(state('ollama', answer, 'Mistral:latest')).toBe('loaded')
    expect(state('ollama', answer, 'mistral:7b')).toBe('loading')
    expect(state('ollama', { models: [] }, 'mistral')).toBe('loading')
    expect(state('ollama', 'nonsense', 'mistral')).toBe('unknown')
  })

  test('llama.cpp: the status of each where there are several', () => {
    const answer = {
      data: [
        { id: 'a', status: { value: 'loaded', args: [] } },
        { id: 'b', status: { value: 'unloaded' } },
        { id: 'c' },
      ],
    }
    expect(['a', 'b', 'c', 'd'].map((model) => state('llamacpp', answer, model))).toEqual([
      'loaded',
      'loading',
      'unknown',
      'unknown',
    ])
  })

  test('LM Studio: the state of each', () => {
    const answer = {
      object: 'list',
      data: [
        { id: 'a', state: 'loaded' },
        { id: 'b', state: 'not-loaded' },
      ],
    }
    expect(['a', 'b', 'c'].map((model) => state('lmstudio', answer, model))).toEqual(['loaded', 'loading', 'unknown'])
  })
})
