import { type Piece, secretText, sse, type Wire } from './body-step.ts'
import type { Scenario } from './scenario.ts'
import { callsOf, endingOf, type FakeCall, reasoningWordsOf, usageOf, wordsOf } from './words.ts'

type Part = Piece['part']
type Emit = (part: Part, type: string, fields: object) => Piece

/** OpenAI Responses, streamed (platform.openai.com/docs/api-reference/responses-streaming, read 2026-11-22). */
export const responsesWire = (scenario: Scenario): Wire => ({
  pieces: responsePieces(scenario),
  error: sse(
    { type: 'error', sequence_number: 99, code: scenario.code ?? 'server_error', message: secretText, param: null },
    'error',
  ),
  otherError: sse(
    { type: 'server_error', code: scenario.code ?? 'server_error', message: secretText, param: null },
    'error',
  ),
  emptyEnd: 'data: [DONE]\n\n',
  malformed: 'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":\n\n',
  linePrefix: 'event: response.output_text.delta\ndata: ',
  comment: ': still here\n\n',
})

function* responsePieces(scenario: Scenario): Generator<Piece> {
  let sequenceNumber = 0
  const emit: Emit = (part, type, fields) => {
    const data = { type, sequence_number: sequenceNumber, ...fields }
    sequenceNumber += 1
    return { part, body: sse(data, type) }
  }
  const output: object[] = []
  yield emit('frame', 'response.created', { response: responseOf(scenario, 'in_progress', output) })
  yield emit('frame', 'response.in_progress', { response: responseOf(scenario, 'in_progress', output) })
  if (scenario.reasoning > 0) output.push(yield* reasoningPieces(reasoningWordsOf(scenario), output.length, emit))
  if (scenario.calls === 0) output.push(yield* messagePieces(scenario, output.length, emit))
  else for (const call of callsOf(scenario)) output.push(yield* callPieces(call, output.length, emit))
  const status = endingOf(scenario) === 'length' ? 'incomplete' : 'completed'
  yield emit('end', `response.${status}`, { response: responseOf(scenario, status, output) })
}

function responseOf(scenario: Scenario, status: 'in_progress' | 'completed' | 'incomplete', output: readonly object[]) {
  const { input, cached, output: answered, reasoning } = usageOf(scenario)
  const usage = {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached, cache_write_tokens: 0 },
    output_tokens: answered,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + answered,
  }
  return {
    id: 'resp_fake',
    object: 'response',
    created_at: 1_795_305_600,
    status,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    instructions: null,
    metadata: {},
    model: 'fake',
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: status === 'in_progress' || !scenario.usage ? null : usage,
  }
}

function* reasoningPieces(words: readonly string[], outputIndex: number, emit: Emit): Generator<Piece, object> {
  const at = { item_id: 'rs_fake', output_index: outputIndex, summary_index: 0 }
  const text = words.join('')
  const item = { id: 'rs_fake', type: 'reasoning', summary: [{ type: 'summary_text', text }] }
  yield emit('frame', 'response.output_item.added', { output_index: outputIndex, item: { ...item, summary: [] } })
  yield emit('frame', 'response.reasoning_summary_part.added', { ...at, part: { type: 'summary_text', text: '' } })
  for (const delta of words) yield emit('content', 'response.reasoning_summary_text.delta', { ...at, delta })
  yield emit('content', 'response.reasoning_summary_text.done', { ...at, text })
  yield emit('content', 'response.reasoning_summary_part.done', { ...at, part: { type: 'summary_text', text } })
  yield emit('content', 'response.output_item.done', { output_index: outputIndex, item })
  return item
}

function* messagePieces(scenario: Scenario, outputIndex: number, emit: Emit): Generator<Piece, object> {
  const words = wordsOf(scenario)
  const at = { item_id: 'msg_fake', output_index: outputIndex, content_index: 0 }
  const kind = scenario.refusal > 0 ? refusalKind : textKind
  const text = words.join('')
  const item = { id: 'msg_fake', type: 'message', role: 'assistant', status: 'completed', content: [kind.part(text)] }
  const opened = { ...item, status: 'in_progress', content: [] }
  yield emit('frame', 'response.output_item.added', { output_index: outputIndex, item: opened })
  yield emit('frame', 'response.content_part.added', { ...at, part: kind.part('') })
  for (const delta of words) yield emit('token', `${kind.event}.delta`, { ...at, ...kind.delta, delta })
  yield emit('finish', `${kind.event}.done`, { ...at, ...kind.delta, [kind.field]: text })
  yield emit('finish', 'response.content_part.done', { ...at, part: kind.part(text) })
  yield emit('finish', 'response.output_item.done', { output_index: outputIndex, item })
  return item
}

const textKind = {
  event: 'response.output_text',
  field: 'text',
  delta: { logprobs: [] },
  part: (text: string): object => ({ type: 'output_text', annotations: [], logprobs: [], text }),
}
const refusalKind = {
  event: 'response.refusal',
  field: 'refusal',
  delta: {},
  part: (refusal: string): object => ({ type: 'refusal', refusal }),
}

function* callPieces(call: FakeCall, outputIndex: number, emit: Emit): Generator<Piece, object> {
  const id = `fc_fake_${call.index}`
  const at = { item_id: id, output_index: outputIndex }
  const item = { id, type: 'function_call', call_id: call.id, name: call.name, arguments: call.parts.join('') }
  const opened = { ...item, status: 'in_progress', arguments: '' }
  yield emit('content', 'response.output_item.added', { output_index: outputIndex, item: opened })
  for (const delta of call.parts) yield emit('content', 'response.function_call_arguments.delta', { ...at, delta })
  const done = { ...at, name: call.name, arguments: item.arguments }
  yield emit('content', 'response.function_call_arguments.done', done)
  yield emit('content', 'response.output_item.done', {
    output_index: outputIndex,
    item: { ...item, status: 'completed' },
  })
  return { ...item, status: 'completed' }
}
