/*
 * Streams as the servers' own documents and sources show them. Ollama: docs/api.md ("Chat request (Streaming)", "Streaming with
 * tools"), api/types.go and server/routes.go of github.com/ollama/ollama at fb30760 (2026-08-21), read 2026-11-22.
 */

const line = (message: object, more: object = { done: false }) =>
  `${JSON.stringify({ model: 'qwen3', created_at: '2026-11-22T08:52:19.385406455-07:00', message, ...more })}\n`

const numbers = {
  total_duration: 4_883_583_458,
  load_duration: 1_334_875,
  prompt_eval_count: 26,
  prompt_eval_duration: 342_546_000,
  eval_count: 282,
  eval_duration: 4_535_599_000,
}

export const ollamaText = [
  line({ role: 'assistant', content: '', thinking: 'Light ' }),
  line({ role: 'assistant', content: '', thinking: 'scatters.' }),
  line({ role: 'assistant', content: 'The', images: null }),
  line({ role: 'assistant', content: ' sky 🌌' }),
  line({ role: 'assistant', content: '' }, { done: true, done_reason: 'stop', ...numbers }),
].join('')

export const ollamaCalls = [
  line({
    role: 'assistant',
    content: '',
    tool_calls: [
      { function: { index: 0, name: 'get_weather', arguments: { city: 'Tokyo' } } },
      { id: 'call_7', function: { index: 1, name: 'get_time', arguments: {} } },
    ],
  }),
  line({ role: 'assistant', content: '' }, { done: true, done_reason: 'stop', prompt_eval_count: 169, eval_count: 15 }),
].join('')

/** An older server: no reason, no counts. */
export const ollamaPlainEnd = line({ role: 'assistant', content: '' }, { done: true })

export const ollamaEnd = (done_reason: string) =>
  line({ role: 'assistant', content: '' }, { done: true, done_reason, ...numbers })

export const ollamaError = `${JSON.stringify({ error: 'an error was encountered while running the model: secret' })}\n`
