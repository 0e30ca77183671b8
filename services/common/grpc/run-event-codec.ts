import { z } from 'zod'
import type { RunEvent as WireRunEvent } from '../../../proto/gen/hearth/v1/run.ts'
import { runMessages } from '../contracts/protocol/run-messages.ts'
import type { RunEvent, RunMessage } from '../contracts/run-event.ts'
import { dropUndefined, parseJson, parseWire, plainBytes, present, toBuffer } from './wire-values.ts'

type WireMessage = NonNullable<WireRunEvent['message']>

/** What the gateway adds when it frames a message; between router and gateway it is absent. */
const framing = {
  response_id: z.undefined().optional(),
  stream_id: z.undefined().optional(),
  sequence_number: z.undefined().optional(),
  stream_no: z.undefined().optional(),
}

/** The public schemas without the framing. */
const messageSchema = z.discriminatedUnion('type', [
  runMessages['response.created'].extend(framing),
  runMessages['response.queued'].extend(framing),
  runMessages['response.in_progress'].extend(framing),
  runMessages['response.output_item.added'].extend(framing),
  runMessages['response.output_item.done'].extend(framing),
  runMessages['response.content_part.added'].extend(framing),
  runMessages['response.content_part.done'].extend(framing),
  runMessages['response.output_text.done'].extend(framing),
  runMessages['response.reasoning_text.done'].extend(framing),
  runMessages['response.refusal.done'].extend(framing),
  runMessages['response.function_call_arguments.done'].extend(framing),
  runMessages['response.image_generation_call.in_progress'].extend(framing),
  runMessages['response.image_generation_call.generating'].extend(framing),
  runMessages['response.image_generation_call.partial_image'].extend(framing),
  runMessages['response.image_generation_call.completed'].extend(framing),
  runMessages['response.completed'].extend(framing),
  runMessages['response.incomplete'].extend(framing),
  runMessages['response.failed'].extend(framing),
  runMessages['response.cancelled'].extend(framing),
  runMessages['response.snapshot'].extend(framing),
])

export const encodeRunEvent = ({ sequenceNumber, message, bytes }: RunEvent): WireRunEvent => ({
  sequenceNumber,
  message: encodeMessage(message),
  ...(bytes === undefined ? {} : { bytes: toBuffer(bytes) }),
})

export function decodeRunEvent({ sequenceNumber, message, bytes }: WireRunEvent): RunEvent {
  const decoded = decodeMessage(present(message, 'message'))
  return { sequenceNumber, message: decoded, ...(bytes === undefined ? {} : { bytes: plainBytes(bytes) }) }
}

const partDeltas = {
  'response.output_text.delta': 'outputTextDelta',
  'response.reasoning_text.delta': 'reasoningTextDelta',
  'response.refusal.delta': 'refusalDelta',
} as const

const partDeltaTypes = {
  outputTextDelta: 'response.output_text.delta',
  reasoningTextDelta: 'response.reasoning_text.delta',
  refusalDelta: 'response.refusal.delta',
} as const

function encodeMessage(message: RunMessage): WireMessage {
  switch (message.type) {
    case 'response.output_text.delta':
    case 'response.reasoning_text.delta':
    case 'response.refusal.delta': {
      const { item_id: itemId, output_index: outputIndex, content_index: contentIndex, delta } = message
      return { $case: partDeltas[message.type], value: { itemId, outputIndex, contentIndex, delta } }
    }
    case 'response.function_call_arguments.delta': {
      const { item_id: itemId, output_index: outputIndex, delta } = message
      return { $case: 'functionCallArgumentsDelta', value: { itemId, outputIndex, delta } }
    }
    default:
      return { $case: 'messageJson', value: JSON.stringify(message) }
  }
}

function decodeMessage({ $case, value }: WireMessage): RunMessage {
  if ($case === 'messageJson') return parseMessage(value)
  const position = { item_id: value.itemId, output_index: value.outputIndex }
  if ($case === 'functionCallArgumentsDelta') {
    return { type: 'response.function_call_arguments.delta', ...position, delta: value.delta }
  }
  return { type: partDeltaTypes[$case], ...position, content_index: value.contentIndex, delta: value.delta }
}

function parseMessage(json: string): RunMessage {
  const message = dropUndefined(parseWire(messageSchema, parseJson(json)))
  // The schema's optional fields admit undefined, which JSON cannot hold: what was parsed has only present ones.
  return message as RunMessage
}
