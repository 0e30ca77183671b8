import type { FinishReason, GenerateEvent } from '../../common/contracts/generate-event.ts'
import { parseUntrusted } from '../../common/parse-untrusted.ts'
import { createSseDecoder, type SseEvent } from '../sse-reader.ts'
import { type FrameStep, parseVendorJson, stepFrames } from '../step-frames.ts'
import { streamError, truncated } from '../vendor-failure.ts'
import type { StreamDialect } from '../vendor-stream.ts'
import { mapUsage } from './map-usage.ts'
import {
  type BlockPlace,
  beginBlocks,
  closeBlocks,
  findBlock,
  openCall,
  type ResponseBlocks,
  writeBlock,
} from './response-blocks.ts'
import { failureOfEvent, typeOf } from './stream-failure.ts'
import {
  type FinalResponse,
  finalResponse,
  type OutputItem,
  outputItem,
  type ResponsesEvent,
  responsesEvent,
} from './wire-schema.ts'

type Step = (blocks: ResponseBlocks, event: ResponsesEvent, events: GenerateEvent[]) => ResponseBlocks

const contentAt = (kind: BlockPlace['kind'], { output_index, content_index }: ResponsesEvent): BlockPlace => ({
  kind,
  output: output_index ?? 0,
  part: content_index ?? 0,
})

/** Parts of a summary are numbered beside those of the content. */
const summaryAt = ({ output_index, summary_index }: ResponsesEvent): BlockPlace => ({
  kind: 'reasoning',
  output: output_index ?? 0,
  part: -1 - (summary_index ?? 0),
})

const callAt = ({ output_index }: ResponsesEvent): BlockPlace => ({ kind: 'call', output: output_index ?? 0, part: 0 })

const writes =
  (placeOf: (event: ResponsesEvent) => BlockPlace): Step =>
  (blocks, event, events) =>
    writeBlock(blocks, placeOf(event), event.delta ?? '', events)

/** The whole text again: only news when no delta brought it. */
const ends =
  (placeOf: (event: ResponsesEvent) => BlockPlace, field: 'text' | 'refusal'): Step =>
  (blocks, event, events) => {
    const place = placeOf(event)
    const isNews = findBlock(blocks, place)?.isWritten !== true
    const written = isNews ? writeBlock(blocks, place, event[field] ?? '', events) : blocks
    return closeBlocks(written, (block) => block === findBlock(written, place), events)
  }

const textAt = (event: ResponsesEvent) => contentAt('text', event)
const refusalAt = (event: ResponsesEvent) => contentAt('refusal', event)
const reasoningAt = (event: ResponsesEvent) => contentAt('reasoning', event)

/** The events that bring something; those that are not here are passed over. */
const steps: ReadonlyMap<string, Step> = new Map<string, Step>([
  ['response.output_text.delta', writes(textAt)],
  ['response.output_text.done', ends(textAt, 'text')],
  ['response.refusal.delta', writes(refusalAt)],
  ['response.refusal.done', ends(refusalAt, 'refusal')],
  ['response.reasoning_text.delta', writes(reasoningAt)],
  ['response.reasoning_text.done', ends(reasoningAt, 'text')],
  ['response.reasoning_summary_text.delta', writes(summaryAt)],
  ['response.reasoning_summary_text.done', ends(summaryAt, 'text')],
  ['response.function_call_arguments.delta', writes(callAt)],
  ['response.output_item.added', addItem],
  ['response.output_item.done', endItem],
])

function addItem(blocks: ResponseBlocks, event: ResponsesEvent, events: GenerateEvent[]): ResponseBlocks {
  const item = itemOf(event)
  return item.type === 'function_call' ? openCall(blocks, callAt(event), item, events) : blocks
}

/** The whole item again. A call that came without deltas, or was never announced, is told now. */
function endItem(blocks: ResponseBlocks, event: ResponsesEvent, events: GenerateEvent[]): ResponseBlocks {
  const item = itemOf(event)
  const place = callAt(event)
  const closes = (next: ResponseBlocks) => closeBlocks(next, ({ output }) => output === place.output, events)
  if (item.type !== 'function_call') return closes(blocks)
  const call = findBlock(blocks, place)
  const opened = call === undefined ? openCall(blocks, place, item, events) : blocks
  return closes(call?.isWritten ? opened : writeBlock(opened, place, item.arguments ?? '', events))
}

function itemOf({ item }: ResponsesEvent): OutputItem {
  const parsed = parseUntrusted(outputItem, item)
  if (!parsed.success) throw streamError('The vendor sent an output item that is none')
  return parsed.data
}

const terminators: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete', 'response.failed'])

function stepEvent(blocks: ResponseBlocks, sse: SseEvent, events: GenerateEvent[]): FrameStep<ResponseBlocks> {
  // Some servers end like Chat Completions do; only the terminator counts.
  if (sse.data === '[DONE]') return { state: blocks, isDone: false }
  const value = parseVendorJson(sse.data)
  const type = typeOf(value, sse.type)
  if (type === 'error') throw failureOfEvent(value)
  const step = steps.get(type)
  if (step === undefined && !terminators.has(type)) return { state: blocks, isDone: false }
  const parsed = parseUntrusted(responsesEvent, value)
  if (!parsed.success) throw streamError('The vendor sent an event that is none of the Responses API')
  if (step !== undefined) return { state: step(blocks, parsed.data, events), isDone: false }
  return { state: endResponse(blocks, type, parsed.data, events), isDone: true }
}

function endResponse(
  blocks: ResponseBlocks,
  type: string,
  { response }: ResponsesEvent,
  events: GenerateEvent[],
): ResponseBlocks {
  const parsed = parseUntrusted(finalResponse, response)
  if (!parsed.success) throw streamError('The vendor ended its stream without the response')
  if (type === 'response.failed' || parsed.data.status === 'failed') throw failureOfEvent(parsed.data)
  const closed = closeBlocks(blocks, () => true, events)
  if (parsed.data.usage) events.push({ type: 'usage', usage: mapUsage(parsed.data.usage) })
  events.push({ type: 'finish', reason: finishReason(closed, parsed.data, type) })
  return closed
}

/** An incomplete answer is cut by a limit, whatever name the vendor gives it. */
function finishReason(blocks: ResponseBlocks, response: FinalResponse, type: string): FinishReason {
  const reason = response.incomplete_details?.reason
  if (reason === 'content_filter') return 'content_filter'
  if (reason || type === 'response.incomplete') return 'length'
  return blocks.calls > 0 ? 'tool_calls' : 'stop'
}

/** Reads the stream of one answer; calls that the vendor leaves without an id are named `callIdPrefix` and a number. */
export const responsesDialect = (callIdPrefix: string): StreamDialect<SseEvent, ResponseBlocks> => ({
  decoder: createSseDecoder,
  begin: beginBlocks(callIdPrefix),
  step: (blocks, frames) => stepFrames(blocks, frames, stepEvent),
  isComplete: () => false,
  end: () => {
    throw truncated()
  },
})
