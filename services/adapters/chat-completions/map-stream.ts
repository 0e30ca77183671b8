import type { FinishReason, GenerateEvent } from '../../common/contracts/generate-event.ts'
import { HearthError, toHearthError } from '../../common/errors/hearth-error.ts'
import { parseUntrusted } from '../../common/parse-untrusted.ts'
import { takePortable, toPortable } from '../portable-text.ts'
import { createSseDecoder, type SseEvent } from '../sse-reader.ts'
import { parseVendorJson } from '../step-frames.ts'
import { streamError, streamFailureOf, truncated } from '../vendor-failure.ts'
import type { BatchStep, StreamDialect } from '../vendor-stream.ts'
import { vendorCodes } from './map-error.ts'
import { type ChatChunk, chatChunk, plainText, type WireToolCallDelta, type WireUsage } from './wire-schema.ts'

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

/** The state in the making: one copy per batch, written to until the batch is done. */
interface Draft extends Writable<StreamState> {
  readonly events: GenerateEvent[]
}

type Writable<State> = { -readonly [Key in keyof State]: State[Key] }

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
  if (batch.length === 0) return { state: before, events: [], outcome: { status: 'open' } }
  const draft: Draft = { ...before, events: [] }
  const outcome = applyBatch(draft, batch)
  return { state: stateOf(draft), events: draft.events, outcome }
}

/** Field by field: a rest of all others costs several times as much, for every read. */
function stateOf(draft: Draft): StreamState {
  const { callIdPrefix, blocks, open, calls, finishReason, usage, sawClosingUsage } = draft
  return { callIdPrefix, blocks, open, calls, finishReason, usage, sawClosingUsage }
}

function applyBatch(draft: Draft, batch: readonly SseEvent[]): BatchStep<StreamState>['outcome'] {
  try {
    for (const { type, data } of batch) {
      if (data === '[DONE]') {
        draft.events.push(...endStream(draft, 'done'))
        return { status: 'done' }
      }
      applyEvent(draft, type, data)
    }
    return { status: 'open' }
  } catch (error) {
    return { status: 'failed', error: toHearthError(error) }
  }
}

/** Nearly every event is a piece of text and nothing else; only the others are worth the schema's time. */
function applyEvent(draft: Draft, type: string, data: string): void {
  const value = parseVendorJson(data)
  if (type === 'error') throw failureOfEvent(value)
  const text = plainText(value)
  if (text === undefined) applyChunk(draft, checkedChunk(value))
  else appendText(draft, 'text', text)
}

/** What an event named `error` says: its words lie in it, or in `error` inside it. */
function failureOfEvent(value: unknown): HearthError {
  const parsed = parseUntrusted(chatChunk, value)
  return streamFailureOf([...vendorCodes(parsed.data?.error), ...vendorCodes(value)])
}

function checkedChunk(value: unknown): ChatChunk {
  const parsed = parseUntrusted(chatChunk, value)
  if (!parsed.success) throw streamError('The vendor sent a chunk that is no chat completion')
  return parsed.data
}

/** @throws HearthError of `streamFailureOf` for an error chunk, `provider_stream_error` for a call without a name; `provider_overloaded`. */
function applyChunk(draft: Draft, chunk: ChatChunk): void {
  if (chunk.error !== undefined && chunk.error !== null) throw streamFailureOf(vendorCodes(chunk.error))
  if (chunk.usage) draft.usage = chunk.usage
  const choices = chunk.choices ?? []
  noteProgress(draft, chunk)
  if (choices.length === 0) {
    if (chunk.usage) draft.sawClosingUsage = true
    return
  }
  const choice = choices.find(({ index }) => (index ?? 0) === 0)
  if (choice === undefined) return
  applyDelta(draft, choice.delta ?? {})
  if (choice.finish_reason) draft.finishReason = checkedReason(choice.finish_reason)
}

/** llama.cpp's, in a chunk with an empty delta or without choices. */
function noteProgress({ events }: Draft, { prompt_progress: progress }: ChatChunk): void {
  if (!progress || progress.total === 0) return
  events.push({ type: 'phase', phase: 'prompt_eval', progress: Math.min(progress.processed / progress.total, 1) })
}

