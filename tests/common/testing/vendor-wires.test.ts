import Anthropic from '@anthropic-ai/sdk'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FakeVendor, startFakeVendor } from '../../../services/common/testing/fake-vendor/fake-vendor.ts'
import { vendorFaults } from '../../../services/common/testing/fake-vendor/scenario.ts'
import { tinyPng } from '../../../services/common/testing/fake-vendor/tiny-png.ts'

let vendor: FakeVendor
beforeAll(async () => {
  vendor = await startFakeVendor()
})
afterAll(() => vendor.stop())

const openai = () => new OpenAI({ baseURL: vendor.baseUrl, apiKey: 'test-key', maxRetries: 0 })
const anthropic = () => new Anthropic({ baseURL: vendor.rootUrl, apiKey: 'test-key', maxRetries: 0 })
const post = (path: string, body: object, signal?: AbortSignal) =>
  fetch(`${vendor.rootUrl}${path}`, { method: 'POST', body: JSON.stringify(body), ...(signal ? { signal } : {}) })

describe('the fake vendor speaks to the unmodified SDK by', () => {
  const response = (model: string) => openai().responses.stream({ model, input: 'hello' }).finalResponse()

  test('Responses: reasoning, text, usage', async () => {
    const answer = await response('fake?tokens=3&reasoning=2')
    expect(answer).toMatchObject({ status: 'completed', output_text: 'w0 w1 w2 ' })
    expect(answer.output.map(({ type }) => type)).toEqual(['reasoning', 'message'])
    expect(answer.usage).toMatchObject({ input_tokens: 7, output_tokens: 5, total_tokens: 12 })
  })

  test('Responses: calls, a refusal, and an end by the limit', async () => {
    const [call] = (await response('fake?calls=2')).output
    expect(call).toMatchObject({ type: 'function_call', name: 'lookup', arguments: '{"city":"town 0"}' })
    const [refusal] = (await response('fake?refusal=2')).output
    expect(refusal).toMatchObject({ content: [{ type: 'refusal', refusal: 'w0 w1 ' }] })
    const stream = openai().responses.stream({ model: 'fake?tokens=9', input: 'hello', max_output_tokens: 2 })
    const cut = await stream.finalResponse()
    expect(cut).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })
    expect(cut.output_text).toBe('w0 w1 ')
  })

  test('Responses: numbers without a gap', async () => {
    const numbers: number[] = []
    const stream = await openai().responses.create({ model: 'fake?tokens=3&reasoning=1', input: 'x', stream: true })
    for await (const event of stream) numbers.push(event.sequence_number)
    expect(numbers).toEqual(numbers.map((_, index) => index))
  })

  const message = (model: string, max_tokens = 100) =>
    anthropic()
      .messages.stream({ model, max_tokens, messages: [{ role: 'user', content: 'hi' }] })
      .finalMessage()

  test('Messages: thinking, text, usage, stop reasons', async () => {
    const answer = await message('fake?tokens=3&reasoning=2')
    expect(answer.content).toMatchObject([
      { type: 'thinking', thinking: 'w0 w1 ' },
      { type: 'text', text: 'w0 w1 w2 ' },
    ])
    expect(answer).toMatchObject({ stop_reason: 'end_turn', usage: { cache_read_input_tokens: 2, output_tokens: 5 } })
    expect(await message('fake?tokens=9', 2)).toMatchObject({ stop_reason: 'max_tokens' })
    expect(await message('fake?refusal=2')).toMatchObject({ stop_reason: 'refusal' })
    const used = await message('fake?calls=2')
    expect(used.stop_reason).toBe('tool_use')
    expect(used.content[1]).toMatchObject({ type: 'tool_use', name: 'lookup', input: { city: 'town 1' } })
  })

  test('images: rough ones, then the picture; edits by a form; without a stream', async () => {
    const types: string[] = []
    const drawn = await openai().images.generate({ model: 'fake', prompt: 'a', stream: true, partial_images: 2 })
    for await (const event of drawn) types.push(event.type)
    const image = await toFile(tinyPng(1), 'a.png', { type: 'image/png' })
    const edit = { model: 'fake', prompt: 'b', image: [image, image] }
    for await (const event of await openai().images.edit({ ...edit, stream: true, partial_images: 1 }))
      types.push(event.type)
    expect(types).toEqual([
      'image_generation.partial_image',
      'image_generation.partial_image',
      'image_generation.completed',
      'image_edit.partial_image',
      'image_edit.completed',
    ])
    const [picture] = (await openai().images.generate({ model: 'fake', prompt: 'a' })).data ?? []
    expect(
      Buffer.from(picture?.b64_json ?? '', 'base64')
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG')
    const form = vendor.requests.find(({ path }) => path === '/v1/images/edits')?.body
    expect(form).toMatchObject({ model: 'fake', prompt: 'b', 'image[]': [{ mediaType: 'image/png' }, {}] })
  })

  test('embeddings, as numbers and as base64', async () => {
    const input = ['cold', 'warm']
    const ask = (encoding_format: 'float' | 'base64') =>
      openai().embeddings.create({ model: 'fake', input, dimensions: 4, encoding_format })
    const plain = await ask('float')
    expect(plain.data.map(({ embedding }) => embedding.length)).toEqual([4, 4])
    const [packed] = (await ask('base64')).data
    const bytes = Buffer.from(String(packed?.embedding), 'base64')
    expect(bytes.readFloatLE(0)).toBe(plain.data[0]?.embedding[0])
  })
})

