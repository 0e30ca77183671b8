import OpenAI, { toFile } from 'openai'
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { tinyPng } from '../../services/common/testing/fake-vendor/tiny-png.ts'
import { type ClientHouse, fiveWords, startClientHouse, wireNames } from './client-house.ts'

let house: ClientHouse
let client: OpenAI

beforeAll(async () => {
  house = await startClientHouse()
  client = clientWith(house.token)
})
afterAll(() => house[Symbol.asyncDispose]())

const clientWith = (apiKey: string): OpenAI => new OpenAI({ baseURL: house.baseUrl, apiKey, maxRetries: 0 })

const messages = [{ role: 'user', content: 'Hello' }] as const

const weather = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const lookup = { type: 'function', function: { name: 'lookup', parameters: weather } } as const

describe('chat completions with the npm package openai', () => {
  it('answer whole, with usage', async () => {
    const answer = await client.chat.completions.create({ model: 'words', messages: [...messages] })
    expect(answer.object).toBe('chat.completion')
    expect(answer.model).toBe('words')
    expect(answer.choices).toMatchObject([
      { finish_reason: 'stop', message: { role: 'assistant', content: fiveWords } },
    ])
    expect(answer.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 })
    expect(answer._request_id).toMatch(/^re(q|sp)_/)
  })

  it('stream chunk by chunk, with usage when it is asked for', async () => {
    const stream = await client.chat.completions.create({
      model: 'words',
      messages: [...messages],
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = await Array.fromAsync(stream)
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(fiveWords)
    expect(chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? [])).toEqual(['stop'])
    expect(chunks.at(-1)?.usage?.total_tokens).toBe(12)
  })

  it('stream through the helper, which puts the answer together', async () => {
    const runner = client.chat.completions.stream({ model: 'words', messages: [...messages] })
    let heard = ''
    runner.on('content', (delta) => {
      heard += delta
    })
    expect(await runner.finalContent()).toBe(fiveWords)
    expect(heard).toBe(fiveWords)
  })

  it('bring reasoning as reasoning_content', async () => {
    const answer = await client.chat.completions.create({ model: 'thinker', messages: [...messages] })
    expect(answer.choices[0]?.message).toMatchObject({ reasoning_content: 'w0 w1 w2 ', content: fiveWords })
  })

  it('call tools, and take what they gave', async () => {
    const asked = await client.chat.completions.create({ model: 'tool-user', messages: [...messages], tools: [lookup] })
    const [choice] = asked.choices
    expect(choice?.finish_reason).toBe('tool_calls')
    const calls = choice?.message.tool_calls ?? []
    expect(calls).toMatchObject([
      { type: 'function', function: { name: 'lookup', arguments: '{"city":"town 0"}' } },
      { type: 'function', function: { name: 'lookup', arguments: '{"city":"town 1"}' } },
    ])
    if (choice === undefined) throw new Error('no choice')
    const outputs = calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'sunny' }) as const)
    const answer = await client.chat.completions.create({
      model: 'words',
      messages: [...messages, choice.message, ...outputs],
      tools: [lookup],
    })
    expect(answer.choices[0]?.message.content).toBe(fiveWords)
    expect(house.vendor.requests.at(-1)?.body).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant', tool_calls: [{ id: calls[0]?.id }, { id: calls[1]?.id }] },
        { role: 'tool', tool_call_id: calls[0]?.id, content: 'sunny' },
        { role: 'tool', tool_call_id: calls[1]?.id },
      ],
    })
  })

  it('stream tool calls through the helper', async () => {
    const runner = client.chat.completions.stream({ model: 'tool-user', messages: [...messages], tools: [lookup] })
    const final = await runner.finalChatCompletion()
    expect(final.choices[0]?.message.tool_calls).toMatchObject([
      { function: { name: 'lookup', arguments: '{"city":"town 0"}' } },
      { function: { name: 'lookup', arguments: '{"city":"town 1"}' } },
    ])
  })

  it('give structured output that parse() takes', async () => {
    const shape = z.object({ title: z.string(), pages: z.number() })
    const parsed = await client.chat.completions.parse({
      model: 'demo',
      messages: [...messages],
      response_format: zodResponseFormat(shape, 'book'),
    })
    expect(shape.safeParse(parsed.choices[0]?.message.parsed).success).toBe(true)
  })

  it('tell a refusal as one', async () => {
    const answer = await client.chat.completions.create({ model: 'refuser', messages: [...messages] })
    expect(answer.choices[0]?.message).toMatchObject({ refusal: 'w0 w1 w2 ', content: null })
  })

  it('take pictures in', async () => {
    const url = `data:image/png;base64,${tinyPng(7).toString('base64')}`
    await client.chat.completions.create({
      model: 'words',
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    })
    expect(JSON.stringify(house.vendor.requests.at(-1)?.body)).toContain(url)
  })
})

