import type { FinishReason, GenerateEvent } from '../../common/contracts/generate-event.ts'
import { HearthError, toHearthError } from '../../common/errors/hearth-error.ts'
import { takePortable } from '../portable-text.ts'
import { readSse, type SseEvent } from '../sse-reader.ts'
import { streamError, truncated } from '../vendor-failure.ts'
import type { BatchStep, StreamDialect } from '../vendor-stream.ts'
import { type ChatChunk, chatChunk, type WireToolCallDelta, type WireUsage } from './wire-schema.ts'

/** What a Chat Completions stream has said so far. */
export interface StreamState {
  /** Given to calls that the vendor leaves without an id. */
  readonly callIdPrefix: string
  /** Blocks opened so far; names the next one. */
  readonly blocks: number
  /** The text, reasoning or refusal block that is open. */
  readonly open: OpenText | undefined
  /** Open until the end: vendors may mix the parts of parallel calls. */
  readonly calls: readonly OpenCall[]
  readonly finishReason: string | undefined
  readonly usage: WireUsage | undefined
  /** A usage chunk without choices: what vLLM and OpenAI send last. */
  readonly sawClosingUsage: boolean
}

interface OpenText {
  readonly kind: 'text' | 'reasoning' | 'refusal'
  readonly id: string
  /** Begun character, kept back until the rest of it comes. */
  readonly half: string
}

interface OpenCall {
  readonly id: string
  readonly half: string
  readonly index: number | undefined
  readonly vendorId: string | undefined
}

type Step = readonly [StreamState, readonly GenerateEvent[]]

export const beginStream = (callIdPrefix: string): StreamState => ({
  callIdPrefix,
  blocks: 0,
  open: undefined,
  calls: [],
  finishReason: undefined,
  usage: undefined,
  sawClosingUsage: false,
})

/** Pure step over the events of one read. At `[DONE]` it adds the last events of the answer; what follows is ignored. */
export function stepBatch(before: StreamState, batch: readonly SseEvent[]): BatchStep<StreamState> {
  let state = before
  const events: GenerateEvent[] = []
  for (const { type, data } of batch) {
    if (data === '[DONE]') {
      events.push(...endStream(state, 'done'))
      return { state, events, outcome: { status: 'done' } }
    }
    try {
      const [next, added] = stepStream(state, parseChunk(type, data))
      state = next
      events.push(...added)
    } catch (error) {
      return { state, events, outcome: { status: 'failed', error: toHearthError(error) } }
    }
  }
  return { state, events, outcome: { status: 'open' } }
}

function parseChunk(type: string, data: string): ChatChunk {
  if (type === 'error') throw streamError('The vendor reported an error in its stream')
  const parsed = chatChunk.safeParse(parseJson(data))
  if (!parsed.success) throw streamError('The vendor sent a chunk that is no chat completion')
  return parsed.data
}

function parseJson(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    throw streamError('The vendor sent a chunk that is not JSON')
  }
}

/**
 * Pure step over one chunk.
 * @throws HearthError `provider_stream_error` for an error chunk or a call without a name; `provider_overloaded`.
 */
function stepStream(state: StreamState, chunk: ChatChunk): Step {
  if (chunk.error !== undefined && chunk.error !== null) throw streamError('The vendor reported an error in its stream')
  const counted = chunk.usage ? { ...state, usage: chunk.usage } : state
  const choices = chunk.choices ?? []
  const events = progressOf(chunk)
  if (choices.length === 0) return [chunk.usage ? { ...counted, sawClosingUsage: true } : counted, events]
  const choice = choices.find(({ index }) => (index ?? 0) === 0)
  if (choice === undefined) return [counted, events]
  const next = applyDelta(counted, choice.delta ?? {}, events)
  return [choice.finish_reason ? { ...next, finishReason: checkedReason(choice.finish_reason) } : next, events]
}

/** llama.cpp's, in a chunk with an empty delta or without choices. */
function progressOf({ prompt_progress: progress }: ChatChunk): GenerateEvent[] {
  if (!progress || progress.total === 0) return []
  return [{ type: 'phase', phase: 'prompt_eval', progress: Math.min(progress.processed / progress.total, 1) }]
}

type Delta = NonNullable<NonNullable<ChatChunk['choices']>[number]['delta']>

function applyDelta(state: StreamState, delta: Delta, events: GenerateEvent[]): StreamState {
  let next = appendText(state, 'reasoning', delta.reasoning_content || delta.reasoning, events)
  next = appendText(next, 'text', delta.content, events)
  next = appendText(next, 'refusal', delta.refusal, events)
  for (const part of delta.tool_calls ?? []) next = appendCall(next, part, events)
  return next
}

