import type { FinishReason, GenerateEvent, Usage } from '../../common/contracts/generate-event.ts'
import { jsonText } from '../json-text.ts'
import { takePortable, toPortable } from '../portable-text.ts'
import { createSseDecoder, type SseEvent } from '../sse-reader.ts'
import { type FrameStep, parseVendorJson, stepFrames } from '../step-frames.ts'
import { streamError, truncated } from '../vendor-failure.ts'
import type { BatchStep, StreamDialect } from '../vendor-stream.ts'
import { streamFailure } from './map-error.ts'
import { parseWireEvent, type WireBlock, type WireDelta, type WireEvent, type WireUsage } from './wire-schema.ts'

/** What a Messages stream has said so far. */
export interface StreamState {
  /** Blocks announced so far; names the next one. */
  readonly blocks: number
  readonly open: readonly OpenBlock[]
  readonly hasCalls: boolean
  readonly stopReason: string | undefined
  readonly usage: WireUsage
}

interface OpenBlock {
  /** The vendor's. */
  readonly index: number
  readonly kind: 'text' | 'reasoning' | 'call' | 'ignored'
  /** Undefined until the block is announced: text without a character never is. */
  readonly id: string | undefined
  /** Begun character, kept back until the rest of it comes. */
  readonly half: string
  /** Of a call whose arguments have not been written: what its start held. */
  readonly input: string | undefined
}

export const beginStream: StreamState = { blocks: 0, open: [], hasCalls: false, stopReason: undefined, usage: {} }

/**
 * Pure step over the events of one read. At `message_stop` it adds the last events; what follows is ignored. One that ends
 * nothing is `provider_stream_truncated`.
 */
export const stepBatch = (before: StreamState, batch: readonly SseEvent[]): BatchStep<StreamState> =>
  stepFrames(before, batch, stepFrame)

function stepFrame(state: StreamState, frame: SseEvent, events: GenerateEvent[]): FrameStep<StreamState> {
  const event = readFrame(frame)
  if (event.type !== 'message_stop') return { state: stepStream(state, event, events), isDone: false }
  if (!isComplete(state) && state.blocks === 0) throw truncated()
  events.push(...endStream(state))
  return { state, isDone: true }
}

function readFrame({ type, data }: SseEvent): WireEvent {
  const event = parseWireEvent(parseVendorJson(data))
  if (event !== undefined) return event
  throw streamError(
    type === 'error' ? 'The vendor reported an error in its stream' : 'The vendor sent no Messages event',
  )
}

type StreamEvent = Exclude<WireEvent, { type: 'message_stop' }>

/** @throws HearthError `provider_*` for an error event, `provider_stream_error` for a delta that lacks its content. */
function stepStream(state: StreamState, event: StreamEvent, events: GenerateEvent[]): StreamState {
  switch (event.type) {
    case 'content_block_delta':
      return applyDelta(state, event.index, event.delta, events)
    case 'content_block_start':
      return openBlock(state, event.index, event.content_block, events)
    case 'content_block_stop':
      return closeBlock(state, event.index, events)
    case 'message_start':
      return withUsage(state, event.message?.usage)
    case 'message_delta': {
      const next = withUsage(state, event.usage)
      return event.delta?.stop_reason ? { ...next, stopReason: event.delta.stop_reason } : next
    }
    case 'error':
      throw streamFailure(event)
    case 'ping':
      return state
  }
}

/** Later counts are totals, so they take the place of earlier ones; a count that is not repeated stays. */
function withUsage(state: StreamState, usage: WireUsage | null | undefined): StreamState {
  const told = Object.entries(usage ?? {}).filter(([, value]) => value !== null && value !== undefined)
  return told.length === 0 ? state : { ...state, usage: { ...state.usage, ...Object.fromEntries(told) } }
}

function openBlock(state: StreamState, index: number, block: WireBlock, events: GenerateEvent[]): StreamState {
  const closed = closeBlock(state, index, events)
  switch (block.type) {
    case 'text':
      return append(withBlock(closed, blockOf(index, 'text')), index, block.text ?? '', events)
    case 'thinking':
    case 'redacted_thinking': {
      // Announced at once: its text may never come, and the model is at work.
      const announced = announce(closed, blockOf(index, 'reasoning'), events)
      return append(announced, index, block.thinking ?? '', events)
    }
    case 'tool_use':
      return openCall(closed, index, block, events)
    default:
      return withBlock(closed, blockOf(index, 'ignored'))
  }
}

const blockOf = (index: number, kind: OpenBlock['kind']): OpenBlock => ({
  index,
  kind,
  id: undefined,
  half: '',
  input: undefined,
})

const withBlock = (state: StreamState, block: OpenBlock): StreamState => ({
  ...state,
  open: [...state.open.filter(({ index }) => index !== block.index), block],
})

