import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, embedMany, generateImage, generateObject, generateText, isStepCount, streamText, tool } from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { tinyPng } from '../../services/common/testing/fake-vendor/tiny-png.ts'
import { type ClientHouse, fiveWords, startClientHouse } from './client-house.ts'

let house: ClientHouse

beforeAll(async () => {
  house = await startClientHouse()
})
afterAll(() => house[Symbol.asyncDispose]())

const providerWith = (apiKey: string) =>
  createOpenAICompatible({
    name: 'hearth',
    baseURL: house.baseUrl,
    apiKey,
    includeUsage: true,
    supportsStructuredOutputs: true,
  })
const model = (name: string) => providerWith(house.token)(name)

const lookup = tool({
  description: 'Weather of a town',
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => `sunny in ${city}`,
})

describe('the AI SDK with openai-compatible', () => {
  it('generates text, with usage', async () => {
    const { text, usage, finishReason } = await generateText({ model: model('words'), prompt: 'Hello' })
    expect({ text, finishReason }).toEqual({ text: fiveWords, finishReason: 'stop' })
    expect(usage).toMatchObject({ inputTokens: 7, outputTokens: 5 })
  })

  it('streams text, with usage', async () => {
    const result = streamText({ model: model('words'), prompt: 'Hello' })
    expect(await Array.fromAsync(result.textStream)).toEqual(['w0 ', 'w1 ', 'w2 ', 'w3 ', 'w4 '])
    expect(await result.finishReason).toBe('stop')
    expect(await result.usage).toMatchObject({ inputTokens: 7, outputTokens: 5 })
  })

  it('tells reasoning apart from the answer, streamed or not', async () => {
    const whole = await generateText({ model: model('thinker'), prompt: 'Hello' })
    expect([whole.reasoningText, whole.text]).toEqual(['w0 w1 w2 ', fiveWords])
    const stream = streamText({ model: model('thinker'), prompt: 'Hello' })
    expect([await stream.reasoningText, await stream.text]).toEqual(['w0 w1 w2 ', fiveWords])
  })

  it('calls tools and sends what they gave, streamed or not', async () => {
    const asked = { model: model('tool-user'), prompt: 'Hello', tools: { lookup }, stopWhen: isStepCount(2) }
    const whole = await generateText(asked)
    expect(whole.steps[0]?.toolResults).toMatchObject([
      { input: { city: 'town 0' }, output: 'sunny in town 0' },
      { input: { city: 'town 1' }, output: 'sunny in town 1' },
    ])
    expect(house.vendor.requests.at(-1)?.body).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant' },
        { role: 'tool', content: 'sunny in town 0' },
        { role: 'tool' },
      ],
    })
    const stream = streamText(asked)
    await stream.consumeStream()
    expect((await stream.steps)[0]?.toolResults).toHaveLength(2)
    expect((await stream.steps)[0]?.finishReason).toBe('tool-calls')
  })

  it('gets an object that fits its schema', async () => {
    const schema = z.object({ title: z.string(), pages: z.number() })
    const { object } = await generateObject({ model: model('demo'), prompt: 'A book', schema })
    expect(schema.safeParse(object).success).toBe(true)
  })

  it('turns texts into vectors', async () => {
    const { embeddings, usage } = await embedMany({
      model: providerWith(house.token).embeddingModel('words'),
      values: ['a', 'b'],
    })
    expect(embeddings.map((vector) => vector.length)).toEqual([8, 8])
    expect(usage.tokens).toBe(6)
  })

  it('draws a picture', async () => {
    const { image } = await generateImage({ model: providerWith(house.token).imageModel('painter'), prompt: 'A house' })
    expect(Buffer.from(image.uint8Array).equals(tinyPng(200))).toBe(true)
  })

  it('tells errors by status, and which of them are worth another try', async () => {
    const failure = (name: string, token = house.token): Promise<unknown> =>
      generateText({ model: providerWith(token)(name), prompt: 'Hello', maxRetries: 0 }).catch(
        (error: unknown) => error,
      )
    const expected = [
      { error: await failure('words', 'sk-wrong'), statusCode: 401, isRetryable: false },
      { error: await failure('nobody'), statusCode: 404, isRetryable: false },
      { error: await failure('too-long'), statusCode: 400, isRetryable: false },
      { error: await failure('limited'), statusCode: 429, isRetryable: true },
    ]
    for (const { error, ...told } of expected) {
      expect(APICallError.isInstance(error)).toBe(true)
      expect(error).toMatchObject(told)
    }
    expect(expected[3]?.error).toMatchObject({ responseHeaders: { 'retry-after': '2' } })
    expect(String(Reflect.get(Object(expected[2]?.error), 'responseBody'))).toContain('context_length_exceeded')
  })

  it('hears that a stream was cut, after what came of it', async () => {
    const result = streamText({ model: model('cut'), prompt: 'Hello', maxRetries: 0, onError: () => undefined })
    const parts = await Array.fromAsync(result.fullStream)
    expect(parts.flatMap((part) => (part.type === 'text-delta' ? [part.text] : [])).join('')).toBe('w0 w1 w2 ')
    expect(parts.some(({ type }) => type === 'error')).toBe(true)
  })

  it('ends the run at the vendor when it is aborted', async () => {
    const abort = new AbortController()
    const result = streamText({ model: model('slow'), prompt: 'Hello', abortSignal: abort.signal })
    for await (const part of result.fullStream) if (part.type === 'text-delta') abort.abort()
    const request = house.vendor.requests.at(-1)
    await request?.closed
    expect(request?.ended?.by).toBe('client')
  })
})
