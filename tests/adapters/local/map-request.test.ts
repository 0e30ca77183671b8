import { describe, expect, test } from 'vitest'
import { mapRequest } from '../../../services/adapters/local/map-request.ts'
import type {
  ChatMessage,
  GenerateRequest,
  ToolDefinition,
} from '../../../services/common/contracts/generate-request.ts'
import { textRequest, userSays } from './local-harness.ts'

const map = (overrides: Partial<GenerateRequest>) => mapRequest(textRequest('any', overrides))
const text = (role: 'system' | 'user', value: string): ChatMessage => ({
  role,
  content: [{ type: 'text', text: value }],
})
const tool: ToolDefinition = { name: 'set_light', description: 'Switch', parameters: { type: 'object' } }
const other: ToolDefinition = { name: 'rest', parameters: {} }

describe('a request as a job of the engine', () => {
  test('unset parameters take the defaults of the engine', () => {
    expect(map({ parameters: {} }).job).toEqual({
      history: [{ type: 'user', text: 'Say something' }],
      output: { kind: 'text' },
      maxTokens: null,
      temperature: 0,
      topP: null,
      seed: null,
      stop: [],
    })
  })

  test('set parameters are passed on', () => {
    const parameters = { temperature: 0.5, topP: 0.9, maxOutputTokens: 9, stop: ['.'], seed: 3 }
    expect(map({ parameters }).job).toMatchObject({ temperature: 0.5, topP: 0.9, maxTokens: 9, stop: ['.'], seed: 3 })
  })

  test('neighbours of one side become one turn', () => {
    const messages = [text('system', 'a'), text('system', 'b'), text('user', 'c'), text('user', 'd')]
    expect(map({ messages }).job.history).toEqual([
      { type: 'system', text: 'a\n\nb' },
      { type: 'user', text: 'c\n\nd' },
    ])
  })

  test('tool calls stand with their outputs in the turn that made them', () => {
    const messages: ChatMessage[] = [
      text('user', 'light'),
      {
        role: 'assistant',
        content: [],
        toolCalls: [
          { callId: 'a', name: 'set_light', arguments: '{"on":true}' },
          { callId: 'b', name: 'rest', arguments: 'not json' },
        ],
      },
      { role: 'tool', callId: 'a', output: '{"ok":true}' },
      { role: 'assistant', content: [{ type: 'text', text: 'Done.' }], toolCalls: [] },
    ]
    expect(map({ messages }).job.history[1]).toEqual({
      type: 'model',
      response: [
        { type: 'functionCall', name: 'set_light', params: { on: true }, result: { ok: true } },
        { type: 'functionCall', name: 'rest', params: 'not json', result: null },
        'Done.',
      ],
    })
  })

  test('tools that may be called are functions, tool_choice none leaves them out', () => {
    expect(map({ tools: [tool] }).job.output).toMatchObject({ kind: 'functions', functions: [{ name: 'set_light' }] })
    expect(map({ tools: [tool], toolChoice: { type: 'none' } }).job.output).toEqual({ kind: 'text' })
  })

  test('tools that must be called are a grammar over exactly them, and the model is told', () => {
    const { job, form } = map({ tools: [tool, other], toolChoice: { type: 'required' } })
    expect(form).toBe('tool_call')
    expect(job.output).toMatchObject({
      kind: 'json',
      schema: {
        oneOf: [{ properties: { name: { const: 'set_light' } } }, { properties: { name: { const: 'rest' } } }],
      },
    })
    expect(job.history[0]).toEqual({ type: 'system', text: expect.stringContaining('- set_light. Switch. Arguments:') })
    const named = map({ tools: [tool, other], toolChoice: { type: 'tool', name: 'rest' } })
    expect(JSON.stringify(named.job.output)).not.toContain('set_light')
  })

  test('a JSON Schema is a grammar, and the model is told after its own instructions', () => {
    const messages = [text('system', 'Be kind.'), text('user', 'Hi')]
    const schema = { type: 'object', properties: { a: { type: 'null' } } }
    const { job, form } = map({ messages, responseFormat: { type: 'json_schema', name: 'x', schema } })
    expect(form).toBe('message')
    expect(job.output).toEqual({ kind: 'json', schema })
    expect(job.history[0]).toEqual({
      type: 'system',
      text: `Be kind.\n\nAnswer only with JSON that fits this JSON Schema: ${JSON.stringify(schema)}`,
    })
  })

  test.each<[string, Partial<GenerateRequest>, string]>([
    [
      'a picture to read',
      { messages: [{ role: 'user', content: [{ type: 'image', mediaType: 'image/png', bytes: new Uint8Array() }] }] },
      'caller_unsupported_feature',
    ],
    [
      'a picture to draw',
      { image: { prompt: 'x', partialImages: 0, size: 'auto', format: 'png', inputs: [] } },
      'caller_unsupported_feature',
    ],
    [
      'tools beside a JSON format',
      { tools: [tool], responseFormat: { type: 'json_object' } },
      'caller_unsupported_feature',
    ],
    [
      'a tool nobody declared',
      { tools: [tool], toolChoice: { type: 'tool', name: 'nobody' } },
      'caller_invalid_request',
    ],
    ['a required tool without tools', { toolChoice: { type: 'required' } }, 'caller_invalid_request'],
  ])('%s is refused', (_name, overrides, code) => {
    expect(() => map(overrides)).toThrow(expect.objectContaining({ code }))
  })

  test('a last turn of the assistant is kept last, to be continued', () => {
    const messages: ChatMessage[] = [
      userSays('Count'),
      { role: 'assistant', content: [{ type: 'text', text: 'one, ' }], toolCalls: [] },
    ]
    expect(map({ messages }).job.history.at(-1)).toEqual({ type: 'model', response: ['one, '] })
  })
})
