import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'
import type { ToolDefinition } from '../../../services/common/contracts/generate-request.ts'
import {
  argumentsOf,
  ask,
  contentOf,
  type LocalHouse,
  localHouse,
  textRequest,
  usageOf,
  userSays,
} from './local-harness.ts'

const light: ToolDefinition = {
  name: 'set_light',
  description: 'Switch a light',
  parameters: {
    type: 'object',
    properties: { room: { enum: ['kitchen', 'bedroom'] }, on: { type: 'boolean' } },
    required: ['room', 'on'],
  },
}
const rest: ToolDefinition = {
  name: 'rest',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
}
const lightArguments = z.strictObject({ room: z.enum(['kitchen', 'bedroom']), on: z.boolean() })

const endless = { says: [' round', ' and', ' about'], repeats: true }

const smile = ['<0xF0>', '<0x9F>', '<0x98>', '<0x80>']
const noCharacters = ['<0xFF>', '<0xC3>', '<0xA9>', 'z', '<0xC0>', '<0xFE>', 'w']

describe('a model that says one sentence', { timeout: 60_000 }, () => {
  let house: LocalHouse
  beforeAll(async () => {
    house = await localHouse({
      hello: { says: ['Hello', ' from', ' the', ' hearth', ...smile, '<0xE2>', '<0x82>', '<0xAC>', ...noCharacters] },
    })
  }, 60_000)
  afterAll(() => house[Symbol.asyncDispose]())

  test('loading shows as phases with progress before the first text', async () => {
    const { events } = await ask(house.adapter, textRequest('hello'))
    expect(events[0]).toEqual({ type: 'phase', phase: 'loading_model', progress: 0 })
    const firstText = events.findIndex(({ type }) => type === 'text-start')
    expect(events.findLastIndex((event) => event.type === 'phase')).toBeLessThan(firstText)
  })

  test('characters split over tokens arrive whole; only what was never a character becomes U+FFFD', async () => {
    const { events, text } = await ask(house.adapter, textRequest('hello'))
    expect(text).toBe('Hello from the hearth😀€\uFFFDéz\uFFFD\uFFFDw')
    for (const event of events) if (event.type === 'text-delta') expect(event.text.isWellFormed()).toBe(true)
  })

  test('an answer streams as one block of text, then usage and finish', async () => {
    const { events, text, error } = await ask(house.adapter, textRequest('hello'))
    expect(error).toBeUndefined()
    expect(text).toMatch(/^Hello from the hearth/)
    const types = contentOf(events).map(({ type }) => type)
    expect(types.filter((type) => type !== 'text-delta')).toEqual(['text-start', 'text-end', 'usage', 'finish'])
    expect(types.slice(1, -3).every((type) => type === 'text-delta')).toBe(true)
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
    expect(usageOf(events)).toEqual({
      inputTokens: expect.any(Number),
      outputTokens: 19,
      cachedTokens: expect.any(Number),
    })
    expect(usageOf(events).inputTokens).toBeGreaterThan(10)
  })

  test('the second turn of a conversation reads only what is new', async () => {
    const long = userSays('a long question '.repeat(20))
    await ask(house.adapter, textRequest('hello', { messages: [long] }))
    const { events } = await ask(
      house.adapter,
      textRequest('hello', {
        messages: [
          long,
          { role: 'assistant', content: [{ type: 'text', text: 'Hello from the hearth.' }], toolCalls: [] },
          userSays('And then?'),
        ],
      }),
    )
    expect(usageOf(events).cachedTokens).toBeGreaterThan(200)
  })

  test('model names are not case-sensitive', async () => {
    expect((await ask(house.adapter, textRequest('HELLO'))).text).toMatch(/^Hello/)
  })
})

