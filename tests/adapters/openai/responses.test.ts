import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOpenaiAdapter } from '../../../services/adapters/openai/adapter.ts'
import { mapResponsesRequest } from '../../../services/adapters/openai/map-responses-request.ts'
import { responsesDialect } from '../../../services/adapters/openai/map-responses-stream.ts'
import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'
import type { GenerateRequest } from '../../../services/common/contracts/generate-request.ts'
import type { ModelAdapter } from '../../../services/common/contracts/model-adapter.ts'
import type { ErrorCode } from '../../../services/common/errors/error-table.ts'
import { type FakeVendor, startFakeVendor } from '../../../services/common/testing/fake-vendor/fake-vendor.ts'
import { collect, log, never, textRequest } from './openai-harness.ts'

let vendor: FakeVendor
let adapter: ModelAdapter
let close: () => Promise<void>
beforeAll(async () => {
  vendor = await startFakeVendor()
  const connection = { base_url: vendor.baseUrl, api: 'responses' as const }
  const started = createOpenaiAdapter({ connections: () => ({ default: connection }), log })
  adapter = started
  close = () => started.stop(never)
})
afterAll(async () => {
  await close()
  await vendor.stop()
})

const answer = (overrides: Partial<GenerateRequest>) => collect(adapter.generate(textRequest(overrides), never))

describe('what is sent to the Responses API', () => {
  test('messages of every role, tools, format and parameters, and nothing to be kept there', async () => {
    const picture = { type: 'image', mediaType: 'image/webp', bytes: Uint8Array.from([1, 2]) } as const
    await answer({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
        { role: 'user', content: [{ type: 'text', text: 'Weather?' }, picture] },
        {
          role: 'assistant',
          content: [{ type: 'text', text: 'A moment.' }],
          toolCalls: [{ callId: 'c1', name: 'weather', arguments: '{}' }],
        },
        { role: 'tool', callId: 'c1', output: 'sunny' },
      ],
      tools: [
        { name: 'weather', description: 'd', parameters: { type: 'object' } },
        { name: 'exact', parameters: {}, strict: true },
      ],
      toolChoice: { type: 'tool', name: 'weather' },
      responseFormat: { type: 'json_schema', name: 'answer', schema: {}, strict: true },
      parameters: {
        temperature: 0.5,
        topP: 0.9,
        maxOutputTokens: 50,
        reasoningEffort: 'low',
        parallelToolCalls: true,
        extra: { reasoning: { summary: 'auto' }, text: { verbosity: 'low' }, service_tier: 'flex' },
      },
    })
    expect(vendor.requests.at(-1)?.path).toBe('/v1/responses')
    expect(vendor.requests.at(-1)?.body).toEqual({
      model: 'fake',
      stream: true,
      store: false,
      input: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Weather?' },
            { type: 'input_image', image_url: 'data:image/webp;base64,AQI=', detail: 'auto' },
          ],
        },
        { role: 'assistant', content: 'A moment.' },
        { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}' },
        { type: 'function_call_output', call_id: 'c1', output: 'sunny' },
      ],
      tools: [
        { type: 'function', name: 'weather', description: 'd', parameters: { type: 'object' }, strict: false },
        { type: 'function', name: 'exact', parameters: {}, strict: true },
      ],
      tool_choice: { type: 'function', name: 'weather' },
      parallel_tool_calls: true,
      temperature: 0.5,
      top_p: 0.9,
      max_output_tokens: 50,
      reasoning: { effort: 'low', summary: 'auto' },
      text: { format: { type: 'json_schema', name: 'answer', schema: {}, strict: true }, verbosity: 'low' },
      service_tier: 'flex',
    })
  })

  test('nothing that was not asked for', () => {
    expect(Object.keys(mapResponsesRequest(textRequest(), 'http://localhost/v1')).toSorted()).toEqual([
      'input',
      'model',
      'store',
      'stream',
    ])
  })

  test('to OpenAI itself no wish for padded events', () => {
    expect(mapResponsesRequest(textRequest(), 'https://api.openai.com/v1')).toHaveProperty('stream_options', {
      include_obfuscation: false,
    })
  })

  test('what it does not take is dropped by name', async () => {
    const { events } = await answer({ parameters: { stop: ['END'], seed: 1, temperature: 1 } })
    expect(events[0]).toEqual({ type: 'parameters-dropped', names: ['stop', 'seed'] })
    expect(vendor.requests.at(-1)?.body).toHaveProperty('temperature', 1)
    expect(vendor.requests.at(-1)?.body).not.toHaveProperty('seed')
  })
})