type Delta = NonNullable<NonNullable<ChatChunk['choices']>[number]['delta']>

function applyDelta(draft: Draft, delta: Delta): void {
  appendText(draft, 'reasoning', delta.reasoning_content || delta.reasoning)
  appendText(draft, 'text', delta.content)
  appendText(draft, 'refusal', delta.refusal)
  for (const part of delta.tool_calls ?? []) appendCall(draft, part)
}

function appendText(draft: Draft, kind: OpenText['kind'], text: string | null | undefined): void {
  if (!text) return
  const open = draft.open?.kind === kind ? draft.open : openText(draft, kind)
  const whole = takePortable(open.half, text)
  if (whole.text !== '') draft.events.push({ type: `${kind}-delta`, id: open.id, text: whole.text })
  if (whole.half !== open.half) draft.open = { ...open, half: whole.half }
}

function openText(draft: Draft, kind: OpenText['kind']): OpenText {
  closeText(draft, draft.events)
  const open: OpenText = { kind, id: `b${draft.blocks}`, half: '' }
  draft.blocks += 1
  draft.open = open
  draft.events.push({ type: `${kind}-start`, id: open.id })
  return open
}

function closeText(state: Pick<StreamState, 'open'>, events: GenerateEvent[]): void {
  if (state.open !== undefined) events.push({ type: `${state.open.kind}-end`, id: state.open.id })
}

function appendCall(draft: Draft, part: WireToolCallDelta): void {
  const call = findCall(draft.calls, part) ?? openCall(draft, part)
  const written = takePortable(call.half, part.function?.arguments ?? '')
  if (written.text !== '') draft.events.push({ type: 'tool-call-delta', id: call.id, arguments: written.text })
  if (written.half === call.half) return
  draft.calls = draft.calls.map((each) => (each === call ? { ...call, half: written.half } : each))
}

/**
 * By index, but some servers give every call index 0 and tell them apart by id, others give neither, or another id with
 * every part (poolsideai/pool#9). A new call always brings its name.
 */
function findCall(calls: readonly OpenCall[], { id, index, function: named }: WireToolCallDelta): OpenCall | undefined {
  const hasIndex = index !== undefined && index !== null
  const there = hasIndex ? calls.filter((call) => call.index === index) : calls
  const same = id ? there.findLast(({ vendorId }) => vendorId === id) : undefined
  const isNew = named?.name && (id || !hasIndex)
  return same ?? (isNew ? undefined : there.at(-1))
}

function openCall(draft: Draft, part: WireToolCallDelta): OpenCall {
  const name = part.function?.name
  if (!name) throw streamError('The vendor sent a tool call without a name')
  closeText(draft, draft.events)
  draft.open = undefined
  const call: OpenCall = {
    id: `b${draft.blocks}`,
    half: '',
    index: part.index ?? undefined,
    vendorId: part.id || undefined,
  }
  const callId = toPortable(call.vendorId ?? `${draft.callIdPrefix}${draft.calls.length}`)
  draft.blocks += 1
  draft.calls = [...draft.calls, call]
  draft.events.push({ type: 'tool-call-start', id: call.id, callId, name: toPortable(name) })
  return call
}

function checkedReason(reason: string): string {
  if (reason === 'error') throw streamError('The vendor reported an error in its stream')
  if (reason === 'insufficient_system_resource') {
    throw new HearthError('provider_overloaded', 'The vendor ran out of resources; try again later.')
  }
  return reason
}

/** True once the vendor said that the answer is whole; its `[DONE]` may still follow. */
const isComplete = (state: StreamState): boolean => state.finishReason !== undefined || state.sawClosingUsage

/**
 * The last events: open blocks end, usage, finish.
 * @throws HearthError `provider_stream_truncated` when the body ended (`end`) before any terminator, or when its `[DONE]` ends
 *   nothing: some servers send it after a failure (vllm-project/vllm#40986).
 */
export function endStream(state: StreamState, by: 'done' | 'end'): readonly GenerateEvent[] {
  if (!isComplete(state) && (by === 'end' || state.blocks === 0)) throw truncated()
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
  decoder: createSseDecoder,
  begin: beginStream(callIdPrefix),
  step: stepBatch,
  isComplete,
  end: (state) => endStream(state, 'end'),
})