describe('responses with the npm package openai', () => {
  it('answer whole', async () => {
    const response = await client.responses.create({ model: 'words', input: 'Hello', instructions: 'Be brief.' })
    expect(response).toMatchObject({ object: 'response', status: 'completed', output_text: fiveWords, model: 'words' })
    expect(response.usage).toMatchObject({ input_tokens: 7, output_tokens: 5 })
  })

  it('stream official events, numbered without a gap', async () => {
    const stream = await client.responses.create({ model: 'thinker', input: 'Hello', stream: true })
    const events = await Array.fromAsync(stream)
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index))
    const texts = events.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : []))
    expect(texts.join('')).toBe(fiveWords)
    expect(events[0]?.type).toBe('response.created')
    expect(events.at(-1)?.type).toBe('response.completed')
  })

  it('stream through the helper, which puts the answer together', async () => {
    const response = await client.responses.stream({ model: 'words', input: 'Hello' }).finalResponse()
    expect(response.output_text).toBe(fiveWords)
  })

  it('call tools, and go on from an earlier answer', async () => {
    const first = await client.responses.create({
      model: 'tool-user',
      input: 'Hello',
      tools: [{ type: 'function', name: 'lookup', parameters: weather, strict: true }],
    })
    const calls = first.output.filter((item) => item.type === 'function_call')
    expect(calls).toMatchObject([
      { name: 'lookup', arguments: '{"city":"town 0"}' },
      { name: 'lookup', arguments: '{"city":"town 1"}' },
    ])
    const second = await client.responses.create({
      model: 'words',
      previous_response_id: first.id,
      input: calls.map(({ call_id }) => ({ type: 'function_call_output', call_id, output: 'sunny' })),
    })
    expect(second.output_text).toBe(fiveWords)
    expect(second.previous_response_id).toBe(first.id)
    expect(house.vendor.requests.at(-1)?.body).toMatchObject({
      messages: [{ role: 'user', content: 'Hello' }, { role: 'assistant' }, { role: 'tool' }, { role: 'tool' }],
    })
  })

  it('give structured output that parse() takes', async () => {
    const shape = z.object({ title: z.string(), pages: z.number() })
    const parsed = await client.responses.parse({
      model: 'demo',
      input: 'Hello',
      text: { format: zodTextFormat(shape, 'book') },
    })
    expect(shape.safeParse(parsed.output_parsed).success).toBe(true)
  })

  it('tell a refusal as one', async () => {
    const response = await client.responses.create({ model: 'refuser', input: 'Hello' })
    expect(response.output).toMatchObject([{ content: [{ type: 'refusal', refusal: 'w0 w1 w2 ' }] }])
  })

  it('draw a picture with the tool image_generation, with partials', async () => {
    const stream = await client.responses.create({
      model: 'painter',
      input: 'A house',
      tools: [{ type: 'image_generation', partial_images: 2 }],
      tool_choice: { type: 'image_generation' },
      stream: true,
    })
    const events = await Array.fromAsync(stream)
    const partials = events.filter(({ type }) => type === 'response.image_generation_call.partial_image')
    expect(partials).toHaveLength(2)
    const last = events.at(-1)
    if (last?.type !== 'response.completed') throw new Error(`ended with ${last?.type}`)
    expect(last.response.output).toMatchObject([
      { type: 'image_generation_call', status: 'completed', result: tinyPng(200).toString('base64') },
    ])
  })
})

describe('pictures with the npm package openai', () => {
  it('are drawn', async () => {
    const answer = await client.images.generate({ model: 'painter', prompt: 'A house' })
    expect(answer.data).toMatchObject([{ b64_json: tinyPng(200).toString('base64') }])
  })

  it('are drawn with partials', async () => {
    const stream = await client.images.generate({
      model: 'painter',
      prompt: 'A house',
      stream: true,
      partial_images: 2,
    })
    const events = await Array.fromAsync(stream)
    expect(events).toMatchObject([
      { type: 'image_generation.partial_image', partial_image_index: 0, b64_json: tinyPng(0).toString('base64') },
      { type: 'image_generation.partial_image', partial_image_index: 1, b64_json: tinyPng(40).toString('base64') },
      { type: 'image_generation.completed', b64_json: tinyPng(200).toString('base64') },
    ])
  })

  it('are changed, whole and with partials', async () => {
    const image = await toFile(tinyPng(7), 'house.png', { type: 'image/png' })
    const mask = await toFile(tinyPng(9), 'mask.png', { type: 'image/png' })
    const asked = { model: 'painter', prompt: 'A red house', image, mask }
    const answer = await client.images.edit(asked)
    expect(answer.data?.[0]?.b64_json).toBe(tinyPng(200).toString('base64'))
    const events = await Array.fromAsync(await client.images.edit({ ...asked, stream: true, partial_images: 1 }))
    expect(events.map(({ type }) => type)).toEqual(['image_edit.partial_image', 'image_edit.completed'])
    expect(house.vendor.requests.at(-1)?.path).toBe('/v1/images/edits')
  })
})