describe('the fake vendor errs as', () => {
  test('OpenAI does', async () => {
    const asked = openai().responses.create({ model: 'status:400?code=context_length_exceeded', input: 'x' })
    await expect(asked).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded' })
  })

  test.each([
    [401, 'authentication_error'],
    [402, 'billing_error'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [529, 'overloaded_error'],
  ])('Anthropic does with %i', async (status, type) => {
    const messages = [{ role: 'user', content: 'x' } as const]
    const asked = anthropic().messages.create({ model: `status:${status}?retry_after=2`, max_tokens: 5, messages })
    const headers = { get: expect.anything() }
    await expect(asked).rejects.toMatchObject({ status, error: { type: 'error', error: { type } }, headers })
  })

  test('Ollama does', async () => {
    const answer = await post('/api/chat', { model: 'status:500' })
    expect(await answer.json()).toEqual({ error: 'secret vendor text' })
  })
})

describe('a local server', () => {
  const lines = async (model: string) =>
    (await (await post('/api/chat', { model })).text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))

  test('streams lines the way Ollama does', async () => {
    const chunks = await lines('fake?tokens=2&reasoning=1')
    expect(chunks.map(({ message: { content, thinking } }) => thinking ?? content)).toEqual([
      '',
      'w0 ',
      'w0 ',
      'w1 ',
      '',
    ])
    expect(chunks.at(-1)).toMatchObject({ done: true, done_reason: 'stop', eval_count: 3 })
    const [, called] = await lines('fake?calls=1')
    expect(called.message.tool_calls).toMatchObject([{ function: { name: 'lookup', arguments: { city: 'town 0' } } }])
  })

  test('keeps the headers back while its model loads, and says in /api/ps what is loaded', async () => {
    const model = 'loading?load_ms=150&tokens=1'
    const loaded = async () => await (await fetch(`${vendor.rootUrl}/api/ps`)).text()
    const startedAt = performance.now()
    const asked = post('/api/chat', { model })
    await vendor.request(vendor.requests.length, AbortSignal.timeout(2000))
    expect(await loaded()).not.toContain(model)
    await asked
    expect(performance.now() - startedAt).toBeGreaterThan(140)
    expect(await loaded()).toContain(model)
  })

  test('or refuses until then, and tells the progress of the prompt, as llama.cpp does', async () => {
    const ask = () => post('/v1/chat/completions', { model: 'a?load_ms=100&while_loading=refuse&progress=2&tokens=1' })
    const refused = await ask()
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({ error: { message: 'Loading model', type: 'unavailable_error' } })
    await expect.poll(async () => (await ask()).status, { timeout: 2000 }).toBe(200)
    expect((await (await ask()).text()).match(/"prompt_progress"/g)).toHaveLength(2)
  })
})

describe.concurrent('every fault strikes on every wire', () => {
  const paths = ['/v1/chat/completions', '/v1/responses', '/v1/messages', '/api/chat', '/v1/images/generations']
  const cells = paths.flatMap((path) => vendorFaults.map((fault) => ({ path, fault })))

  /** What a naive reader gets in that time. */
  async function heard(path: string, model: string, ms: number): Promise<string> {
    const body = { model, stream: true, partial_images: 3 }
    let text = ''
    try {
      const answer = await post(path, body, AbortSignal.timeout(ms))
      text = `${answer.headers.get('content-type')} `
      for await (const chunk of answer.body ?? []) text += Buffer.from(chunk).toString('latin1')
      return `${text} END`
    } catch (error) {
      return `${text} ${error instanceof Error ? error.name : 'cut'}`
    }
  }

  test.each(cells)('$fault on $path', async ({ path, fault }) => {
    const isAnswered = ['invalid-utf8', 'line-1mb', 'error-mid-stream', 'malformed-json', 'line-17mb'].includes(fault)
    const faultyMs = isAnswered ? 10_000 : 400
    const [plain, faulty] = await Promise.all([
      heard(path, 'fake', 10_000),
      heard(path, `fault:${fault}?after=1`, faultyMs),
    ])
    expect(plain).toMatch(/ END$/)
    // Pictures have no words, Ollama's and a picture's last piece is its terminator.
    const noSuchPlace =
      (path.includes('images') && /utf8|1mb/.test(fault)) ||
      (/images|api.chat/.test(path) && /after-finish/.test(fault))
    if (noSuchPlace) return expect(faulty).toBe(plain)
    expect(faulty).not.toBe(plain)
    if (isAnswered) expect(faulty).toMatch(/ END$/)
  })
})