describe('a model without end', { timeout: 60_000 }, () => {
  let house: LocalHouse
  beforeAll(async () => {
    house = await localHouse({ endless }, { sequences: 2 })
  }, 60_000)
  afterAll(() => house[Symbol.asyncDispose]())

  const unlimited = textRequest('endless', { parameters: {} })

  test('two answers of one engine stream at the same time', async () => {
    const order: string[] = []
    const long = textRequest('endless', { parameters: { maxOutputTokens: 200 } })
    const read = async (name: string) => {
      for await (const batch of house.adapter.generate(long, AbortSignal.timeout(50_000))) {
        if (batch.some(({ type }) => type === 'text-delta')) order.push(name)
      }
    }
    await Promise.all([read('a'), read('b')])
    for (const name of ['a', 'b']) {
      const other = name === 'a' ? 'b' : 'a'
      expect(order.indexOf(name)).toBeLessThan(order.lastIndexOf(other))
    }
    const changes = order.filter((name, index) => name !== order[index - 1]).length
    expect(changes).toBeGreaterThan(20)
  })

  test('an answer beyond the sequences waits its turn, says so, and comes', async () => {
    const request = textRequest('endless', { parameters: { maxOutputTokens: 200 } })
    const outcomes = await Promise.all([1, 2, 3].map(() => ask(house.adapter, request)))
    expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined, undefined])
    const waited = outcomes.map(({ events }) => events.some(isWaiting))
    expect(waited).toEqual([false, false, true])
    expect(new Set(outcomes.map(({ text }) => text)).size).toBe(1)
  })

  test('a cancel ends the answer with caller_cancelled and frees its place', async () => {
    for (let round = 0; round < 6; round += 1) {
      const cancel = new AbortController()
      const seen: GenerateEvent[] = []
      const run = async () => {
        for await (const batch of house.adapter.generate(unlimited, cancel.signal)) {
          seen.push(...batch)
          if (batch.some(({ type }) => type === 'text-delta')) cancel.abort()
        }
      }
      await expect(run()).rejects.toMatchObject({ code: 'caller_cancelled' })
      expect(seen.some((event) => event.type === 'finish' || isWaiting(event))).toBe(false)
    }
    expect((await ask(house.adapter, textRequest('endless'))).error).toBeUndefined()
  })

  test('a reader that leaves ends its answer', async () => {
    for (let round = 0; round < 6; round += 1) {
      for await (const batch of house.adapter.generate(unlimited, never())) {
        if (batch.some(({ type }) => type === 'text-delta')) break
      }
    }
    const { events, error } = await ask(house.adapter, textRequest('endless'))
    expect(error).toBeUndefined()
    expect(events.some(isWaiting)).toBe(false)
  })

  test('the wanted number of tokens is kept: the answer ends with length', async () => {
    const { events, text } = await ask(house.adapter, textRequest('endless', { parameters: { maxOutputTokens: 7 } }))
    expect(text).toBe('round and about round and about round')
    expect(usageOf(events).outputTokens).toBe(7)
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'length' })
  })

  test('an answer that reaches the end of the window ends with length', async () => {
    const { events, error } = await ask(house.adapter, unlimited)
    expect(error).toBeUndefined()
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'length' })
    const { inputTokens, outputTokens } = usageOf(events)
    expect(inputTokens + outputTokens).toBeLessThanOrEqual(1024)
    expect(inputTokens + outputTokens).toBeGreaterThan(1000)
  })

  test('a conversation that does not fit the window is refused with both numbers', async () => {
    const { error, events } = await ask(
      house.adapter,
      textRequest('endless', { messages: [userSays('x'.repeat(1100))] }),
    )
    expect(error).toMatchObject({ code: 'caller_invalid_request', retryable: false })
    expect(error?.message).toMatch(/has 11\d\d tokens .* at most 1016;/)
    expect(contentOf(events)).toEqual([])
  })

  test('a stop text ends the answer and is not part of it, also across tokens', async () => {
    const { events, text } = await ask(house.adapter, textRequest('endless', { parameters: { stop: ['nd about r'] } }))
    expect(text).toBe('round a')
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
  })

  test('a long prompt shows its progress', async () => {
    const request = textRequest('endless', { messages: [userSays('y'.repeat(800))] })
    const { events } = await ask(house.adapter, request)
    const progress = events.flatMap((event) =>
      event.type === 'phase' && event.phase === 'prompt_eval' && event.progress !== undefined ? [event.progress] : [],
    )
    expect(progress.length).toBeGreaterThan(3)
    expect(progress).toEqual(progress.toSorted((left, right) => left - right))
  })
})

