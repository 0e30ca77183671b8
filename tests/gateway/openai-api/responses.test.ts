import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { adminToken, type Harness, startGateway } from '../gateway-harness.ts'
import { callRun, ended, failed, parseEvents, pictureRun, post, wordsRun } from './api-harness.ts'

const ask = { model: 'demo', input: 'hi' } as const

const clientOf = ({ port }: Harness): OpenAI =>
  new OpenAI({ apiKey: adminToken, baseURL: `http://127.0.0.1:${port}/v1` })

const eventsOf = async (answer: Response) =>
  parseEvents(await answer.text()).map(({ event, data }) => {
    const parsed = JSON.parse(data)
    expect(parsed.type).toBe(event)
    return parsed
  })

describe('POST /v1/responses', () => {
  it('streams official events only, numbered without a gap, with whole responses at both ends', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([
      ...wordsRun('reasoning', 0, ['hm']),
      ...wordsRun('text', 1, ['a', 'b']),
      ...callRun(2, 'lamp', ['{}']),
      ended('tool_calls'),
    ])
    const tools = [{ type: 'function', name: 'lamp', parameters: null, strict: null }] as const
    const events = await eventsOf(await post(harness, '/responses', { ...ask, stream: true, tools }))
    expect(events.map(({ sequence_number: number }) => number)).toEqual(events.map((_, index) => index))
    expect(events.map(({ type }) => type.replace('response.', ''))).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'reasoning_text.delta',
      'reasoning_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'completed',
    ])
    const { response } = events.at(-1)
    expect(response).toMatchObject({
      id: 'resp_fake0',
      object: 'response',
      status: 'completed',
      model: 'demo',
      error: null,
    })
    expect(response.output).toEqual([
      {
        type: 'reasoning',
        id: 'item_0',
        status: 'completed',
        summary: [],
        content: [{ type: 'reasoning_text', text: 'hm' }],
      },
      {
        type: 'message',
        id: 'item_1',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'ab', annotations: [], logprobs: [] }],
      },
      { type: 'function_call', id: 'item_2', status: 'completed', call_id: 'call_2', name: 'lamp', arguments: '{}' },
    ])
    expect(response.usage).toEqual({
      input_tokens: 3,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: 4,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 7,
    })
  })

  it('answers as one object, and its stream adds up to the same', async () => {
    await using harness = await startGateway()
    const client = clientOf(harness)
    const whole = await client.responses.create(ask)
    expect(whole.output_text).toBe('Hello from the hearth')
    const streamed = await client.responses.stream(ask).finalResponse()
    expect(streamed.output_text).toBe(whole.output_text)
    expect(Object.keys(streamed)).toEqual(
      expect.arrayContaining(Object.keys(whole).filter((key) => key !== '_request_id')),
    )
  })

  it('says why an answer is incomplete', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([...wordsRun('text', 0, ['cut']), ended('length')])
    const answer = await clientOf(harness).responses.create(ask)
    expect(answer).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })
  })

  it('draws when the choice names image_generation, rough versions first', async () => {
    await using harness = await startGateway()
    const [rough, fine] = [Buffer.from('rough'), Buffer.from('fine')]
    harness.router.enqueue([...pictureRun([rough], fine), ended('stop')])
    const events = await eventsOf(
      await post(harness, '/responses', {
        ...ask,
        stream: true,
        tools: [{ type: 'image_generation', partial_images: 1, size: '64x64', output_format: 'webp' }],
        tool_choice: { type: 'image_generation' },
      }),
    )
    expect(harness.router.starts[0]?.request).toMatchObject({
      modalities: ['image'],
      image: { partialImages: 1, size: '64x64', format: 'webp' },
    })
    const partial = events.find(({ type }) => type.endsWith('partial_image'))
    expect(partial).toMatchObject({ partial_image_b64: rough.toString('base64'), partial_image_index: 0 })
    expect(events.at(-1).response.output).toEqual([
      { type: 'image_generation_call', id: 'item_0', status: 'completed', result: fine.toString('base64') },
    ])
  })

  it('draws as the tool says without rough versions too, and refuses what is not passed on', async () => {
    await using harness = await startGateway()
    const draw = (tool: object) =>
      post(harness, '/responses', {
        ...ask,
        tools: [{ type: 'image_generation', ...tool }],
        tool_choice: { type: 'image_generation' },
      })
    harness.router.enqueue([...pictureRun([], Buffer.from('fine')), ended('stop')])
    expect((await draw({ size: '64x64', quality: 'low' })).status).toBe(200)
    expect(harness.router.starts[0]?.request.image).toEqual({ partialImages: 0, size: '64x64', quality: 'low' })
    for (const tool of [
      { output_compression: 50 },
      { input_fidelity: 'high' },
      { input_image_mask: { file_id: 'f' } },
    ]) {
      const refused = await draw(tool)
      expect([refused.status, await refused.json()]).toMatchObject([400, { error: { code: 'unsupported_feature' } }])
    }
  })

  it('ends a run that fails later with response.failed and an error, which the libraries raise', async () => {
    await using harness = await startGateway()
    const half = [...wordsRun('text', 0, ['half']).slice(0, 2), failed('provider_stream_truncated')]
    harness.router.enqueue(half)
    harness.router.enqueue(half)
    const events = await eventsOf(await post(harness, '/responses', { ...ask, stream: true }))
    expect(events.at(-2)).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error' } },
    })
    expect(events.at(-1)).toMatchObject({
      type: 'error',
      code: 'provider_stream_truncated',
      sequence_number: events.length - 1,
    })
    const stream = await clientOf(harness).responses.create({ ...ask, stream: true })
    const read = async (): Promise<void> => {
      for await (const _ of stream);
    }
    await expect(read()).rejects.toMatchObject({ code: 'provider_stream_truncated' })
  })

  it('hands the router every field, translated once', async () => {
    await using harness = await startGateway()
    await clientOf(harness).responses.create({
      model: 'demo',
      instructions: 'be brief',
      previous_response_id: 'resp_1',
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'a' }] },
        { type: 'reasoning', id: 'rs', summary: [] },
        { type: 'function_call', call_id: 'c', name: 'lamp', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_text', text: 'on' }] },
      ],
      text: { format: { type: 'json_object' }, verbosity: 'low' },
      reasoning: { effort: 'high', summary: 'auto' },
      max_output_tokens: 9,
      top_p: 0.5,
      metadata: { a: 'b' },
      include: ['reasoning.encrypted_content'],
      store: false,
    })
    expect(harness.router.starts[0]?.request).toMatchObject({
      profile: 'demo',
      instructions: 'be brief',
      previousResponseId: 'resp_1',
      input: [
        { type: 'message', role: 'user', content: [{ type: 'text', text: 'a' }] },
        { type: 'function_call', callId: 'c', name: 'lamp', arguments: '{}' },
        { type: 'function_call_output', callId: 'c', output: 'on' },
      ],
      responseFormat: { type: 'json_object' },
      maxOutputTokens: 9,
      parameters: { topP: 0.5, reasoningEffort: 'high' },
      metadata: { a: 'b' },
      onDisconnect: 'cancel',
    })
  })

  it.each([
    ['background', { background: true }],
    ['truncation', { truncation: 'auto' }],
    ['prompt', { prompt: { id: 'p' } }],
    ['tools[0].type', { tools: [{ type: 'web_search' }] }],
    ['tools[0].type', { tools: [{ type: 'image_generation' }] }],
    ['input[0].type', { input: [{ type: 'item_reference', id: 'x' }] }],
  ])('refuses what would have no effect, naming %s', async (param, more) => {
    await using harness = await startGateway()
    const answer = await post(harness, '/responses', { ...ask, ...more })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 'unsupported_feature', param } })
  })
})
