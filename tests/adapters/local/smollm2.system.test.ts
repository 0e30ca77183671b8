import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createLocalAdapter, type LocalAdapter } from '../../../services/adapters/local/adapter.ts'
import type { ChatMessage, GenerateRequest } from '../../../services/common/contracts/generate-request.ts'
import { enginePid } from '../../support/engine-pid.ts'
import { argumentsOf, ask, log, never, plainConnection, textRequest, usageOf, userSays } from './local-harness.ts'

const dataDir = join(import.meta.dirname, '../../../data')
const file = join(dataDir, 'models/smollm2-135m-instruct.gguf')
const sha256 = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53'

const system: ChatMessage = { role: 'system', content: [{ type: 'text', text: 'You are a helpful assistant.' }] }
const request = (text: string, overrides: Partial<GenerateRequest> = {}) =>
  textRequest('smollm2-135m-instruct', { messages: [system, userSays(text)], ...overrides })

describe('SmolLM2-135M-Instruct on the embedded engine', { timeout: 120_000 }, () => {
  const embedded = plainConnection
  let adapter: LocalAdapter
  let loadMs = 0

  beforeAll(async () => {
    if (!existsSync(file)) throw new Error('The model is missing: run npm run hearth -- model fetch (npm start does)')
    const connections = () => ({ embedded: { ...embedded, models_dir: join(dataDir, 'models') } })
    adapter = createLocalAdapter({ connections, dataDir, log })
    const startedAt = performance.now()
    await adapter.start(never)
    expect(adapter.describe().connections[0]?.state.status).toBe('loading')
    await adapter.whenLoaded(never)
    loadMs = performance.now() - startedAt
  }, 120_000)
  afterAll(() => adapter.stop(AbortSignal.timeout(5000)))

  test('is the file the house was made with', async () => {
    const hash = createHash('sha256')
    await pipeline(createReadStream(file), hash)
    expect(hash.digest('hex')).toBe(sha256)
  })

  test('is ready under its file name after the start', () => {
    const state = adapter.describe().connections[0]?.state
    expect(state).toEqual({ status: 'ready', models: expect.arrayContaining(['smollm2-135m-instruct']) })
  })

  test('knows the capital of France', async () => {
    const { text, events, error, totalMs } = await ask(adapter, request('What is the capital of France?'))
    expect(error).toBeUndefined()
    expect(text).toContain('Paris')
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
    console.log(`load ${Math.round(loadMs)} ms, whole answer ${Math.round(totalMs)} ms`)
  })

  test('streams: the figures of a long answer', async () => {
    const long = request('Tell me a long story about a lamp.', { parameters: { maxOutputTokens: 120 } })
    const { events, firstTextMs, totalMs } = await ask(adapter, long)
    const { outputTokens } = usageOf(events)
    const perSecond = (outputTokens - 1) / ((totalMs - firstTextMs) / 1000)
    const status = await readFile(`/proc/${await enginePid(process.pid)}/status`, 'utf8')
    const rssMb = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
    console.log(`first token ${Math.round(firstTextMs)} ms, ${perSecond.toFixed(1)} tokens/s, RSS ${rssMb} MB`)
    expect(outputTokens).toBe(120)
  })

  test('calls the tool it must call with arguments that fit', async () => {
    const tool = {
      name: 'set_light',
      description: 'Switch a light on or off',
      parameters: { type: 'object', properties: { room: { enum: ['kitchen', 'bedroom'] }, on: { type: 'boolean' } } },
    }
    const { events } = await ask(
      adapter,
      request('Turn on the light in the kitchen.', {
        tools: [tool],
        toolChoice: { type: 'required' },
        parameters: { maxOutputTokens: 200 },
      }),
    )
    const shape = z.strictObject({ room: z.literal('kitchen'), on: z.boolean() })
    expect(shape.safeParse(JSON.parse(argumentsOf(events))).error).toBeUndefined()
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool_calls' })
  })
})
