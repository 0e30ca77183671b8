import type { MessageCreateParamsStreaming } from '@anthropic-ai/sdk/resources/messages'
import { describe, expect, test } from 'vitest'
import { mapRequest } from '../../../services/adapters/anthropic/map-request.ts'
import type {
  ChatMessage,
  GenerateParameters,
  GenerateRequest,
  ResponseFormat,
} from '../../../services/common/contracts/generate-request.ts'
import { textRequest } from '../openai/openai-harness.ts'

const current = '2026-10-21'
const older = '2023-06-01'
const mapped = (overrides: Partial<GenerateRequest>, version = current) => mapRequest(textRequest(overrides), version)
const bodyOf = (overrides: Partial<GenerateRequest>, version = current) => mapped(overrides, version).body
const withParameters = (parameters: GenerateParameters, model: string, version = current) =>
  mapped({ parameters, model }, version)

const user = (text: string): ChatMessage => ({ role: 'user', content: [{ type: 'text', text }] })
const system = (text: string): ChatMessage => ({ role: 'system', content: [{ type: 'text', text }] })
const answer = (text: string): ChatMessage => ({ role: 'assistant', content: [{ type: 'text', text }], toolCalls: [] })
const call = (callId: string, args: string): ChatMessage => ({
  role: 'assistant',
  content: [],
  toolCalls: [{ callId, name: 'weather', arguments: args }],
})
const result = (callId: string, output: string): ChatMessage => ({ role: 'tool', callId, output })

const weather = { name: 'weather', description: 'd', parameters: { type: 'object', properties: {} } }
const ephemeral = { cache_control: { type: 'ephemeral' } } as const
const textBlock = (text: string) => ({ type: 'text', text }) as const

