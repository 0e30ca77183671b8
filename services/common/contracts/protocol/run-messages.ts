import { z } from 'zod'
import { errorTable, isErrorCode } from '../../errors/error-table.ts'
import { eventId, responseId, sequenceNumber, streamId } from './fields.ts'

const errorCode = z.enum(Object.keys(errorTable).filter(isErrorCode)).describe('One of the closed set of error codes')

export const wireError = z
  .object({
    type: z.string().describe('OpenAI error type'),
    code: errorCode,
    message: z.string().describe('Says what to do'),
    param: z.string().optional().describe('Path of the offending field'),
    retryable: z.boolean(),
    retry_after_ms: z.int().min(0).optional(),
    openai_code: z.literal('context_length_exceeded').optional().describe("OpenAI's narrower word for what is wrong"),
  })
  .describe('A failure')

const phase = z.enum(['connecting', 'loading_model', 'prompt_eval', 'waiting_first_token', 'tool'])
const status = z.enum(['in_progress', 'completed', 'incomplete'])
const outputPart = z.discriminatedUnion('type', [
  z.object({ type: z.literal('output_text'), text: z.string() }),
  z.object({ type: z.literal('reasoning_text'), text: z.string() }),
  z.object({ type: z.literal('refusal'), refusal: z.string() }),
])
const itemFields = { id: z.string(), status }
const outputItem = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    ...itemFields,
    role: z.literal('assistant'),
    content: z.array(outputPart),
  }),
  z.object({ type: z.literal('reasoning'), ...itemFields, content: z.array(outputPart) }),
  z.object({
    type: z.literal('function_call'),
    ...itemFields,
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
  z.object({
    type: z.literal('image_generation_call'),
    ...itemFields,
    blob_id: z.string().optional(),
    media_type: z.string().optional(),
  }),
])

const attemptRecord = z.object({
  attempt: z.int().min(1),
  provider: z.string(),
  connection: z.string(),
  model: z.string(),
  outcome: z.enum(['completed', 'failed', 'cancelled']),
  error_code: errorCode.optional(),
  vendor_status: z.int().optional(),
  dropped_parameters: z.array(z.string()).optional().describe('Sent without these: the vendor does not take them'),
  duration_ms: z.number(),
  first_token_ms: z.number().optional(),
})

const usage = z.object({
  input_tokens: z.int(),
  output_tokens: z.int(),
  total_tokens: z.int(),
  cached_tokens: z.int().optional(),
  reasoning_tokens: z.int().optional(),
})

const finalResponse = z.object({
  id: z.string(),
  status: z.enum(['completed', 'incomplete', 'failed', 'cancelled']),
  finish_reason: z.enum(['stop', 'length', 'tool_calls', 'content_filter']).nullable(),
  conversation: z.string(),
  profile: z.string(),
  provider: z.string().nullable(),
  model: z.string().nullable(),
  usage: usage.nullable(),
  attempts: z.array(attemptRecord),
  stored: z.literal(false).optional().describe('Present when history did not take the answer'),
  metadata: z.record(z.string(), z.string()).optional().describe('As the request brought it'),
})

const responseSnapshot = z.object({
  id: z.string(),
  status: z.enum(['in_progress', 'completed', 'incomplete', 'failed', 'cancelled']),
  conversation: z.string(),
  profile: z.string(),
  output: z.array(outputItem).describe('Items in progress hold what they have so far'),
})

const frame = { response_id: responseId, stream_id: streamId, sequence_number: sequenceNumber }
const item = { item_id: z.string(), output_index: z.int().min(0) }
const part = { ...item, content_index: z.int().min(0) }
const blob = {
  blob_no: z.int().min(0).max(4_294_967_295).describe('The binary frames that follow carry it'),
  media_type: z.string(),
  byte_length: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
}
const delta = { delta: z.string(), first_sequence_number: sequenceNumber.optional() }

const event = <Type extends string, Shape extends z.core.$ZodLooseShape>(
  type: Type,
  description: string,
  shape: Shape,
) => z.object({ type: z.literal(type), ...frame, ...shape }).describe(description)

/** Numbered events of a run, as framed by the gateway. The shapes of contracts/run-event.ts plus the framing fields. */
export const runMessages = {
  'response.created': event('response.created', 'Reply to response.create; number 0', {
    event_id: eventId.optional(),
    stream_no: z.int().min(0).max(4_294_967_295).describe('Stands for this run in binary frames'),
    profile: z.string(),
    conversation: z.string(),
  }),
  'response.queued': event('response.queued', 'Runs of the same lane are in front', { position: z.int().min(0) }),
  'response.in_progress': event('response.in_progress', 'What the target is busy with; repeated during silence', {
    phase,
    progress: z.number().optional(),
    attempt: z.int().min(1),
    provider: z.string(),
    model: z.string(),
  }),
  'response.output_item.added': event('response.output_item.added', 'An item begins', {
    output_index: z.int().min(0),
    item: outputItem,
  }),
  'response.output_item.done': event('response.output_item.done', 'An item is whole', {
    output_index: z.int().min(0),
    item: outputItem,
  }),
  'response.content_part.added': event('response.content_part.added', 'A part begins', { ...part, part: outputPart }),
  'response.content_part.done': event('response.content_part.done', 'A part is whole', { ...part, part: outputPart }),
  'response.output_text.delta': event('response.output_text.delta', 'More text', { ...part, ...delta }),
  'response.output_text.done': event('response.output_text.done', 'The text is whole', { ...part, text: z.string() }),
  'response.reasoning_text.delta': event('response.reasoning_text.delta', 'More reasoning', { ...part, ...delta }),
  'response.reasoning_text.done': event('response.reasoning_text.done', 'The reasoning is whole', {
    ...part,
    text: z.string(),
  }),
  'response.refusal.delta': event('response.refusal.delta', 'More of a refusal', { ...part, ...delta }),
  'response.refusal.done': event('response.refusal.done', 'The refusal is whole', { ...part, refusal: z.string() }),
  'response.function_call_arguments.delta': event('response.function_call_arguments.delta', 'More arguments', {
    ...item,
    ...delta,
  }),
  'response.function_call_arguments.done': event('response.function_call_arguments.done', 'The arguments are whole', {
    ...item,
    arguments: z.string(),
  }),
  'response.image_generation_call.in_progress': event(
    'response.image_generation_call.in_progress',
    'A picture was asked for',
    item,
  ),
  'response.image_generation_call.generating': event(
    'response.image_generation_call.generating',
    'The picture is being drawn',
    item,
  ),
  'response.image_generation_call.partial_image': event(
    'response.image_generation_call.partial_image',
    'A rough picture; its bytes follow as binary frames of kind 1',
    { ...item, partial_image_index: z.int().min(0), ...blob },
  ),
  'response.image_generation_call.completed': event(
    'response.image_generation_call.completed',
    'The picture; its bytes follow as binary frames of kind 2',
    { ...item, blob_id: z.string().describe('Kept at GET /v1/blobs/<blob_id>'), ...blob },
  ),
  'response.completed': event('response.completed', 'Terminal: ended by itself', { response: finalResponse }),
  'response.incomplete': event('response.incomplete', 'Terminal: cut by a limit of length or content', {
    response: finalResponse,
  }),
  'response.failed': event('response.failed', 'Terminal: failed; the partial is kept', {
    response: finalResponse,
    error: wireError,
  }),
  'response.snapshot': event(
    'response.snapshot',
    'On attach where the replay was trimmed: the answer up to this number',
    {
      response: responseSnapshot,
    },
  ),
  'response.cancelled': event('response.cancelled', 'Terminal: cancelled', { response: finalResponse }),
} as const
