import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chatChunk, plainText } from '../../../services/adapters/chat-completions/wire-schema.ts'

const odd = fc.constantFrom(undefined, null, 0, 1, '', 'a', true, [], {}, -1)
/** Mostly what a token looks like, now and then something else. */
const mostly = <Usual>(usual: fc.Arbitrary<Usual>) =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: odd })
const absent = mostly(fc.constantFrom(null, undefined))
const delta = fc.record({
  role: mostly(fc.constant('assistant')),
  content: mostly(fc.string({ minLength: 1 })),
  refusal: absent,
  reasoning_content: absent,
  reasoning: absent,
  tool_calls: absent,
})
const choice = fc.record({ index: mostly(fc.constant(0)), delta: mostly(delta), finish_reason: absent, logprobs: odd })
const choices = fc.oneof({ weight: 12, arbitrary: fc.tuple(choice) }, { weight: 1, arbitrary: fc.array(choice) })
const chunk = mostly(
  fc.record({ id: fc.string(), choices: mostly(choices), error: absent, usage: absent, prompt_progress: absent }),
)

describe('a chunk that is text and nothing else', () => {
  test('is told without the schema, and the schema says the same', () => {
    let plain = 0
    fc.assert(
      fc.property(chunk, (value) => {
        const text = plainText(value)
        if (text === undefined) return
        plain += 1
        expect(chatChunk.parse(value)).toMatchObject({ choices: [{ delta: { content: text } }] })
      }),
      { numRuns: 5000 },
    )
    expect(plain).toBeGreaterThan(100)
  })

  test('is what OpenAI, vLLM and llama.cpp send for a token', () => {
    const token = { role: 'assistant', content: 'a' }
    const bare = {
      id: 'x',
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: token, finish_reason: null }],
    }
    expect(plainText(bare)).toBe('a')
    expect(plainText({ ...bare, usage: null })).toBe('a')
    expect(plainText({ choices: [{ delta: { ...token, reasoning_content: null, tool_calls: null } }] })).toBe('a')
  })

  test.each([
    ['the last one', { choices: [{ index: 0, delta: { content: 'a' }, finish_reason: 'stop' }] }],
    ['one with usage', { choices: [{ index: 0, delta: { content: 'a' } }], usage: {} }],
    ['an error', { choices: [{ index: 0, delta: { content: 'a' } }], error: {} }],
    ['another choice', { choices: [{ index: 1, delta: { content: 'a' } }] }],
    ['two choices', { choices: [{ delta: { content: 'a' } }, { delta: { content: 'b' } }] }],
    ['text beside reasoning', { choices: [{ delta: { content: 'a', reasoning: 'b' } }] }],
    ['text beside a call', { choices: [{ delta: { content: 'a', tool_calls: [] } }] }],
    ['no text', { choices: [{ delta: { content: '' } }] }],
    ['no chunk', ['a']],
  ])('is not %s', (_, value) => {
    expect(plainText(value)).toBeUndefined()
  })
})
