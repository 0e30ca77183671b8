import { z } from 'zod'
import { clientFields, responseId, streamId } from './fields.ts'

const milliseconds = z.int().min(1).max(4_294_967_295).optional()
const freeObject = z.record(z.string(), z.unknown())
const functionName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ -')
const callId = z.string().min(1).max(128)
/** What an item of an answer has beside its content, so that a client may send back what it got; not read. */
const answered = {
  id: z.string().max(128).optional(),
  status: z.enum(['in_progress', 'completed', 'incomplete']).optional(),
}
const unread = z.array(z.unknown()).max(256).optional()

const contentPart = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('input_text'), text: z.string() }),
  z.strictObject({ type: z.literal('output_text'), text: z.string(), annotations: unread, logprobs: unread }),
  z.strictObject({
    type: z.literal('input_image'),
    image_url: z.string().optional().describe('A data URL: data:image/png;base64,…'),
    blob_no: z.int().min(0).max(4_294_967_295).optional().describe('An upload of this session'),
    detail: z.enum(['auto', 'low', 'high']).optional(),
  }),
])

const inputItem = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('message').optional(),
    ...answered,
    role: z.enum(['system', 'developer', 'user', 'assistant']),
    content: z.union([z.string(), z.array(contentPart).min(1).max(256)], 'must be a text or a list of parts'),
  }),
  z.strictObject({
    type: z.literal('function_call'),
    ...answered,
    call_id: callId,
    name: functionName,
    arguments: z.string().describe('JSON text'),
  }),
  z.strictObject({
    type: z.literal('function_call_output'),
    ...answered,
    call_id: callId,
    output: z.string(),
  }),
  z
    .strictObject({ type: z.literal('reasoning'), ...answered, content: unread, summary: unread })
    .describe('Of an earlier answer; left out, as no model reads it again'),
  z
    .strictObject({
      type: z.literal('image_generation_call'),
      ...answered,
      blob_id: z.string().max(128).optional(),
      media_type: z.string().max(128).optional(),
    })
    .describe('Of an earlier answer; left out, as no model reads it again'),
])

const textFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: functionName,
    description: z.string().max(1024).optional(),
    schema: freeObject,
    strict: z.boolean().nullable().optional(),
  }),
])

const functionTool = z.strictObject({
  type: z.literal('function'),
  name: functionName,
  description: z.string().max(16_384).optional(),
  parameters: freeObject.nullable().optional().describe('JSON Schema of the arguments'),
  strict: z.boolean().nullable().optional(),
})

/** Starts a run. Names are those of the OpenAI Responses API wherever the concept exists. */
export const responseCreate = z
  .strictObject({
    type: z.literal('response.create'),
    ...clientFields,
    stream_id: streamId,
    idempotency_key: z.string().min(1).max(255).optional().describe('Same key of the same principal: the same run'),
    profile: z.string().min(1).max(256).optional().describe("Model profile; default: the user's, else the default one"),
    model: z.string().min(1).max(256).optional().describe('Alias of profile'),
    conversation: z.string().min(1).max(128).optional().describe('Id of a conversation; default: a new one'),
    previous_response_id: responseId
      .nullable()
      .optional()
      .describe('Continue after that answer (a branch); null with a conversation: before its first message'),
    input: z.union([z.string(), z.array(inputItem).min(1).max(256)], 'must be a text or a list of items'),
    instructions: z.string().optional().describe('System prompt beside the one of the profile'),
    tools: z.array(functionTool).max(128).optional().describe('Tools the client itself runs'),
    tool_choice: z
      .union([
        z.enum(['auto', 'none', 'required']),
        z.strictObject({ type: z.literal('function'), name: functionName }),
      ])
      .optional(),
    max_output_tokens: z.int().min(1).max(1_000_000).optional(),
    temperature: z.number().min(0).max(2).optional(),
    text: z.strictObject({ format: textFormat.optional() }).optional().describe('Structured output'),
    modalities: z
      .array(z.enum(['text', 'image']))
      .min(1)
      .max(2)
      .optional()
      .describe('What to produce; default text'),
    timeouts: z
      .strictObject({ first_token_ms: milliseconds, idle_ms: milliseconds, total_ms: milliseconds })
      .optional()
      .describe('Clamped by the profile: only shorter ones count'),
    on_disconnect: z.enum(['continue', 'cancel']).optional().describe('Default continue'),
    metadata: z
      .record(z.string().max(64), z.string().max(512))
      .refine((value) => Object.keys(value).length <= 16, 'must have at most 16 keys')
      .optional(),
  })
  .describe('Starts a run in a lane')

export type ResponseCreate = z.output<typeof responseCreate>
export type CreateItem = Exclude<ResponseCreate['input'], string>[number]
export type CreatePart = z.output<typeof contentPart>
