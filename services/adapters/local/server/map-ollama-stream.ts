import type { FinishReason, GenerateEvent } from '../../../common/contracts/generate-event.ts'
import { parseUntrusted } from '../../../common/parse-untrusted.ts'
import { jsonText } from '../../json-text.ts'
import { takePortable, toPortable } from '../../portable-text.ts'
import { type FrameStep, parseVendorJson, stepFrames } from '../../step-frames.ts'
import { streamError, truncated } from '../../vendor-failure.ts'
import type { StreamDialect } from '../../vendor-stream.ts'
import { createNdjsonDecoder } from './ndjson-reader.ts'
import { type OllamaCall, type OllamaLine, ollamaLine } from './wire-schema.ts'

/** What an answer of `/api/chat` has said so far. */
export interface OllamaState {
  /** Given to calls without an id. */
  readonly callIdPrefix: string
  /** Blocks opened so far; names the next one. */
  readonly blocks: number
  readonly calls: number
  readonly open: OpenText | undefined
}

interface OpenText {
  readonly kind: 'text' | 'reasoning'
  readonly id: string
  /** Begun character, kept back until the rest of it comes. */
  readonly half: string
}

const begin = (callIdPrefix: string): OllamaState => ({ callIdPrefix, blocks: 0, calls: 0, open: undefined })

/** Reads the stream of one answer; calls without an id are named `callIdPrefix` and a number. */
export const ollamaDialect = (callIdPrefix: string): StreamDialect<string, OllamaState> => ({
  decoder: createNdjsonDecoder,
  begin: begin(callIdPrefix),
  step: (state, lines) => stepFrames(state, lines, stepLine),
  // The line that says so is the last one, and ends the answer.
  isComplete: () => false,
  end: () => {
    throw truncated()
  },
})

/** One line; that with `done` adds the last events. */
function stepLine(before: OllamaState, text: string, events: GenerateEvent[]): FrameStep<OllamaState> {
  const line = parseLine(text)
  const state = applyLine(before, line, events)
  if (line.done === true) endAnswer(state, line, events)
  return { state, isDone: line.done === true }
}

function parseLine(text: string): OllamaLine {
  const parsed = parseUntrusted(ollamaLine, parseVendorJson(text))
  if (!parsed.success) throw streamError('The server sent a line that is no part of an answer')
  if (parsed.data.error !== undefined && parsed.data.error !== null) {
    throw streamError('The server reported an error in its stream')
  }
  return parsed.data
}

function applyLine(state: OllamaState, { message }: OllamaLine, events: GenerateEvent[]): OllamaState {
  if (!message) return state
  let next = appendText(state, 'reasoning', message.thinking, events)
  next = appendText(next, 'text', message.content, events)
  for (const call of message.tool_calls ?? []) next = appendCall(next, call, events)
  return next
}

function appendText(
  state: OllamaState,
  kind: OpenText['kind'],
  text: string | null | undefined,
  events: GenerateEvent[],
): OllamaState {
  if (!text) return state
  const open = state.open?.kind === kind ? state.open : undefined
  if (open === undefined) closeText(state, events)
  const id = open?.id ?? `b${state.blocks}`
  if (open === undefined) events.push({ type: `${kind}-start`, id })
  const whole = takePortable(open?.half ?? '', text)
  if (whole.text !== '') events.push({ type: `${kind}-delta`, id, text: whole.text })
  return {
    ...state,
    blocks: open === undefined ? state.blocks + 1 : state.blocks,
    open: { kind, id, half: whole.half },
  }
}

function closeText({ open }: OllamaState, events: GenerateEvent[]): void {
  if (open !== undefined) events.push({ type: `${open.kind}-end`, id: open.id })
}

/** A call comes whole, in one line. */
function appendCall(state: OllamaState, call: OllamaCall, events: GenerateEvent[]): OllamaState {
  closeText(state, events)
  const id = `b${state.blocks}`
  const callId = toPortable(call.id || `${state.callIdPrefix}${state.calls}`)
  const written = toPortable(jsonText(call.function.arguments ?? {}))
  events.push({ type: 'tool-call-start', id, callId, name: toPortable(call.function.name) })
  events.push({ type: 'tool-call-delta', id, arguments: written })
  events.push({ type: 'tool-call-end', id })
  return { ...state, blocks: state.blocks + 1, calls: state.calls + 1, open: undefined }
}

/** @throws HearthError `provider_stream_error` when the server only loaded or unloaded the model. */
function endAnswer(state: OllamaState, line: OllamaLine, events: GenerateEvent[]): void {
  if (line.done_reason === 'load' || line.done_reason === 'unload') {
    throw streamError(`The server did not answer, but only did what it calls "${line.done_reason}"`)
  }
  closeText(state, events)
  const { prompt_eval_count: inputTokens, eval_count: outputTokens } = line
  if (typeof outputTokens === 'number') {
    events.push({ type: 'usage', usage: { inputTokens: inputTokens ?? 0, outputTokens } })
  }
  events.push({ type: 'finish', reason: finishReason(state, line.done_reason) })
}

function finishReason({ calls }: OllamaState, reason: string | null | undefined): FinishReason {
  if (reason === 'length') return 'length'
  return calls > 0 ? 'tool_calls' : 'stop'
}
