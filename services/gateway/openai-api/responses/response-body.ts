import { z } from 'zod'
import {
  callId,
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
import { pictureFields } from '../picture-fields.ts'

const part = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['input_text', 'output_text']), text: z.string() }),
  z.object({ type: z.literal('refusal'), refusal: z.string() }),
  z.object({ type: z.literal('input_image'), image_url: optional(z.string()) }),
  z.object({ type: z.enum(['input_file', 'input_audio']) }),
])

const content = z.union([z.string(), z.array(part).max(1024)], 'must be a text or a list of parts')

const outputText = z.object({ type: z.literal('input_text'), text: z.string() })

const item = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message').optional(),
    role: z.enum(['system', 'developer', 'user', 'assistant']),
    content,
  }),
  z.object({ type: z.literal('function_call'), call_id: callId, name: functionName, arguments: z.string() }),
  z.object({
    type: z.literal('function_call_output'),
    call_id: callId,
    output: z.union([z.string(), z.array(outputText).max(1024)], 'must be a text or a list of input_text'),
  }),
  /** Of an earlier answer: no model reads them again. */
  z.object({ type: z.enum(['reasoning', 'image_generation_call']) }),
  /** Kinds that exist and that no model gets from here. */
  z.object({
    type: z.enum([
      'item_reference',
      'custom_tool_call',
      'custom_tool_call_output',
      'web_search_call',
      'file_search_call',
      'code_interpreter_call',
      'computer_call',
      'computer_call_output',
      'mcp_call',
      'mcp_list_tools',
      'mcp_approval_request',
      'mcp_approval_response',
      'local_shell_call',
      'local_shell_call_output',
      'compaction',
    ]),
  }),
])

const tool = z.union(
  [
    z.object({ type: z.literal('function'), ...functionFields }),
    z.object({ type: z.literal('image_generation'), ...pictureFields, input_image_mask: unread }),
    z.object({ type: z.string().regex(/^(?!(function|image_generation)$)/) }),
  ],
  'must be a tool with its type',
)

const toolChoice = z.union(
  [
    z.enum(['auto', 'none', 'required']),
    z.object({ type: z.literal('function'), name: functionName }),
    z.object({ type: z.string().regex(/^(?!function$)/) }),
  ],
  'must be auto, none, required or a tool',
)

const textFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({ type: z.literal('json_schema'), ...jsonSchemaFields }),
])

/**
 * The body of `POST /v1/responses`: https://platform.openai.com/docs/api-reference/responses/create (read 2026-11-22).
 * Strict about types; fields that change nothing about the answer, and fields nobody knows, are left out.
 */
export const responseBody = z.object({
  model,
  input: z.union([z.string(), z.array(item).min(1).max(4096)], 'must be a text or a list of items'),
  instructions: optional(z.string()),
  stream: optional(z.boolean()),
  previous_response_id: optional(z.string().min(1).max(128)),
  conversation: optional(
    z.union([z.string().min(1).max(128), z.object({ id: z.string().min(1).max(128) })], 'must be an id'),
  ),
  tools: optional(z.array(tool).max(128)),
  tool_choice: optional(toolChoice),
  text: optional(z.object({ format: optional(textFormat) })),
  reasoning: optional(z.object({ effort: reasoningEffort })),
  max_output_tokens: optional(tokens),
  ...samplingFields,
  metadata: optional(
    z
      .record(z.string().max(64), z.string().max(512))
      .refine((value) => Object.keys(value).length <= 16, 'must have at most 16 keys'),
  ),
  include: optional(z.array(z.string()).max(32)),
  background: optional(z.boolean()),
  truncation: optional(z.string()),
  top_logprobs: unread,
  prompt: unread,
  context_management: unread,
})

export type ResponseBody = z.output<typeof responseBody>
export type ResponseItem = Exclude<ResponseBody['input'], string>[number]
export type ResponseTool = NonNullable<ResponseBody['tools']>[number]

/** In order; the first that is met is told. */
export const unservedResponse: readonly Unserved<ResponseBody>[] = [
  {
    param: 'background',
    isAsked: ({ background }) => background === true,
    message: 'Answers are not made in the background here; leave background out and stream the answer.',
  },
  {
    param: 'truncation',
    isAsked: ({ truncation = 'disabled' }) => truncation !== 'disabled',
    message: 'The input is never shortened here; leave truncation out.',
  },
  {
    param: 'top_logprobs',
    isAsked: ({ top_logprobs: top, include = [] }) => isSet(top) || include.includes('message.output_text.logprobs'),
    message: 'Log probabilities are not passed on; leave them out.',
  },
  { param: 'prompt', isAsked: ({ prompt }) => isSet(prompt), message: 'Stored prompts are not served; send the text.' },
  {
    param: 'context_management',
    isAsked: ({ context_management: management }) => isSet(management),
    message: 'The context is not shortened here; leave context_management out.',
  },
]