function appendText(
  state: StreamState,
  kind: OpenText['kind'],
  text: string | null | undefined,
  events: GenerateEvent[],
): StreamState {
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

function closeText(state: StreamState, events: GenerateEvent[]): void {
  if (state.open !== undefined) events.push({ type: `${state.open.kind}-end`, id: state.open.id })
}

function appendCall(state: StreamState, part: WireToolCallDelta, events: GenerateEvent[]): StreamState {
  const known = findCall(state.calls, part)
  const [next, call] = known === undefined ? openCall(state, part, events) : ([state, known] as const)
  const written = takePortable(call.half, part.function?.arguments ?? '')
  if (written.text !== '') events.push({ type: 'tool-call-delta', id: call.id, arguments: written.text })
  if (written.half === call.half) return next
  return { ...next, calls: next.calls.map((each) => (each === call ? { ...call, half: written.half } : each)) }
}

/** By index, but some servers give every call index 0 and tell them apart by id, others give neither. */
function findCall(calls: readonly OpenCall[], part: WireToolCallDelta): OpenCall | undefined {
  const isNewId = (call: OpenCall) => !!part.id && part.id !== call.vendorId
  if (part.index === undefined || part.index === null) {
    if (part.id) return calls.findLast((call) => call.vendorId === part.id)
    return part.function?.name ? undefined : calls.at(-1)
  }
  const call = calls.findLast(({ index }) => index === part.index)
  return call === undefined || isNewId(call) ? undefined : call
}

function openCall(
  state: StreamState,
  part: WireToolCallDelta,
  events: GenerateEvent[],
): readonly [StreamState, OpenCall] {
  const name = part.function?.name
  if (!name) throw streamError('The vendor sent a tool call without a name')
  closeText(state, events)
  const call: OpenCall = {
    id: `b${state.blocks}`,
    half: '',
    index: part.index ?? undefined,
    vendorId: part.id || undefined,
  }
  const callId = call.vendorId ?? `${state.callIdPrefix}${state.calls.length}`
  events.push({ type: 'tool-call-start', id: call.id, callId, name })
  return [{ ...state, blocks: state.blocks + 1, open: undefined, calls: [...state.calls, call] }, call]
}

function checkedReason(reason: string): string {
  if (reason === 'error') throw streamError('The vendor reported an error in its stream')
  if (reason === 'insufficient_system_resource') {
    throw new HearthError('provider_overloaded', 'The vendor ran out of resources; try again later.')
  }
  return reason
}

/** True once the vendor said that the answer is whole; its `[DONE]` may still follow. */
export const isComplete = (state: StreamState): boolean => state.finishReason !== undefined || state.sawClosingUsage

/**
 * The last events: open blocks end, usage, finish.
 * @throws HearthError `provider_stream_truncated` when the body ended (`end`) before any terminator.
 */
export function endStream(state: StreamState, by: 'done' | 'end'): readonly GenerateEvent[] {
  if (by === 'end' && !isComplete(state)) throw truncated()
  const events: GenerateEvent[] = []
  closeText(state, events)
  for (const call of state.calls) events.push({ type: 'tool-call-end', id: call.id })
  if (state.usage !== undefined) events.push({ type: 'usage', usage: mapUsage(state.usage) })
  events.push({ type: 'finish', reason: finishReason(state) })
  return events
}

function mapUsage(usage: WireUsage) {
  const cachedTokens = usage.prompt_tokens_details?.cached_tokens
  const reasoningTokens = usage.completion_tokens_details?.reasoning_tokens
  return {
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    ...(typeof cachedTokens === 'number' ? { cachedTokens } : {}),
    ...(typeof reasoningTokens === 'number' ? { reasoningTokens } : {}),
  }
}

/** A forced call ends with `stop` at OpenAI; it is a tool call all the same. */
function finishReason(state: StreamState): FinishReason {
  if (state.finishReason === 'length' || state.finishReason === 'content_filter') return state.finishReason
  return state.calls.length > 0 ? 'tool_calls' : 'stop'
}

/** Reads the stream of one answer; calls that the vendor leaves without an id are named `callIdPrefix` and a number. */
export const chatDialect = (callIdPrefix: string): StreamDialect<SseEvent, StreamState> => ({
  frames: readSse,
  begin: beginStream(callIdPrefix),
  step: stepBatch,
  isComplete,
  end: (state) => endStream(state, 'end'),
})