function announce(state: StreamState, block: OpenBlock, events: GenerateEvent[]): StreamState {
  const id = `b${state.blocks}`
  events.push({ type: block.kind === 'reasoning' ? 'reasoning-start' : 'text-start', id })
  return withBlock({ ...state, blocks: state.blocks + 1 }, { ...block, id })
}

function openCall(state: StreamState, index: number, block: WireBlock, events: GenerateEvent[]): StreamState {
  if (!block.name || !block.id) throw streamError('The vendor sent a tool call without a name or an id')
  const id = `b${state.blocks}`
  events.push({ type: 'tool-call-start', id, callId: toPortable(block.id), name: toPortable(block.name) })
  const input = jsonText(block.input ?? {})
  return withBlock({ ...state, blocks: state.blocks + 1, hasCalls: true }, { ...blockOf(index, 'call'), id, input })
}

function applyDelta(state: StreamState, index: number, delta: WireDelta, events: GenerateEvent[]): StreamState {
  switch (delta.type) {
    case 'text_delta':
      return append(state, index, content(delta.text), events)
    case 'thinking_delta':
      return append(state, index, content(delta.thinking), events)
    case 'input_json_delta':
      return append(state, index, content(delta.partial_json), events)
    default:
      return state
  }
}

function content(text: string | null | undefined): string {
  if (typeof text !== 'string') throw streamError('The vendor sent a delta without its content')
  return text
}

/** @throws HearthError `provider_stream_error` for content of a block that was never opened. */
function append(state: StreamState, index: number, text: string, events: GenerateEvent[]): StreamState {
  const block = state.open.find((each) => each.index === index)
  if (block === undefined) throw streamError('The vendor sent content of a block that it has not opened')
  if (text === '' || block.kind === 'ignored') return state
  const announced = block.id === undefined ? announce(state, block, events) : state
  const id = block.id ?? `b${state.blocks}`
  const whole = takePortable(block.half, text)
  if (whole.text !== '') events.push(deltaOf(block.kind, id, whole.text))
  if (block.id !== undefined && whole.half === block.half && block.input === undefined) return state
  return withBlock(announced, { ...block, id, half: whole.half, input: undefined })
}

const deltaOf = (kind: 'text' | 'reasoning' | 'call', id: string, text: string): GenerateEvent =>
  kind === 'call' ? { type: 'tool-call-delta', id, arguments: text } : { type: `${kind}-delta`, id, text }

function closeBlock(state: StreamState, index: number, events: GenerateEvent[]): StreamState {
  const block = state.open.find((each) => each.index === index)
  if (block === undefined) return state
  endBlock(block, events)
  return { ...state, open: state.open.filter((each) => each !== block) }
}

/** A call without arguments is written as no delta at all, or as empty ones. */
function endBlock({ id, kind, input }: OpenBlock, events: GenerateEvent[]): void {
  if (id === undefined || kind === 'ignored') return
  if (input !== undefined) events.push(deltaOf('call', id, input))
  events.push({ type: kind === 'call' ? 'tool-call-end' : `${kind}-end`, id })
}

/** The last events: open blocks end, usage, finish. */
function endStream(state: StreamState): readonly GenerateEvent[] {
  const events: GenerateEvent[] = []
  for (const block of state.open) endBlock(block, events)
  const usage = mapUsage(state.usage)
  if (usage !== undefined) events.push({ type: 'usage', usage })
  events.push({ type: 'finish', reason: finishReason(state) })
  return events
}

/** `input_tokens` are only those after the last cache breakpoint. */
function mapUsage(usage: WireUsage): Usage | undefined {
  if (typeof usage.input_tokens !== 'number' && typeof usage.output_tokens !== 'number') return undefined
  const read = usage.cache_read_input_tokens
  const thought = usage.output_tokens_details?.thinking_tokens
  return {
    inputTokens: (usage.input_tokens ?? 0) + (read ?? 0) + (usage.cache_creation_input_tokens ?? 0),
    outputTokens: usage.output_tokens ?? 0,
    ...(typeof read === 'number' ? { cachedTokens: read } : {}),
    ...(typeof thought === 'number' ? { reasoningTokens: thought } : {}),
  }
}

function finishReason({ stopReason, hasCalls }: StreamState): FinishReason {
  switch (stopReason) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length'
    case 'refusal':
      return 'content_filter'
    default:
      return hasCalls ? 'tool_calls' : 'stop'
  }
}

const isComplete = ({ stopReason }: StreamState): boolean => stopReason !== undefined

/** Reads the stream of one answer. */
export const messagesDialect: StreamDialect<SseEvent, StreamState> = {
  decoder: createSseDecoder,
  begin: beginStream,
  step: stepBatch,
  isComplete,
  end: (state) => {
    if (!isComplete(state)) throw truncated()
    return endStream(state)
  },
}
