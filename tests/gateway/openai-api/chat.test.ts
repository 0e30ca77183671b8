import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { adminToken, type Harness, startGateway } from '../gateway-harness.ts'
import { callRun, ended, failed, parseEvents, post, wordsRun } from './api-harness.ts'

const ask = { model: 'demo', messages: [{ role: 'user' as const, content: 'hi' }] }

const clientOf = ({ port }: Harness, options: object = {}): OpenAI =>
  new OpenAI({ apiKey: adminToken, baseURL: `http://127.0.0.1:${port}/v1`, ...options })

describe('POST /v1/chat/completions', () => {
  it('streams official chunks: role first, content, finish, usage when asked, [DONE]', async () => {
    await using harness = await startGateway()
    const answer = await post(harness, '/chat/completions', {
      ...ask,
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(answer.status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'resp_fake0',
    })
    const events = parseEvents(await answer.text()).map(({ data }) => data)
    expect(events.at(-1)).toBe('[DONE]')
    const chunks = events.slice(0, -1).map((data) => JSON.parse(data))
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ id: 'chatcmpl-fake0', object: 'chat.completion.chunk', model: 'demo' })
    }
    expect(chunks[0].choices[0].delta).toEqual({ role: 'assistant', content: '', refusal: null })
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe('Hello from the hearth')
    expect(chunks.at(-2)).toMatchObject({ choices: [{ delta: {}, finish_reason: 'stop' }], usage: null })
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    })
  })

  it('says no usage that was not asked for', async () => {
    await using harness = await startGateway()
    const text = await (await post(harness, '/chat/completions', { ...ask, stream: true })).text()
    expect(text).not.toContain('usage')
  })

  it('answers as one object when not streamed', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([
      ...wordsRun('reasoning', 0, ['so', ' then']),
      ...wordsRun('text', 1, ['a', 'b']),
      ...callRun(2, 'lamp', ['{"on":', 'true}']),
      ended('tool_calls'),
    ])
    const answer = await clientOf(harness).chat.completions.create(ask)
    expect(answer.choices).toEqual([
      {
        index: 0,
        finish_reason: 'tool_calls',
        logprobs: null,
        message: {
          role: 'assistant',
          content: 'ab',
          refusal: null,
          reasoning_content: 'so then',
          tool_calls: [{ id: 'call_2', type: 'function', function: { name: 'lamp', arguments: '{"on":true}' } }],
          annotations: [],
        },
      },
    ])
    expect(answer._request_id).toBe('resp_fake0')
  })

  it('streams reasoning, refusals and tool calls, several of them by index', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([
      ...wordsRun('reasoning', 0, ['think']),
      ...callRun(1, 'lamp', ['{"on":', 'true}']),
      ...callRun(2, 'door', ['{}']),
      ended('tool_calls'),
    ])
    harness.router.enqueue([...wordsRun('refusal', 0, ['I will', ' not'])])
    const client = clientOf(harness)
    const first = client.chat.completions.stream(ask)
    const reasoned: unknown[] = []
    first.on('chunk', ({ choices }) => reasoned.push(Object(choices[0]?.delta)['reasoning_content']))
    const { message, finish_reason: reason } = (await first.finalChatCompletion()).choices[0] ?? {}
    expect(reason).toBe('tool_calls')
    expect(
      message?.tool_calls?.map(
        (call) => call.type === 'function' && [call.id, call.function.name, call.function.arguments],
      ),
    ).toEqual([
      ['call_1', 'lamp', '{"on":true}'],
      ['call_2', 'door', '{}'],
    ])
    expect(reasoned).toContain('think')
    const refused = await client.chat.completions.stream(ask).finalChatCompletion()
    expect(refused.choices[0]?.message.refusal).toBe('I will not')
  })

  it('says by finish_reason that an answer was cut', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([...wordsRun('text', 0, ['cut']), ended('length')])
    harness.router.enqueue([...wordsRun('text', 0, ['cut']), ended('content_filter', { usage: null })])
    const client = clientOf(harness)
    expect((await client.chat.completions.create(ask)).choices[0]?.finish_reason).toBe('length')
    const filtered = await client.chat.completions.create(ask)
    expect(filtered.choices[0]?.finish_reason).toBe('content_filter')
    expect(filtered).not.toHaveProperty('usage')
  })

  it('hands the router every field, translated once', async () => {
    await using harness = await startGateway()
    const png = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1').toString('base64')
    const answer = await post(harness, '/chat/completions', {
      model: 'assistant',
      messages: [
        { role: 'developer', content: 'be brief' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'see' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${png}`, detail: 'high' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'lamp', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: [{ type: 'text', text: 'on' }] },
        { role: 'assistant', content: 'done', refusal: null, name: 'x' },
      ],
      tools: [
        {
          type: 'function',
          function: { name: 'lamp', description: 'd', parameters: { type: 'object' }, strict: true },
        },
      ],
      tool_choice: { type: 'function', function: { name: 'lamp' } },
      parallel_tool_calls: false,
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' }, strict: true } },
      max_tokens: 5,
      max_completion_tokens: 7,
      temperature: 0.5,
      top_p: 0.9,
      stop: 'END',
      seed: 3,
      frequency_penalty: 1,
      presence_penalty: -1,
      reasoning_effort: 'low',
      n: null,
      logit_bias: {},
      user: 'u',
      store: true,
      metadata: { a: 'b' },
      service_tier: 'auto',
      prediction: { type: 'content', content: 'x' },
      verbosity: 'low',
      some_future_field: 1,
    })
    expect(answer.status).toBe(200)
    const [{ request } = {}] = harness.router.starts
    expect(request).toEqual({
      lane: { sessionId: expect.stringMatching(/^req_/), streamId: 'http' },
      profile: 'assistant',
      input: [
        { type: 'message', role: 'system', content: [{ type: 'text', text: 'be brief' }] },
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'text', text: 'see' },
            { type: 'image', mediaType: 'image/png', bytes: Buffer.from(png, 'base64') },
          ],
        },
        { type: 'function_call', callId: 'c1', name: 'lamp', arguments: '{}' },
        { type: 'function_call_output', callId: 'c1', output: 'on' },
        { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'done' }] },
      ],
      tools: [{ name: 'lamp', description: 'd', parameters: { type: 'object' }, strict: true }],
      toolChoice: { type: 'tool', name: 'lamp' },
      responseFormat: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true },
      maxOutputTokens: 7,
      temperature: 0.5,
      parameters: {
        topP: 0.9,
        stop: ['END'],
        seed: 3,
        reasoningEffort: 'low',
        frequencyPenalty: 1,
        presencePenalty: -1,
        parallelToolCalls: false,
      },
      modalities: ['text'],
      timeouts: {},
      onDisconnect: 'cancel',
      metadata: {},
    })
  })

  it.each([
    ['n', { n: 2 }],
    ['logprobs', { logprobs: true }],
    ['logprobs', { top_logprobs: 3 }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['audio', { audio: { voice: 'x', format: 'mp3' } }],
    ['web_search_options', { web_search_options: {} }],
    ['logit_bias', { logit_bias: { 1: 2 } }],
    ['functions', { functions: [{ name: 'f' }] }],
    ['tools[0].type', { tools: [{ type: 'custom', custom: { name: 'x' } }] }],
    ['tool_choice', { tool_choice: { type: 'allowed_tools', allowed_tools: {} } }],
    [
      'messages[0].content[0].type',
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] },
    ],
    [
      'messages[0].content[0].image_url.url',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.test/a.png' } }] }] },
    ],
  ])('refuses what would have no effect, naming %s', async (param, more) => {
    await using harness = await startGateway()
    const answer = await post(harness, '/chat/completions', { ...ask, ...more })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error: { code: 'unsupported_feature', param, type: 'invalid_request_error' },
    })
    expect(harness.router.starts).toEqual([])
  })

  it('sends the status of a failure that comes before the first content, also when a stream was asked for', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([failed('provider_server_error')])
    const answer = await post(harness, '/chat/completions', { ...ask, stream: true })
    expect(answer.status).toBe(502)
    expect(answer.headers.get('x-request-id')).toBe('resp_fake0')
    expect(await answer.json()).toEqual({
      error: {
        message: 'It failed by provider_server_error.',
        type: 'api_error',
        param: null,
        code: 'provider_server_error',
      },
    })
  })

  it('ends a stream that fails later with an error chunk and no [DONE], which the libraries raise', async () => {
    await using harness = await startGateway()
    for (const _ of [1, 2]) {
      harness.router.enqueue([...wordsRun('text', 0, ['half']).slice(0, 2), failed('provider_timeout_idle')])
    }
    const text = await (await post(harness, '/chat/completions', { ...ask, stream: true })).text()
    const last = JSON.parse(parseEvents(text).at(-1)?.data ?? '')
    expect(last).toEqual({
      error: {
        message: 'It failed by provider_timeout_idle.',
        type: 'timeout_error',
        param: null,
        code: 'provider_timeout_idle',
      },
    })
    expect(text).not.toContain('[DONE]')
    expect(text).toContain('"content":"half"')
    const stream = await clientOf(harness).chat.completions.create({ ...ask, stream: true })
    const read = async (): Promise<void> => {
      for await (const _ of stream);
    }
    await expect(read()).rejects.toMatchObject({ code: 'provider_timeout_idle' })
  })
})
