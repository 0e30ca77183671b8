import {
  FinishReason as WireFinishReason,
  type GenerateEvent as WireGenerateEvent,
  Phase as WirePhase,
  type Picture as WirePicture,
} from '../../../proto/gen/hearth/v1/generate.ts'
import type { FinishReason, GenerateEvent, Phase } from '../contracts/generate-event.ts'
import { dropUndefined, enumCodec, plainBytes, present, toBuffer } from './wire-values.ts'

const phases = enumCodec<Phase, WirePhase>({
  connecting: WirePhase.CONNECTING,
  loading_model: WirePhase.LOADING_MODEL,
  prompt_eval: WirePhase.PROMPT_EVAL,
  waiting_first_token: WirePhase.WAITING_FIRST_TOKEN,
  tool: WirePhase.TOOL,
})

const finishReasons = enumCodec<FinishReason, WireFinishReason>({
  stop: WireFinishReason.STOP,
  length: WireFinishReason.LENGTH,
  tool_calls: WireFinishReason.TOOL_CALLS,
  content_filter: WireFinishReason.CONTENT_FILTER,
})

type WireEvent = NonNullable<WireGenerateEvent['event']>

export const encodeGenerateEvent = (event: GenerateEvent): WireGenerateEvent => ({ event: encodeEvent(event) })

export const decodeGenerateEvent = ({ event }: WireGenerateEvent): GenerateEvent => decodeEvent(present(event, 'event'))

function encodeEvent(event: GenerateEvent): WireEvent {
  switch (event.type) {
    case 'text-delta':
      return { $case: 'textDelta', value: { id: event.id, text: event.text } }
    case 'reasoning-delta':
      return { $case: 'reasoningDelta', value: { id: event.id, text: event.text } }
    case 'tool-call-delta':
      return { $case: 'toolCallDelta', value: { id: event.id, text: event.arguments } }
    case 'refusal-delta':
      return { $case: 'refusalDelta', value: { id: event.id, text: event.text } }
    case 'refusal-start':
      return { $case: 'refusalStart', value: { id: event.id } }
    case 'refusal-end':
      return { $case: 'refusalEnd', value: { id: event.id } }
    case 'parameters-dropped':
      return { $case: 'parametersDropped', value: { names: [...event.names] } }
    case 'text-start':
      return { $case: 'textStart', value: { id: event.id } }
    case 'text-end':
      return { $case: 'textEnd', value: { id: event.id } }
    case 'reasoning-start':
      return { $case: 'reasoningStart', value: { id: event.id } }
    case 'reasoning-end':
      return { $case: 'reasoningEnd', value: { id: event.id } }
    case 'tool-call-start':
      return { $case: 'toolCallStart', value: { id: event.id, callId: event.callId, name: event.name } }
    case 'tool-call-end':
      return { $case: 'toolCallEnd', value: { id: event.id } }
    case 'image-partial':
      return { $case: 'imagePartial', value: { id: event.id, index: event.index, picture: encodePicture(event) } }
    case 'image':
      return { $case: 'image', value: { id: event.id, picture: encodePicture(event) } }
    case 'phase':
      return { $case: 'phase', value: { phase: phases.encode(event.phase), progress: event.progress } }
    case 'usage':
      return { $case: 'usage', value: event.usage }
    case 'finish':
      return { $case: 'finish', value: finishReasons.encode(event.reason) }
  }
}

function decodeEvent({ $case, value }: WireEvent): GenerateEvent {
  switch ($case) {
    case 'textDelta':
      return { type: 'text-delta', ...value }
    case 'reasoningDelta':
      return { type: 'reasoning-delta', ...value }
    case 'toolCallDelta':
      return { type: 'tool-call-delta', id: value.id, arguments: value.text }
    case 'refusalDelta':
      return { type: 'refusal-delta', ...value }
    case 'refusalStart':
      return { type: 'refusal-start', ...value }
    case 'refusalEnd':
      return { type: 'refusal-end', ...value }
    case 'parametersDropped':
      return { type: 'parameters-dropped', names: value.names }
    case 'textStart':
      return { type: 'text-start', ...value }
    case 'textEnd':
      return { type: 'text-end', ...value }
    case 'reasoningStart':
      return { type: 'reasoning-start', ...value }
    case 'reasoningEnd':
      return { type: 'reasoning-end', ...value }
    case 'toolCallStart':
      return { type: 'tool-call-start', ...value }
    case 'toolCallEnd':
      return { type: 'tool-call-end', ...value }
    case 'imagePartial':
      return { type: 'image-partial', id: value.id, index: value.index, ...decodePicture(value.picture) }
    case 'image':
      return { type: 'image', id: value.id, ...decodePicture(value.picture) }
    case 'phase':
      return { type: 'phase', ...dropUndefined({ phase: phases.decode(value.phase), progress: value.progress }) }
    case 'usage':
      return { type: 'usage', usage: dropUndefined(value) }
    case 'finish':
      return { type: 'finish', reason: finishReasons.decode(value) }
  }
}

export interface Picture {
  readonly mediaType: string
  readonly bytes: Uint8Array
}

export const encodePicture = ({ mediaType, bytes }: Picture): WirePicture => ({ mediaType, bytes: toBuffer(bytes) })

export function decodePicture(picture: WirePicture | undefined): Picture {
  const { mediaType, bytes } = present(picture, 'picture')
  return { mediaType, bytes: plainBytes(bytes) }
}