describe.each(wireNames)('every vendor behind the npm package openai: %s', (wire) => {
  it('answers with reasoning, text and usage', async () => {
    const runner = client.chat.completions.stream({
      model: `${wire}-words`,
      messages: [...messages],
      stream_options: { include_usage: true },
    })
    const { choices, usage } = await runner.finalChatCompletion()
    expect(choices).toMatchObject([{ finish_reason: 'stop', message: { content: fiveWords } }])
    expect(usage?.total_tokens).toBeGreaterThan(8)
    const response = await client.responses.create({ model: `${wire}-words`, input: 'Hello' })
    expect(response.output_text).toBe(fiveWords)
    expect(response.output.map(({ type }) => type)).toEqual(['reasoning', 'message'])
  })

  it('calls tools', async () => {
    const asked = { model: `${wire}-tools`, messages: [...messages], tools: [lookup] }
    const answer = await client.chat.completions.create(asked)
    const calls = answer.choices[0]?.message.tool_calls ?? []
    expect(answer.choices[0]?.finish_reason).toBe('tool_calls')
    expect(calls.map((call) => call.type === 'function' && JSON.parse(call.function.arguments))).toEqual([
      { city: 'town 0' },
      { city: 'town 1' },
    ])
  })
})

describe('models and embeddings with the npm package openai', () => {
  it('lists the profiles, and finds one', async () => {
    const models = await Array.fromAsync(client.models.list())
    expect(models.map(({ id }) => id)).toEqual(expect.arrayContaining(['words', 'painter', 'demo']))
    expect(await client.models.retrieve('words')).toMatchObject({ id: 'words', object: 'model' })
  })

  it('turns texts into vectors', async () => {
    const { data, usage } = await client.embeddings.create({ model: 'words', input: ['a', 'b'], dimensions: 4 })
    expect(data.map(({ embedding }) => embedding.length)).toEqual([4, 4])
    expect(Math.hypot(...(data[0]?.embedding ?? []))).toBeCloseTo(1, 5)
    expect(usage.prompt_tokens).toBe(6)
    const plain = await client.embeddings.create({ model: 'words', input: 'a', encoding_format: 'float' })
    expect(plain.data[0]?.embedding).toHaveLength(8)
  })
})

describe('exceptions of the npm package openai', () => {
  const chat = (model: string, from = client): Promise<unknown> =>
    from.chat.completions.create({ model, messages: [...messages] })

  it('AuthenticationError for a wrong key', async () => {
    const error = await chat('words', clientWith('sk-wrong')).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError)
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key' })
  })

  it('NotFoundError for an unknown model, on every route', async () => {
    const errors = await Promise.allSettled([
      chat('nobody'),
      client.responses.create({ model: 'nobody', input: 'x' }),
      client.images.generate({ model: 'nobody', prompt: 'x' }),
      client.embeddings.create({ model: 'nobody', input: 'x' }),
      client.models.retrieve('nobody'),
    ])
    for (const outcome of errors) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { status: 404, code: 'model_not_found' } })
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(OpenAI.NotFoundError)
    }
  })

  it.each([false, true])('BadRequestError for an input that is too long, streamed: %s', async (stream) => {
    const asked = { model: 'too-long', messages: [...messages], stream }
    const error = await client.chat.completions.create(asked).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect(error).toMatchObject({ status: 400, code: 'context_length_exceeded', type: 'invalid_request_error' })
  })

  it.each([false, true])('RateLimitError with Retry-After for a vendor that limits, streamed: %s', async (stream) => {
    const asked = { model: 'limited', messages: [...messages], stream }
    const error = await client.chat.completions.create(asked).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(OpenAI.RateLimitError)
    if (!(error instanceof OpenAI.RateLimitError)) return
    expect(error.headers?.get('retry-after')).toBe('2')
    expect(error.requestID).toMatch(/^re(q|sp)_/)
  })

  it('RateLimitError with Retry-After for a limit of the house', async () => {
    await chat('once')
    const error = await chat('once').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(OpenAI.RateLimitError)
    if (!(error instanceof OpenAI.RateLimitError)) return
    expect(Number(error.headers?.get('retry-after'))).toBeGreaterThan(0)
  })

  it('BadRequestError for a field that is wrong, naming it', async () => {
    const error = await client.chat.completions
      .create({ model: 'words', messages: [...messages], temperature: 9 })
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect(error).toMatchObject({ param: 'temperature' })
  })

  it('APIError for a stream that the vendor cut, after what came of it', async () => {
    const stream = await client.chat.completions.create({ model: 'cut', messages: [...messages], stream: true })
    let text = ''
    const read = async (): Promise<void> => {
      for await (const { choices } of stream) text += choices[0]?.delta.content ?? ''
    }
    await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError)
    expect(text).toBe('w0 w1 w2 ')
  })

  it('ends the run at the vendor when the answer is no longer wanted', async () => {
    const stream = await client.chat.completions.create({ model: 'slow', messages: [...messages], stream: true })
    for await (const { choices } of stream) if (choices[0]?.delta.content) break
    const request = house.vendor.requests.at(-1)
    await request?.closed
    expect(request?.ended?.by).toBe('client')
  })
})