describe('what the Responses API answers', () => {
  test('reasoning and text, calls, refusals, and the limit of length', async () => {
    const { events, text } = await answer({ model: 'fake?tokens=2&reasoning=1' })
    expect(events.map(({ type }) => type)).toEqual([
      'phase',
      'reasoning-start',
      'reasoning-delta',
      'reasoning-end',
      'text-start',
      'text-delta',
      'text-delta',
      'text-end',
      'usage',
      'finish',
    ])
    expect(text).toBe('w0 w1 ')
    const calls = await answer({ model: 'fake?calls=2' })
    expect(calls.events.filter(({ type }) => type === 'tool-call-end')).toHaveLength(2)
    expect(calls.events.at(-1)).toEqual({ type: 'finish', reason: 'tool_calls' })
    const refused = await answer({ model: 'fake?refusal=2' })
    expect(refused.events.filter(({ type }) => type === 'refusal-delta')).toHaveLength(2)
    const cut = await answer({ parameters: { maxOutputTokens: 3 } })
    expect(cut.events.at(-1)).toEqual({ type: 'finish', reason: 'length' })
  })

  const timeouts = { headersMs: 300, firstTokenMs: 400, idleMs: 300, totalMs: 10_000 }
  test.each<readonly [string, ErrorCode, string]>([
    ['fault:error-first?code=context_length_exceeded', 'caller_invalid_request', ''],
    ['fault:error-other-form', 'provider_stream_error', 'w0 w1 w2 '],
    ['fault:error-other-form?after=0&code=context_length_exceeded', 'caller_invalid_request', ''],
    ['fault:done-only', 'provider_stream_truncated', ''],
    ['fault:error-mid-stream', 'provider_stream_error', 'w0 w1 w2 '],
    ['fault:error-mid-stream?code=something_new', 'provider_stream_error', 'w0 w1 w2 '],
    ['fault:end-without-terminator', 'provider_stream_truncated', 'w0 w1 w2 '],
    ['fault:malformed-json', 'provider_stream_error', 'w0 w1 w2 '],
    ['fault:reset-mid-stream', 'provider_connection_failed', 'w0 w1 w2 '],
    ['fault:stall-mid-stream', 'provider_timeout_idle', 'w0 w1 w2 '],
    ['fault:silence-after-headers', 'provider_timeout_first_token', ''],
    ['fault:line-17mb', 'provider_stream_error', 'w0 w1 w2 '],
    ['fault:not-sse', 'provider_stream_error', ''],
    ['status:429', 'provider_rate_limited', ''],
  ])('%s is %s, the partial kept, the request closed', async (model, code, kept) => {
    const isTimed = code.startsWith('provider_timeout')
    const { error, text, events } = await answer(isTimed ? { model, timeouts } : { model })
    expect(error).toMatchObject({ code, message: expect.not.stringContaining('secret') })
    expect(text).toBe(kept)
    expect(events.some(({ type }) => type === 'finish')).toBe(false)
    const request = vendor.requests.at(-1)
    await request?.closed
    expect(request?.ended).toBeDefined()
    if (model.endsWith('context_length_exceeded')) expect(error?.details.openaiCode).toBe('context_length_exceeded')
  })
})

const dialect = responsesDialect('call_')
const play = (...events: readonly object[]) =>
  dialect.step(
    dialect.begin,
    events.map((event) => ({ type: 'message', data: JSON.stringify(event) })),
  )
const completed = { type: 'response.completed', response: { status: 'completed' } }

