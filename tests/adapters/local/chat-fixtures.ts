import type { ChatCompletionChunk } from 'openai/resources/chat/completions'

/*
 * Streams of servers that speak Chat Completions, each chunk held to the SDK's own type; what a server adds to it stands in
 * the second part. Sources, read 2026-11-22: llama.cpp tools/server/README.md and docs (00dc805: prompt_progress,
 * reasoning_content, timings), vLLM docs "Reasoning outputs" and "OpenAI-compatible server" (usage in a last chunk without
 * choices), ollama openai/openai.go (fb30760: `reasoning`, whole calls), lmstudio.ai/docs/developer/openai-compat/tools.
 */

type Delta = ChatCompletionChunk['choices'][number]['delta']
type Reason = ChatCompletionChunk['choices'][number]['finish_reason']

/** What a server adds: to the chunk, and to its delta. */
interface Additions {
  readonly chunk?: object
  readonly delta?: object
}

const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_795_305_600, model: 'qwen3' } as const

function chunk(delta: Delta, reason: Reason = null, added: Additions = {}): object {
  const plain: ChatCompletionChunk = { ...base, choices: [{ index: 0, delta, finish_reason: reason }] }
  return {
    ...plain,
    ...added.chunk,
    choices: plain.choices.map((choice) => ({ ...choice, delta: { ...choice.delta, ...added.delta } })),
  }
}

function lastUsage(prompt: number, completion: number): object {
  const plain: ChatCompletionChunk = {
    ...base,
    choices: [],
    usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
  }
  return plain
}

const stream = (...chunks: readonly object[]): string =>
  `${chunks.map((each) => `data: ${JSON.stringify(each)}\n\n`).join('')}data: [DONE]\n\n`

export const llamacppStream = stream(
  chunk({ role: 'assistant', content: null }, null, {
    chunk: { prompt_progress: { total: 200, cache: 50, processed: 100, time_ms: 40 } },
  }),
  chunk({ role: 'assistant', content: null }),
  chunk({}, null, { delta: { reasoning_content: 'Hm.' } }),
  chunk({ content: 'Blue' }),
  chunk({}, 'stop', { chunk: { timings: { prompt_n: 150, cache_n: 50, predicted_n: 2 } } }),
  lastUsage(200, 2),
)

export const vllmStream = stream(
  chunk({ role: 'assistant', content: '' }, null, { chunk: { usage: null, prompt_token_ids: null } }),
  chunk({}, null, { delta: { reasoning: 'Hm.', reasoning_content: 'Hm.' } }),
  chunk({ content: 'Blue' }),
  chunk({ content: '' }, 'stop', { chunk: { usage: null } }),
  lastUsage(20, 2),
)

export const ollamaStream = stream(
  chunk({ role: 'assistant', content: '' }, null, {
    chunk: { system_fingerprint: 'fp_ollama' },
    delta: { reasoning: 'Hm.' },
  }),
  chunk({
    role: 'assistant',
    content: '',
    tool_calls: [{ index: 0, id: 'call_a', type: 'function', function: { name: 'look', arguments: '{"at":"sky"}' } }],
  }),
  chunk({ role: 'assistant', content: '' }, 'tool_calls'),
  lastUsage(20, 9),
)

export const lmstudioStream = stream(
  chunk({
    role: 'assistant',
    tool_calls: [{ index: 0, id: '5', type: 'function', function: { name: 'look', arguments: '' } }],
  }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '{"at":' } }] }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '"sky"}' } }] }),
  chunk({}, 'tool_calls', { chunk: { stats: {} } }),
)
