import { type Piece, secretText, type Wire } from './body-step.ts'
import type { Scenario } from './scenario.ts'
import { callsOf, endingOf, reasoningWordsOf, usageOf, wordsOf } from './words.ts'

const line = (value: object): string => `${JSON.stringify(value)}\n`

const chunk = (message: object, more: object = { done: false }): string =>
  line({
    model: 'fake',
    created_at: '2026-11-22T00:00:00.000000000Z',
    message: { role: 'assistant', content: '', ...message },
    ...more,
  })

/** Ollama's own chat, newline-delimited JSON (docs.ollama.com/api/chat, read 2026-11-22). */
export const ollamaWire = (scenario: Scenario): Wire => ({
  pieces: ollamaPieces(scenario),
  error: line({ error: secretText }),
  otherError: line({ error: { message: secretText } }),
  emptyEnd: chunk({}, { done: true, done_reason: 'load' }),
  malformed: '{"model":"fake","message":{"role":"assistant","content":\n',
  linePrefix: '',
  comment: '\n',
})

function* ollamaPieces(scenario: Scenario): Generator<Piece> {
  yield { part: 'frame', body: chunk({}) }
  for (const word of reasoningWordsOf(scenario)) yield { part: 'content', body: chunk({ thinking: word }) }
  if (scenario.calls > 0) yield { part: 'content', body: chunk({ tool_calls: toolCalls(scenario) }) }
  else for (const word of wordsOf(scenario)) yield { part: 'token', body: chunk({ content: word }) }
  yield { part: 'end', body: chunk({}, ending(scenario)) }
}

/** Whole, with parsed arguments: Ollama does not stream them. */
const toolCalls = (scenario: Scenario): readonly object[] =>
  callsOf(scenario).map(({ index, id, name, parts }) => ({
    id,
    function: { index, name, arguments: JSON.parse(parts.join('')) },
  }))

function ending(scenario: Scenario): object {
  const { input, output } = usageOf(scenario)
  const counts = {
    prompt_eval_count: input,
    prompt_eval_duration: 1_000_000,
    eval_count: output,
    eval_duration: 1_000_000,
  }
  return {
    done: true,
    done_reason: endingOf(scenario) === 'length' ? 'length' : 'stop',
    total_duration: 3_000_000,
    load_duration: 1_000_000,
    ...(scenario.usage ? counts : {}),
  }
}
