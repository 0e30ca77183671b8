import { type Piece, secretText, sse, type Wire } from './body-step.ts'
import type { Scenario } from './scenario.ts'
import { callsOf, endingOf, type FakeCall, type FakeEnding, reasoningWordsOf, usageOf, wordsOf } from './words.ts'

const chunk = (delta: object, finishReason: string | null = null, more: object = {}): string =>
  sse({
    id: 'chatcmpl-fake',
    object: 'chat.completion.chunk',
    created: 1_795_305_600,
    model: 'fake',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
    ...more,
  })

/**
 * OpenAI Chat Completions, streamed (platform.openai.com/docs/api-reference/chat-streaming, read 2026-11-22), with
 * llama.cpp's `prompt_progress` and `reasoning_content` where the scenario has them.
 */
export const chatWire = (scenario: Scenario): Wire => ({
  pieces: chatPieces(scenario),
  error: sse({ error: { message: secretText, type: 'server_error', param: null, code: scenario.code ?? '500' } }),
  otherError: sse({ message: secretText, type: 'server_error', param: null, code: scenario.code ?? '500' }, 'error'),
  emptyEnd: 'data: [DONE]\n\n',
  malformed: 'data: {"choices":[{"index":0,"delta":{"content":\n\n',
  linePrefix: 'data: ',
  comment: ': still here\n\n',
})

function* chatPieces(scenario: Scenario): Generator<Piece> {
  yield { part: 'frame', body: chunk({ role: 'assistant', content: '' }) }
  for (let done = 1; done <= scenario.progress; done++) yield { part: 'frame', body: progressChunk(done, scenario) }
  for (const word of reasoningWordsOf(scenario)) yield { part: 'content', body: chunk({ reasoning_content: word }) }
  if (scenario.calls > 0) for (const call of callsOf(scenario)) yield* callPieces(call)
  else for (const word of wordsOf(scenario)) yield { part: 'token', body: wordChunk(word, scenario) }
  yield { part: 'finish', body: chunk({}, finishReasons[endingOf(scenario)]) }
  if (scenario.usage) yield { part: 'usage', body: usageChunk(scenario) }
  yield { part: 'end', body: 'data: [DONE]\n\n' }
}

const finishReasons: Readonly<Record<FakeEnding, string>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  refusal: 'stop',
}

const wordChunk = (word: string, { refusal }: Scenario): string =>
  chunk(refusal > 0 ? { refusal: word } : { content: word })

const progressChunk = (processed: number, { progress }: Scenario): string =>
  chunk({ role: 'assistant', content: null }, null, {
    prompt_progress: { total: progress, cache: 0, processed, time_ms: processed },
  })

function* callPieces({ index, id, name, parts }: FakeCall): Generator<Piece> {
  const first = { index, id, type: 'function', function: { name, arguments: '' } }
  yield { part: 'content', body: chunk({ tool_calls: [first] }) }
  for (const part of parts) {
    yield { part: 'content', body: chunk({ tool_calls: [{ index, function: { arguments: part } }] }) }
  }
}

function usageChunk(scenario: Scenario): string {
  const { input, cached, output, reasoning } = usageOf(scenario)
  const usage = {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached },
    completion_tokens_details: { reasoning_tokens: reasoning },
  }
  return sse({ id: 'chatcmpl-fake', object: 'chat.completion.chunk', model: 'fake', choices: [], usage })
}