describe('a Responses stream', () => {
  test('fails by an error without a type too', () => {
    const tooLong = { status: 'failed', error: { code: 'caller_invalid_request' } }
    expect(play({ error: { code: 'context_length_exceeded' } }, completed).outcome).toMatchObject(tooLong)
    const named = { type: 'error', data: '{"type":"exceed_context_size_error","code":400}' }
    expect(dialect.step(dialect.begin, [named]).outcome).toMatchObject(tooLong)
    expect(play({ error: null }, completed).outcome).toEqual({ status: 'done' })
  })

  test('whose deltas never came is told by its done events', () => {
    const item = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }
    expect(
      play(
        { type: 'response.output_text.done', text: 'whole' },
        { type: 'response.output_item.done', output_index: 1, item },
        completed,
      ).events,
    ).toEqual([
      { type: 'text-start', id: 'b0' },
      { type: 'text-delta', id: 'b0', text: 'whole' },
      { type: 'text-end', id: 'b0' },
      { type: 'tool-call-start', id: 'b1', callId: 'c', name: 'f' },
      { type: 'tool-call-delta', id: 'b1', arguments: '{}' },
      { type: 'tool-call-end', id: 'b1' },
      { type: 'finish', reason: 'tool_calls' },
    ])
  })

  test('may hold events that nobody knows, and fields of another shape in them', () => {
    const { events, outcome } = play(
      { type: 'response.web_search_call.searching', output_index: 'x' },
      { type: 'response.output_text.annotation.added', delta: 5 },
      { no: 'type' },
      completed,
    )
    expect(events).toEqual([{ type: 'finish', reason: 'stop' }])
    expect(outcome.status).toBe('done')
  })

  test('with a call without a name, or a piece of a call never announced, is provider_stream_error', () => {
    const failed = { status: 'failed', error: { code: 'provider_stream_error' } }
    const added = { type: 'response.output_item.added', item: { type: 'function_call', arguments: '' } }
    expect(play(added).outcome).toMatchObject(failed)
    expect(play({ type: 'response.function_call_arguments.delta', delta: '{' }).outcome).toMatchObject(failed)
    expect(play({ type: 'response.output_text.delta', delta: 5 }).outcome).toMatchObject(failed)
    expect(play({ type: 'response.completed' }).outcome).toMatchObject(failed)
    expect(play(completed).outcome).toEqual({ status: 'done' })
  })

  test('keeps a character whole that two deltas cut', () => {
    const delta = (text: string) => ({ type: 'response.output_text.delta', delta: text })
    const texts = play(delta('a\ud83d'), delta('\ude00b'), completed).events.flatMap((event) =>
      event.type === 'text-delta' ? [event.text] : [],
    )
    expect(texts).toEqual(['a', '😀b'])
  })

  test('of any events has every block closed, once, before its finish, which is last', () => {
    const place = { output_index: fc.nat(2), content_index: fc.nat(1), summary_index: fc.nat(1) }
    const written = { delta: fc.string({ maxLength: 3 }), text: fc.string({ maxLength: 3 }) }
    const text = fc.record({
      type: fc
        .constantFrom('output_text', 'refusal', 'reasoning_text', 'reasoning_summary_text')
        .chain((name) => fc.constantFrom(`response.${name}.delta`, `response.${name}.done`)),
      ...place,
      ...written,
    })
    const item = fc.record({
      type: fc.constantFrom('response.output_item.added', 'response.output_item.done'),
      output_index: fc.nat(2),
      item: fc.record({ type: fc.constantFrom('message', 'function_call'), name: fc.constant('f') }),
    })
    fc.assert(
      fc.property(fc.array(fc.oneof(text, item), { maxLength: 30 }), (events) => {
        const { events: ours, outcome } = play(...events, completed)
        expect(outcome).toEqual({ status: 'done' })
        expect(ours.at(-1)?.type).toBe('finish')
        for (const life of livesOf(ours)) expect(life).toMatch(/^start( delta)* end$/)
      }),
    )
  })
})

/** What happened to each block, such as `start delta end`. */
function livesOf(events: readonly GenerateEvent[]): readonly string[] {
  const lives = new Map<string, string>()
  for (const event of events) {
    if (!('id' in event)) continue
    const step = event.type.split('-').at(-1)
    lives.set(event.id, `${lives.get(event.id) ?? ''} ${step}`.trim())
  }
  return [...lives.values()]
}
