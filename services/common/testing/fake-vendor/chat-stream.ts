import type { Scenario } from './scenario.ts'

/** A piece of a response body: bytes to write, or what happens to the socket instead. */
export type BodyStep = string | Uint8Array | { readonly do: 'stall' | 'reset' | 'comments' }

const sse = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`

const chunk = (delta: object, finishReason: string | null = null): string =>
  sse({
    id: 'chatcmpl-fake',
    object: 'chat.completion.chunk',
    created: 1_795_305_600,
    model: 'fake',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  })

const errorEvent = sse({ error: { message: 'secret vendor text', type: 'server_error', code: '500' } })
const done = 'data: [DONE]\n\n'
const megabyte = 1024 * 1024

/** The words of an answer, as one string per token. */
const wordsOf = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `w${index} `)

/** The body of one streamed Chat Completion, step by step. */
export function* chatStream(scenario: Scenario): Generator<BodyStep> {
  if (scenario.fault === 'silence-after-headers') yield { do: 'stall' }
  if (scenario.fault === 'comments-only') yield { do: 'comments' }
  if (scenario.fault === 'error-first') return yield errorEvent
  yield chunk({ role: 'assistant', content: '' })
  if (scenario.fault === 'end-after-role') return
  for (const word of wordsOf(scenario.reasoning)) yield chunk({ reasoning_content: word })
  if (scenario.calls > 0) yield* toolCalls(scenario.calls)
  else yield* text(scenario)
  if (scenario.fault !== 'end-without-terminator') yield* ending(scenario)
}

function* ending(scenario: Scenario): Generator<BodyStep> {
  yield chunk({}, finishOf(scenario))
  if (scenario.fault === 'stall-after-finish') yield { do: 'stall' }
  if (scenario.fault === 'reset-after-finish') yield { do: 'reset' }
  if (scenario.usage) yield sse({ object: 'chat.completion.chunk', choices: [], usage: usageOf(scenario) })
  yield done
}

const finishOf = ({ calls, tokens, maxTokens }: Scenario): string =>
  calls > 0 ? 'tool_calls' : tokens > maxTokens ? 'length' : 'stop'

const written = ({ tokens, maxTokens }: Scenario): number => Math.min(tokens, maxTokens)

function* text(scenario: Scenario): Generator<BodyStep> {
  const words = wordsOf(written(scenario))
  for (const [index, word] of words.entries()) {
    if (index === scenario.after) yield* faultInText(scenario)
    if (index >= scenario.after && scenario.fault === 'end-without-terminator') return
    yield chunk({ content: word })
  }
}

function* faultInText({ fault }: Scenario): Generator<BodyStep> {
  switch (fault) {
    case 'stall-mid-stream':
      return yield { do: 'stall' }
    case 'reset-mid-stream':
      return yield { do: 'reset' }
    case 'error-mid-stream':
      return yield errorEvent
    case 'malformed-json':
      return yield 'data: {"choices":[{"index":0,"delta":{"content":\n\n'
    case 'line-1mb':
      return yield chunk({ content: 'x'.repeat(megabyte) })
    case 'line-17mb':
      return yield* Array.from({ length: 17 }, (_, index) => `${index === 0 ? 'data: ' : ''}${'x'.repeat(megabyte)}`)
    case 'invalid-utf8':
      return yield* brokenUtf8()
    default:
  }
}

/** A four-byte character cut by the write, then a byte that never occurs in UTF-8. */
function* brokenUtf8(): Generator<BodyStep> {
  const [before = '', after = ''] = chunk({ content: '|' }).split('|')
  yield Uint8Array.from([...Buffer.from(before), 0xf0, 0x9f])
  yield Uint8Array.from([0x94, 0xa5, 0xff, ...Buffer.from(after)])
}

function* toolCalls(count: number): Generator<BodyStep> {
  for (let index = 0; index < count; index++) {
    const first = { index, id: `call_fake_${index}`, type: 'function', function: { name: 'lookup', arguments: '' } }
    yield chunk({ tool_calls: [first] })
    for (const part of ['{"city":', `"town ${index}"`, '}']) {
      yield chunk({ tool_calls: [{ index, function: { arguments: part } }] })
    }
  }
}

function usageOf(scenario: Scenario) {
  const { reasoning, calls } = scenario
  const answered = reasoning + (calls > 0 ? calls * 3 : written(scenario))
  return {
    prompt_tokens: 7,
    completion_tokens: answered,
    total_tokens: 7 + answered,
    prompt_tokens_details: { cached_tokens: 2 },
    completion_tokens_details: { reasoning_tokens: reasoning },
  }
}
