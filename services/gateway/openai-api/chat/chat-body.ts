import { z } from 'zod'
import {
  callId,
  freeObject,
  functionFields,
  functionName,
  isSet,
  jsonSchemaFields,
  model,
  optional,
  reasoningEffort,
  samplingFields,
  tokens,
  type Unserved,
  unread,
} from '../body-fields.ts'

const textPart = z.object({ type: z.literal('text'), text: z.string() })
const refusalPart = z.object({ type: z.literal('refusal'), refusal: z.string() })
const imagePart = z.object({ type: z.literal('image_url'), image_url: z.object({ url: z.string() }) })
/** Kinds of content that exist and that no model gets from here. */
const unservedPart = z.object({ type: z.enum(['input_audio', 'file']) })

const contentOf = <Part extends z.ZodType>(part: Part) =>
  z.union([z.string(), z.array(part).min(1).max(1024)], 'must be a text or a list of parts')

const toolCall = z.object({
  id: callId,
  type: z.literal('function').optional(),
  function: z.object({ name: functionName, arguments: z.string() }),
})

const message = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer']), content: contentOf(textPart) }),
  z.object({
    role: z.literal('user'),
    content: contentOf(z.discriminatedUnion('type', [textPart, imagePart, unservedPart])),
  }),
  z.object({
    role: z.literal('assistant'),
    content: optional(contentOf(z.discriminatedUnion('type', [textPart, refusalPart]))),
    refusal: optional(z.string()),
    tool_calls: optional(z.array(toolCall).max(128)),
    audio: unread,
    function_call: unread,
  }),
  z.object({ role: z.literal('tool'), tool_call_id: callId, content: contentOf(textPart) }),
])

const tool = z.discriminatedUnion('type', [
  z.object({ type: z.literal('function'), function: z.object(functionFields) }),
  z.object({ type: z.literal('custom') }),
])

const toolChoice = z.union(
  [
    z.enum(['auto', 'none', 'required']),
    z.object({ type: z.literal('function'), function: z.object({ name: functionName }) }),
    z.object({ type: z.enum(['allowed_tools', 'custom']) }),
  ],
  'must be auto, none, required or a function',
)

const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({ type: z.literal('json_schema'), json_schema: z.object(jsonSchemaFields) }),
])

const penalty = optional(z.number().min(-2).max(2))

/**
 * The body of `POST /v1/chat/completions`: https://platform.openai.com/docs/api-reference/chat/create (read 2026-11-22).
 * Strict about types; fields that change nothing about the answer, and fields nobody knows, are left out.
 */
export const chatBody = z.object({
  model,
  messages: z.array(message).min(1).max(4096),
  stream: optional(z.boolean()),
  stream_options: optional(z.object({ include_usage: optional(z.boolean()) })),
  tools: optional(z.array(tool).max(128)),
  tool_choice: optional(toolChoice),
  response_format: optional(responseFormat),
  max_tokens: optional(tokens),
  max_completion_tokens: optional(tokens),
  reasoning_effort: reasoningEffort,
  stop: optional(
    z.union([z.string().min(1).max(256), z.array(z.string().min(1).max(256)).max(16)], 'must be a text or a list'),
  ),
  ...samplingFields,
  seed: optional(z.int()),
  frequency_penalty: penalty,
  presence_penalty: penalty,
  n: optional(z.int().min(1)),
  logprobs: optional(z.boolean()),
  top_logprobs: unread,
  logit_bias: optional(freeObject),
  modalities: optional(z.array(z.string()).max(8)),
  audio: unread,
  web_search_options: unread,
  functions: unread,
  function_call: unread,
})

export type ChatBody = z.output<typeof chatBody>
export type ChatMessageBody = ChatBody['messages'][number]

/** In order; the first that is met is told. */
export const unservedChat: readonly Unserved<ChatBody>[] = [
  { param: 'n', isAsked: ({ n = 1 }) => n > 1, message: 'One answer a request; send the request again for another.' },
  {
    param: 'logprobs',
    isAsked: ({ logprobs, top_logprobs: top }) => logprobs === true || isSet(top),
    message: 'Log probabilities are not passed on; leave logprobs out.',
  },
  {
    param: 'modalities',
    isAsked: ({ modalities = [] }) => modalities.some((modality) => modality !== 'text'),
    message: 'This route answers with text; pictures come from /v1/images/generations.',
  },
  { param: 'audio', isAsked: ({ audio }) => isSet(audio), message: 'Audio is not served; leave audio out.' },
  {
    param: 'web_search_options',
    isAsked: ({ web_search_options: options }) => options !== undefined && options !== null,
    message: 'There is no web search here; leave web_search_options out.',
  },
  {
    param: 'logit_bias',
    isAsked: ({ logit_bias: bias }) => isSet(bias),
    message: 'logit_bias is not passed on; leave it out.',
  },
  {
    param: 'functions',
    isAsked: ({ functions, function_call: call }) => isSet(functions) || isSet(call),
    message: 'functions were replaced; declare tools.',
  },
]