describe('a model of random weights', { timeout: 60_000 }, () => {
  let house: LocalHouse
  beforeAll(async () => {
    house = await localHouse({ random: {} }, { context_tokens: 2048, sequences: 1 })
  }, 60_000)
  afterAll(() => house[Symbol.asyncDispose]())

  test('a JSON Schema is kept', async () => {
    const schema = {
      type: 'object',
      properties: {
        device: { enum: ['lamp', 'fan'] },
        on: { type: 'boolean' },
        level: { anyOf: [{ $ref: '#/$defs/level' }, { type: 'null' }] },
        tags: { type: 'array', items: { type: 'string', maxLength: 4 }, maxItems: 2 },
      },
      required: ['device', 'on', 'level', 'tags'],
      $defs: { level: { type: 'object', properties: { unit: { const: 'percent' } } } },
    }
    const { text, events } = await ask(
      house.adapter,
      textRequest('random', {
        responseFormat: { type: 'json_schema', name: 'command', schema },
        parameters: { maxOutputTokens: 400 },
      }),
    )
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
    const shape = z.strictObject({
      device: z.enum(['lamp', 'fan']),
      on: z.boolean(),
      level: z.strictObject({ unit: z.literal('percent') }).nullable(),
      tags: z.array(z.string().max(4)).max(2),
    })
    expect(shape.safeParse(JSON.parse(text)).error).toBeUndefined()
  })

  test('a JSON object is begun when one is asked for', async () => {
    const { text } = await ask(house.adapter, textRequest('random', { responseFormat: { type: 'json_object' } }))
    expect(text.trimStart()[0]).toBe('{')
  })

  test('a tool call that is required is one of the declared tools with fitting arguments', async () => {
    const { events } = await ask(
      house.adapter,
      textRequest('random', {
        tools: [light, rest],
        toolChoice: { type: 'required' },
        parameters: { maxOutputTokens: 400 },
      }),
    )
    const start = events.find((event) => event.type === 'tool-call-start')
    expect(['set_light', 'rest']).toContain(start?.name)
    expect(start?.callId).toMatch(/^call_[0-9a-f]{32}$/)
    const shape = start?.name === 'rest' ? z.strictObject({}) : lightArguments
    expect(shape.safeParse(JSON.parse(argumentsOf(events))).error).toBeUndefined()
    expect(events.some(({ type }) => type === 'text-start')).toBe(false)
    const types = contentOf(events).map(({ type }) => type)
    expect(types.slice(-3)).toEqual(['tool-call-end', 'usage', 'finish'])
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool_calls' })
  })

  test('a tool that is named is the one called', async () => {
    for (const tool of [light, rest]) {
      const { events } = await ask(
        house.adapter,
        textRequest('random', { tools: [light, rest], toolChoice: { type: 'tool', name: tool.name } }),
      )
      expect(events.find((event) => event.type === 'tool-call-start')?.name).toBe(tool.name)
    }
  })

  test('a tool call cut by the length ends its block and finishes with length', async () => {
    const { events } = await ask(
      house.adapter,
      textRequest('random', {
        tools: [light],
        toolChoice: { type: 'required' },
        parameters: { maxOutputTokens: 40 },
      }),
    )
    expect(
      contentOf(events)
        .map(({ type }) => type)
        .slice(-3),
    ).toEqual(['tool-call-end', 'usage', 'finish'])
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'length' })
  })

  test('the same seed gives the same text, another seed another', async () => {
    const withSeed = (seed: number) =>
      ask(
        house.adapter,
        textRequest('random', { parameters: { temperature: 1, topP: 0.9, seed, maxOutputTokens: 30 } }),
      )
    const [first, again, other] = [await withSeed(7), await withSeed(7), await withSeed(8)]
    expect(again.text).toBe(first.text)
    expect(other.text).not.toBe(first.text)
  })

  test('without a temperature the answer is always the same', async () => {
    const [first, again] = [
      await ask(house.adapter, textRequest('random')),
      await ask(house.adapter, textRequest('random')),
    ]
    expect(again.text).toBe(first.text)
  })

  test('no delta holds U+0000 or half a character', async () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const parameters = { temperature: 1.5, seed, maxOutputTokens: 200 }
      const { text, error } = await ask(house.adapter, textRequest('random', { parameters }))
      expect(error).toBeUndefined()
      expect(text.isWellFormed()).toBe(true)
      expect(text).not.toContain('\0')
    }
  })
})

describe('a model that begins a call', { timeout: 60_000 }, () => {
  test('tools it may call are called by its own word', async () => {
    await using house = await localHouse({ caller: { says: ['||call: '] } }, { context_tokens: 2048 })
    const { events, error } = await ask(
      house.adapter,
      textRequest('caller', { tools: [light, rest], parameters: { maxOutputTokens: 200 } }),
    )
    expect(error).toBeUndefined()
    const start = events.find((event) => event.type === 'tool-call-start')
    const shape = start?.name === 'rest' ? z.strictObject({}) : lightArguments
    expect(shape.safeParse(JSON.parse(argumentsOf(events))).error).toBeUndefined()
    expect(argumentsOf(events)).toBe(argumentsOf(events).trim())
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'tool_calls' })
  })
})

const isWaiting = (event: GenerateEvent) => event.type === 'phase' && event.phase === 'waiting_first_token'
const never = () => new AbortController().signal
