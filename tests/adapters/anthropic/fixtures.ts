import type {
  MessageDeltaUsage,
  RawMessageStreamEvent,
  StopReason,
  ToolUseBlock,
  Usage,
} from '@anthropic-ai/sdk/resources/messages'

/*
 * Streams as Anthropic documents them: https://platform.claude.com/docs/en/build-with-claude/streaming ("Basic streaming
 * request", "Streaming request with tool use", "Streaming request with extended thinking"), read 2026-11-22, deltas joined.
 * Fields that the page leaves out are those of the types of @anthropic-ai/sdk 1.12.0, against which each is checked.
 */

const usage: Usage = {
  cache_creation: null,
  cache_creation_input_tokens: null,
  cache_read_input_tokens: null,
  inference_geo: null,
  input_tokens: 25,
  output_tokens: 1,
  output_tokens_details: null,
  server_tool_use: null,
  service_tier: null,
  speed: null,
}

export const messageStart = (counts: Partial<Usage> = {}) =>
  ({
    type: 'message_start',
    message: {
      id: 'msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY',
      type: 'message',
      role: 'assistant',
      content: [],
      container: null,
      diagnostics: null,
      model: 'claude-opus-5-5',
      stop_details: null,
      stop_reason: null,
      stop_sequence: null,
      usage: { ...usage, ...counts },
    },
  }) satisfies RawMessageStreamEvent

export const textStart = (index: number) =>
  ({
    type: 'content_block_start',
    index,
    content_block: { type: 'text', text: '', citations: null },
  }) satisfies RawMessageStreamEvent

export const textDelta = (index: number, text: string) =>
  ({ type: 'content_block_delta', index, delta: { type: 'text_delta', text } }) satisfies RawMessageStreamEvent

export const thinkingStart = (index: number) =>
  ({
    type: 'content_block_start',
    index,
    content_block: { type: 'thinking', thinking: '', signature: '' },
  }) satisfies RawMessageStreamEvent

const thinkingDelta = (index: number, thinking: string) =>
  ({ type: 'content_block_delta', index, delta: { type: 'thinking_delta', thinking } }) satisfies RawMessageStreamEvent

const signatureDelta = (index: number) =>
  ({
    type: 'content_block_delta',
    index,
    delta: { type: 'signature_delta', signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds' },
  }) satisfies RawMessageStreamEvent

export const redactedThinking = (index: number) =>
  ({
    type: 'content_block_start',
    index,
    content_block: { type: 'redacted_thinking', data: 'EmwKAhgBEgy3va3pzix' },
  }) satisfies RawMessageStreamEvent

export const toolStart = (index: number, block: Partial<ToolUseBlock> = {}) =>
  ({
    type: 'content_block_start',
    index,
    content_block: {
      type: 'tool_use',
      id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6',
      name: 'get_weather',
      input: {},
      caller: { type: 'direct' },
      ...block,
    },
  }) satisfies RawMessageStreamEvent

export const jsonDelta = (index: number, partial: string) =>
  ({
    type: 'content_block_delta',
    index,
    delta: { type: 'input_json_delta', partial_json: partial },
  }) satisfies RawMessageStreamEvent

export const serverTool = (index: number) =>
  ({
    type: 'content_block_start',
    index,
    content_block: {
      type: 'server_tool_use',
      id: 'srvtoolu_014hJH82Qum7Td6UV8gDXThB',
      name: 'web_search',
      input: {},
      caller: { type: 'direct' },
    },
  }) satisfies RawMessageStreamEvent

export const blockStop = (index: number) => ({ type: 'content_block_stop', index }) satisfies RawMessageStreamEvent

export const messageDelta = (reason: StopReason, counts: Partial<MessageDeltaUsage> = {}) =>
  ({
    type: 'message_delta',
    delta: { container: null, stop_details: null, stop_reason: reason, stop_sequence: null },
    usage: {
      cache_creation_input_tokens: null,
      cache_read_input_tokens: null,
      input_tokens: null,
      output_tokens: 15,
      output_tokens_details: null,
      server_tool_use: null,
      ...counts,
    },
  }) satisfies RawMessageStreamEvent

export const messageStop = { type: 'message_stop' } satisfies RawMessageStreamEvent

/** Kept alive by it; no type of the SDK has it, its reader swallows it. */
export const ping = { type: 'ping' } as const

/** "Error events" of the page. */
export const errorEvent = (type: string) => ({ type: 'error', error: { type, message: 'secret vendor text' } }) as const

export const helloStream = [
  messageStart(),
  textStart(0),
  ping,
  textDelta(0, 'Hello'),
  textDelta(0, '!'),
  blockStop(0),
  messageDelta('end_turn'),
  messageStop,
]

export const toolStream = [
  messageStart({ input_tokens: 472, output_tokens: 2 }),
  textStart(0),
  textDelta(0, "Okay, let's check the weather for San Francisco, CA:"),
  blockStop(0),
  toolStart(1),
  jsonDelta(1, ''),
  jsonDelta(1, '{"location":'),
  jsonDelta(1, ' "San Francisco, CA"}'),
  blockStop(1),
  messageDelta('tool_use', { output_tokens: 89 }),
  messageStop,
]

export const thinkingStream = [
  messageStart(),
  thinkingStart(0),
  thinkingDelta(0, 'I need to find the GCD of 1071 and 462 using the Euclidean algorithm.'),
  thinkingDelta(0, '\n\n1071 = 2 × 462 + 147'),
  signatureDelta(0),
  blockStop(0),
  textStart(1),
  textDelta(1, 'The greatest common divisor of 1071 and 462 is **21**.'),
  blockStop(1),
  messageDelta('end_turn', { output_tokens: 60, output_tokens_details: { thinking_tokens: 41 } }),
  messageStop,
]
