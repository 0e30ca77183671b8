import { type Piece, secretText, sse, type Wire } from './body-step.ts'
import type { Scenario } from './scenario.ts'
import { callsOf, endingOf, type FakeEnding, reasoningWordsOf, usageOf, wordsOf } from './words.ts'

const event = <Data extends { readonly type: string }>(data: Data): string => sse(data, data.type)

/** Anthropic Messages, streamed (platform.claude.com/docs/en/build-with-claude/streaming, read 2026-11-22). */
export const messagesWire = (scenario: Scenario): Wire => ({
  pieces: messagePieces(scenario),
  error: event({ type: 'error', error: { type: scenario.code ?? 'api_error', message: secretText } }),
  otherError: sse({ error: { type: scenario.code ?? 'api_error', message: secretText } }, 'error'),
  emptyEnd: event({ type: 'message_stop' }),
  malformed: 'event: content_block_delta\ndata: {"type":"content_block_delta","delta":\n\n',
  linePrefix: 'event: content_block_delta\ndata: ',
  comment: event({ type: 'ping' }),
})

function* messagePieces(scenario: Scenario): Generator<Piece> {
  yield { part: 'frame', body: event({ type: 'message_start', message: messageOf(scenario) }) }
  yield { part: 'frame', body: event({ type: 'ping' }) }
  let index = 0
  if (scenario.reasoning > 0) {
    yield* thinking(scenario, index)
    index += 1
  }
  if (scenario.calls > 0) yield* toolUses(scenario, index)
  else yield* text(scenario, index)
  yield { part: 'finish', body: event(messageDelta(scenario)) }
  yield { part: 'end', body: event({ type: 'message_stop' }) }
}

function messageOf(scenario: Scenario) {
  const { input, cached } = usageOf(scenario)
  return {
    id: 'msg_fake',
    type: 'message',
    role: 'assistant',
    model: 'fake',
    content: [],
    container: null,
    diagnostics: null,
    stop_details: null,
    stop_reason: null,
    stop_sequence: null,
    usage: {
      input_tokens: input - cached,
      cache_creation: null,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: cached,
      inference_geo: null,
      output_tokens: 1,
      output_tokens_details: null,
      server_tool_use: null,
      service_tier: 'standard',
      speed: null,
    },
  }
}

const blockStart = (index: number, block: object): string =>
  event({ type: 'content_block_start', index, content_block: block })
const blockDelta = (index: number, delta: object): string => event({ type: 'content_block_delta', index, delta })
const blockStop = (index: number): string => event({ type: 'content_block_stop', index })

function* thinking(scenario: Scenario, index: number): Generator<Piece> {
  yield { part: 'frame', body: blockStart(index, { type: 'thinking', thinking: '', signature: '' }) }
  for (const word of reasoningWordsOf(scenario)) {
    yield { part: 'content', body: blockDelta(index, { type: 'thinking_delta', thinking: word }) }
  }
  yield { part: 'content', body: blockDelta(index, { type: 'signature_delta', signature: 'c2lnbmVk' }) }
  yield { part: 'content', body: blockStop(index) }
}

function* text(scenario: Scenario, index: number): Generator<Piece> {
  yield { part: 'frame', body: blockStart(index, { type: 'text', text: '', citations: null }) }
  for (const word of wordsOf(scenario)) {
    yield { part: 'token', body: blockDelta(index, { type: 'text_delta', text: word }) }
  }
  yield { part: 'content', body: blockStop(index) }
}

function* toolUses(scenario: Scenario, first: number): Generator<Piece> {
  for (const { index, id, name, parts } of callsOf(scenario)) {
    const block = { type: 'tool_use', id, name, input: {}, caller: { type: 'direct' } }
    yield { part: 'content', body: blockStart(first + index, block) }
    for (const part of parts) {
      yield { part: 'content', body: blockDelta(first + index, { type: 'input_json_delta', partial_json: part }) }
    }
    yield { part: 'content', body: blockStop(first + index) }
  }
}

const stopReasons: Readonly<Record<FakeEnding, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  refusal: 'refusal',
}

function messageDelta(scenario: Scenario) {
  const { input, cached, output, reasoning } = usageOf(scenario)
  return {
    type: 'message_delta',
    delta: { container: null, stop_details: null, stop_reason: stopReasons[endingOf(scenario)], stop_sequence: null },
    usage: {
      input_tokens: input - cached,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: cached,
      output_tokens: output,
      output_tokens_details: { thinking_tokens: reasoning },
      server_tool_use: null,
    },
  }
}