describe('messages', () => {
  test('every role in its place, breakpoints after what comes back unchanged', () => {
    const body = bodyOf({
      model: 'claude-opus-5-5',
      messages: [
        system('Be brief.'),
        user('Weather?'),
        call('c1', '{"city":"Bern"}'),
        result('c1', 'sunny'),
        user('And tomorrow?'),
        system('Use Celsius.'),
      ],
      tools: [weather, { ...weather, name: 'time', strict: true }],
      toolChoice: { type: 'tool', name: 'time' },
      parameters: {
        maxOutputTokens: 50,
        stop: ['END'],
        parallelToolCalls: false,
        extra: { metadata: { user_id: 'x' } },
      },
    })
    expect(body).toEqual({
      model: 'claude-opus-5-5',
      max_tokens: 50,
      stream: true,
      stop_sequences: ['END'],
      metadata: { user_id: 'x' },
      system: [textBlock('Be brief.'), { ...textBlock('Use Celsius.'), ...ephemeral }],
      messages: [
        { role: 'user', content: [textBlock('Weather?')] },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'c1', name: 'weather', input: { city: 'Bern' }, ...ephemeral }],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'sunny' }, textBlock('And tomorrow?')],
        },
      ],
      tools: [
        { name: 'weather', description: 'd', input_schema: { type: 'object', properties: {} } },
        {
          name: 'time',
          description: 'd',
          input_schema: { type: 'object', properties: {} },
          strict: true,
          ...ephemeral,
        },
      ],
      tool_choice: { type: 'tool', name: 'time', disable_parallel_tool_use: true },
    } satisfies MessageCreateParamsStreaming)
  })

  test('nothing that was not asked for, but the limit that the API wants', () => {
    expect(bodyOf({})).toEqual({
      model: 'fake',
      max_tokens: 4096,
      stream: true,
      messages: [{ role: 'user', content: [textBlock('Say something')] }],
    })
  })

  test('neighbours of one role are one turn, results of tools first', () => {
    const { messages } = bodyOf({
      messages: [user('a'), user('b'), call('c1', ''), call('c2', ''), result('c1', '1'), user('c'), result('c2', '2')],
    })
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
    expect(messages[2]?.content).toMatchObject([
      { type: 'tool_result', tool_use_id: 'c1' },
      { type: 'tool_result', tool_use_id: 'c2' },
      { type: 'text', text: 'c' },
    ])
  })

  test('text without a visible character is never sent, nor a result without text', () => {
    const body = bodyOf({
      messages: [system(' '), user('a'), answer('\n'), user('b'), call('c', '{}'), result('c', '')],
    })
    expect(body.system).toBeUndefined()
    expect(body.messages[0]?.content).toEqual([textBlock('a'), textBlock('b')])
    expect(body.messages[2]?.content).toEqual([{ type: 'tool_result', tool_use_id: 'c' }])
  })

  test('pictures of a user are base64 blocks, elsewhere they are refused', () => {
    const picture = { type: 'image', mediaType: 'image/png', bytes: Uint8Array.from([1, 2, 3]) } as const
    const { messages } = bodyOf({ messages: [{ role: 'user', content: [picture, { type: 'text', text: 'what?' }] }] })
    expect(messages[0]?.content).toEqual([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AQID' } },
      textBlock('what?'),
    ])
    const refused = expect.objectContaining({ code: 'caller_unsupported_feature' })
    expect(() => mapped({ messages: [{ role: 'assistant', content: [picture], toolCalls: [] }] })).toThrow(refused)
    expect(() => mapped({ messages: [{ role: 'system', content: [picture] }, user('a')] })).toThrow(refused)
    const bitmap = { ...picture, mediaType: 'image/bmp' }
    expect(() => mapped({ messages: [{ role: 'user', content: [bitmap] }] })).toThrow(refused)
  })

  test('ids and arguments of calls that other vendors made are made fit, alike at both ends', () => {
    const { messages } = bodyOf({
      messages: [user('a'), call('functions.weather:0', '{"city": "Ber'), result('functions.weather:0', 'x')],
    })
    expect(messages[1]?.content).toMatchObject([
      { id: 'functions_weather_0', input: { invalid_arguments: '{"city": "Ber' } },
    ])
    expect(messages[2]?.content).toMatchObject([{ tool_use_id: 'functions_weather_0' }])
    const deep = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`
    const [, nested] = bodyOf({ messages: [user('a'), call('c', deep), result('c', 'x')] }).messages
    expect(nested?.content).toMatchObject([{ input: { invalid_arguments: deep } }])
    const [, list] = bodyOf({ messages: [user('a'), call('c', '[1]'), result('c', 'x')] }).messages
    expect(list?.content).toMatchObject([{ input: { invalid_arguments: '[1]' } }])
  })

  test('no message to answer, drawing, and a forced call without tools are refused', () => {
    const invalid = expect.objectContaining({ code: 'caller_invalid_request' })
    expect(() => mapped({ messages: [system('Be brief.')] })).toThrow(invalid)
    expect(() => mapped({ toolChoice: { type: 'required' } })).toThrow(invalid)
    const image = { prompt: 'a lamp', partialImages: 0, size: 'auto', format: 'png', inputs: [] } as const
    expect(() => mapped({ image })).toThrow(expect.objectContaining({ code: 'caller_unsupported_feature' }))
  })
})

describe('tool_choice', () => {
  test.each([
    [{ type: 'auto' }, { type: 'auto' }],
    [{ type: 'none' }, { type: 'none' }],
    [{ type: 'required' }, { type: 'any' }],
    [
      { type: 'tool', name: 'weather' },
      { type: 'tool', name: 'weather' },
    ],
  ] as const)('%j is %j', (toolChoice, wire) => {
    expect(bodyOf({ tools: [weather], toolChoice }).tool_choice).toEqual(wire)
  })
})

describe('parameters', () => {
  const all: GenerateParameters = {
    temperature: 1.5,
    topP: 0.9,
    seed: 7,
    frequencyPenalty: 1,
    presencePenalty: 1,
    stop: ['\n', 'END'],
    extra: { top_k: 5 },
  }

  test('API 2026-10-21 has no sampling: left out and listed', () => {
    const { body, dropped } = withParameters(all, 'claude-haiku-4-5')
    expect(body).not.toHaveProperty('temperature')
    expect(body).not.toHaveProperty('top_p')
    expect(body).not.toHaveProperty('top_k')
    expect(body.stop_sequences).toEqual(['END'])
    const unknown = ['stop', 'seed', 'frequency_penalty', 'presence_penalty']
    expect(dropped).toEqual(['temperature', 'top_p', ...unknown, 'top_k'])
  })

  test('an older server takes sampling, temperature up to 1', () => {
    const { body, dropped } = withParameters(all, 'some-local-model', older)
    expect(body).toMatchObject({ temperature: 1, top_p: 0.9, top_k: 5 })
    expect(dropped).toEqual(['temperature', 'stop', 'seed', 'frequency_penalty', 'presence_penalty'])
    expect(withParameters({ temperature: 0.5 }, 'some-local-model', older).dropped).toEqual([])
  })

  test.each([
    ['claude-3-7-sonnet-20250219', { temperature: 0.5, top_p: 0.9 }, []],
    ['claude-opus-4-20250514', { temperature: 0.5, top_p: 0.9 }, []],
    ['claude-sonnet-4-5-20250929', { temperature: 0.5 }, ['top_p']],
    ['claude-opus-4-6', { temperature: 0.5 }, ['top_p']],
    ['claude-opus-4-7', {}, ['temperature', 'top_p']],
    ['claude-sonnet-5', {}, ['temperature', 'top_p']],
    ['claude-mythos-preview', {}, ['temperature', 'top_p']],
  ])('%s by the older API takes %j of both', (model, taken, names) => {
    const { body, dropped } = withParameters({ temperature: 0.5, topP: 0.9 }, model, older)
    const sampling = Object.entries(body).filter(([name]) => name === 'temperature' || name === 'top_p')
    expect(Object.fromEntries(sampling)).toEqual(taken)
    expect(dropped).toEqual(names)
  })
})

describe('reasoning_effort', () => {
  const thinking = (reasoningEffort: string, model: string, overrides: Partial<GenerateRequest> = {}) => {
    const { body, dropped } = mapped(
      { model, parameters: { reasoningEffort, maxOutputTokens: 8000 }, ...overrides },
      model.startsWith('claude') ? current : older,
    )
    return { thinking: body.thinking, output_config: body.output_config, dropped }
  }
  const dropped = { thinking: undefined, output_config: undefined, dropped: ['reasoning_effort'] }

  test('is an effort with adaptive thinking from Claude 4.6 on, its summary asked for', () => {
    const adaptive = { type: 'adaptive', display: 'summarized' }
    for (const model of ['claude-opus-4-6', 'claude-sonnet-5-5', 'claude-haiku-5-5', 'claude-fable-5']) {
      expect(thinking('medium', model)).toEqual({
        thinking: adaptive,
        output_config: { effort: 'medium' },
        dropped: [],
      })
    }
    expect(thinking('minimal', 'claude-sonnet-5').output_config).toEqual({ effort: 'low' })
  })

  test('is a budget of at most half of the answer before, and at older servers', () => {
    for (const model of ['claude-haiku-4-5-20251001', 'claude-3-7-sonnet-latest', 'qwen3']) {
      expect(thinking('high', model).thinking).toEqual({ type: 'enabled', budget_tokens: 4000 })
      expect(thinking('low', model)).toEqual({
        thinking: { type: 'enabled', budget_tokens: 2048 },
        output_config: undefined,
        dropped: [],
      })
    }
    const parameters = { reasoningEffort: 'low', maxOutputTokens: 2000 }
    expect(thinking('low', 'qwen3', { parameters })).toEqual(dropped)
  })

  test('none turns thinking off where it can be', () => {
    expect(thinking('none', 'claude-sonnet-5').thinking).toEqual({ type: 'disabled' })
    expect(thinking('none', 'claude-haiku-4-5')).toEqual({ ...dropped, dropped: [] })
    expect(thinking('none', 'claude-fable-5-2')).toEqual(dropped)
  })

  test.each([
    ['qwen3', 'enabled'],
    ['claude-opus-4-6', 'adaptive'],
  ])('%s: %s thinking rules sampling out, by whatever name it comes', (model, type) => {
    const sampling = { temperature: 0.5, topP: 0.5, extra: { top_k: 5 } }
    const { body, dropped: names } = withParameters(
      { ...sampling, reasoningEffort: 'low', maxOutputTokens: 8000 },
      model,
      older,
    )
    expect(body.thinking).toMatchObject({ type })
    for (const name of ['temperature', 'top_p', 'top_k']) expect(body).not.toHaveProperty(name)
    expect(names).toEqual(['temperature', 'top_p', 'top_k'])
  })

  test('beside a forced call, and after a call whose thoughts are gone, there is none', () => {
    const forced = { tools: [weather], toolChoice: { type: 'required' } } as const
    expect(thinking('low', 'claude-sonnet-5', forced)).toEqual(dropped)
    const messages = [user('a'), call('c', '{}'), result('c', 'x')]
    expect(thinking('low', 'claude-haiku-4-5', { messages })).toEqual(dropped)
    expect(thinking('low', 'claude-sonnet-5', { messages }).thinking).toMatchObject({ type: 'adaptive' })
    const answered = [...messages, answer('done'), user('b')]
    expect(thinking('low', 'claude-haiku-4-5', { messages: answered }).thinking).toMatchObject({ type: 'enabled' })
  })

  test('an unknown effort is dropped', () => {
    expect(thinking('heroic', 'claude-sonnet-5')).toEqual(dropped)
  })
})

describe('the form of an answer', () => {
  const schema = {
    type: 'object',
    properties: { city: { type: 'string', minLength: 1 } },
    required: ['city'],
    additionalProperties: false,
  }
  const asked = (responseFormat: ResponseFormat, version = current) =>
    bodyOf({ responseFormat, messages: [system('Be brief.'), user('a')] }, version)
  const jsonSchema = (of: Readonly<Record<string, unknown>>): ResponseFormat => ({
    type: 'json_schema',
    name: 'place',
    schema: of,
  })

  test('a JSON Schema is kept by output_config, what the API does not know of it said in words', () => {
    const body = asked(jsonSchema(schema))
    expect(body.output_config).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          ...schema,
          properties: { city: { type: 'string', description: '{minLength: 1}' } },
        },
      },
    })
    expect(body.system).toHaveLength(1)
  })

  test('any JSON, a schema that the API cannot hold, and older servers are asked in words', () => {
    const freeKeys = {
      type: 'object',
      properties: { tags: { type: 'object', additionalProperties: { type: 'string' } } },
    }
    const noType = { properties: { city: {} } }
    for (const body of [
      asked({ type: 'json_object' }),
      asked(jsonSchema(freeKeys)),
      asked(jsonSchema(noType)),
      asked(jsonSchema(schema), older),
    ]) {
      expect(body.output_config).toBeUndefined()
      expect(body.system).toMatchObject([textBlock('Be brief.'), { text: expect.stringMatching(/nothing else/) }])
    }
  })

  test('a schema of its own does not take the place of an effort, nor of extra', () => {
    const parameters = { reasoningEffort: 'low', extra: { output_config: { effort: 'max' } } }
    const body = bodyOf({ model: 'claude-sonnet-5', responseFormat: jsonSchema(schema), parameters })
    expect(body.output_config).toMatchObject({ effort: 'max', format: { type: 'json_schema' } })
  })
})
