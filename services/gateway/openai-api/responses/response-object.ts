import type {
  Response,
  ResponseError,
  ResponseOutputItem,
  ResponseOutputRefusal,
  ResponseOutputText,
  ResponseUsage,
} from 'openai/resources/responses/responses'
import type { FinalResponse, OutputItem, OutputPart, WireUsage } from '../../../common/contracts/run-event.ts'
import type { HearthError } from '../../../common/errors/hearth-error.ts'
import type { AnswerName } from '../answer-form.ts'
import type { ResponseBody } from './response-body.ts'

/** As it travels: `output_text` is made by the libraries themselves, `access_programs` is the vendor's own affair. */
export type ResponseObject = Omit<Response, 'output_text' | 'access_programs'>

/** The response before its first event: what was asked, echoed. Pure. */
export function newResponse({ ref, model, createdAt }: AnswerName, body: ResponseBody): ResponseObject {
  return {
    id: ref.runId,
    object: 'response',
    created_at: createdAt,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    model,
    output: [],
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    conversation: { id: ref.conversation },
    reasoning: { effort: null, summary: null, ...effortOf(body) },
    temperature: body.temperature ?? null,
    text: { format: shownFormat(body) },
    tool_choice: shownChoice(body),
    tools: shownTools(body),
    top_p: body.top_p ?? null,
    truncation: 'disabled',
    metadata: body.metadata ?? {},
  }
}

/** The answer's end. Pure. */
export function endedResponse(
  response: ResponseObject,
  { status, finish_reason: reason, usage }: FinalResponse,
  output: readonly ResponseOutputItem[],
): ResponseObject {
  const isCut = status === 'incomplete'
  return {
    ...response,
    status: isCut ? 'incomplete' : 'completed',
    incomplete_details: isCut ? { reason: reason === 'content_filter' ? reason : 'max_output_tokens' } : null,
    output: [...output],
    ...(usage === null ? {} : { usage: usageOf(usage) }),
  }
}

export const failedResponse = (
  response: ResponseObject,
  error: HearthError,
  output: readonly ResponseOutputItem[],
): ResponseObject => ({
  ...response,
  status: 'failed',
  error: { code: errorCodeOf(error), message: error.message },
  output: [...output],
})

/** OpenAI's closed set is about its own faults: ours stands in the `error` event that follows. */
function errorCodeOf({ code, details }: HearthError): ResponseError['code'] {
  if (details.openaiCode !== undefined || code === 'provider_content_filtered') return 'invalid_prompt'
  return code.endsWith('rate_limited') ? 'rate_limit_exceeded' : 'server_error'
}

/** `picture` is the finished picture of an image item, base64. */
export function shownItem(item: OutputItem, picture: string | undefined): ResponseOutputItem {
  switch (item.type) {
    case 'message':
      return { ...item, content: item.content.flatMap(shownMessagePart) }
    case 'reasoning':
      return {
        type: 'reasoning',
        id: item.id,
        status: item.status,
        summary: [],
        content: item.content.flatMap(thought),
      }
    case 'function_call':
      return { ...item }
    case 'image_generation_call':
      return {
        type: 'image_generation_call',
        id: item.id,
        status: item.status === 'incomplete' ? 'failed' : item.status,
        result: picture ?? null,
      }
  }
}

const shownMessagePart = (part: OutputPart): (ResponseOutputText | ResponseOutputRefusal)[] =>
  part.type === 'reasoning_text' ? [] : [shownPart(part)]

const thought = (part: OutputPart): { type: 'reasoning_text'; text: string }[] =>
  part.type === 'reasoning_text' ? [{ ...part }] : []

export const shownPart = (
  part: Exclude<OutputPart, { type: 'reasoning_text' }>,
): ResponseOutputText | ResponseOutputRefusal =>
  part.type === 'output_text' ? { ...part, annotations: [], logprobs: [] } : { ...part }

const usageOf = (usage: WireUsage): ResponseUsage => ({
  input_tokens: usage.input_tokens,
  input_tokens_details: { cached_tokens: usage.cached_tokens ?? 0, cache_write_tokens: 0 },
  output_tokens: usage.output_tokens,
  output_tokens_details: { reasoning_tokens: usage.reasoning_tokens ?? 0 },
  total_tokens: usage.total_tokens,
})

const efforts = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'] as const

function effortOf({ reasoning }: ResponseBody): { readonly effort?: (typeof efforts)[number] } {
  const effort = efforts.find((word) => word === reasoning?.effort)
  return effort === undefined ? {} : { effort }
}

function shownFormat({ text }: ResponseBody): NonNullable<NonNullable<Response['text']>['format']> {
  const format = text?.format ?? { type: 'text' as const }
  if (format.type !== 'json_schema') return format
  const { name, description, schema = {}, strict = null } = format
  return { type: 'json_schema', name, schema, strict, ...(description === undefined ? {} : { description }) }
}

function shownChoice({ tool_choice: choice = 'auto' }: ResponseBody): Response['tool_choice'] {
  if (typeof choice === 'string') return choice
  return 'name' in choice ? { type: 'function', name: choice.name } : { type: 'image_generation' }
}

const shownTools = ({ tools = [] }: ResponseBody): Response['tools'] =>
  tools.map((tool) => {
    if (!('name' in tool)) return { type: 'image_generation' }
    const { name, description = null, parameters = null, strict = null } = tool
    return { type: 'function', name, description, parameters, strict }
  })
