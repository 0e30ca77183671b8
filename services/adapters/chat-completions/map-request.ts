import type { ChatCompletionCreateParamsStreaming, ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import type {
  ChatMessage,
  ContentPart,
  GenerateParameters,
  GenerateRequest,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from '../../common/contracts/generate-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'

type Body = ChatCompletionCreateParamsStreaming
type Fields = Readonly<Record<string, unknown>>

/**
 * The body of `POST chat/completions`. `extra` is sent as it is and wins over what the parameters say.
 * @throws HearthError `caller_unsupported_feature` for pictures, `caller_invalid_request` for a forced call without tools.
 */
export function mapRequest(request: GenerateRequest, baseUrl: string): Body {
  if (request.image !== undefined) throw unsupported('generate pictures', 'image')
  return {
    ...mapParameters(request.parameters, baseUrl),
    ...mapTools(request.tools, request.toolChoice),
    ...mapResponseFormat(request.responseFormat),
    ...request.parameters.extra,
    model: request.model,
    messages: request.messages.map(mapMessage),
    stream: true,
    stream_options: { include_usage: true },
  }
}

const unsupported = (what: string, param: string) =>
  new HearthError(
    'caller_unsupported_feature',
    `The openai adapter does not ${what} yet; use a profile whose adapter does.`,
    { details: { param } },
  )

function mapMessage(message: ChatMessage): ChatCompletionMessageParam {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: textOf(message.content) }
    case 'assistant':
      return {
        role: 'assistant',
        content: textOf(message.content),
        ...(message.toolCalls.length === 0 ? {} : { tool_calls: message.toolCalls.map(mapToolCall) }),
      }
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.output }
  }
}

const mapToolCall = (call: { readonly callId: string; readonly name: string; readonly arguments: string }) => ({
  id: call.callId,
  type: 'function' as const,
  function: { name: call.name, arguments: call.arguments },
})

const textOf = (parts: readonly ContentPart[]): string =>
  parts
    .map((part) => {
      if (part.type === 'image') throw unsupported('read pictures', 'input')
      return part.text
    })
    .join('')

/** OpenAI itself refuses `max_tokens` for its newer models; most other servers know no other name. */
function mapParameters(parameters: GenerateParameters, baseUrl: string): Fields {
  const { temperature, topP, maxOutputTokens, stop, reasoningEffort, seed } = parameters
  const limit = URL.parse(baseUrl)?.hostname.endsWith('.openai.com') ? 'max_completion_tokens' : 'max_tokens'
  return withoutUndefined({
    temperature,
    top_p: topP,
    [limit]: maxOutputTokens,
    stop: stop?.length === 0 ? undefined : stop,
    reasoning_effort: reasoningEffort,
    seed,
  })
}

const withoutUndefined = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

function mapTools(tools: readonly ToolDefinition[], choice: ToolChoice): Fields {
  if (tools.length === 0) {
    if (choice.type === 'auto' || choice.type === 'none') return {}
    throw new HearthError('caller_invalid_request', 'tool_choice asks for a call, but no tools are given; add tools.', {
      details: { param: 'tool_choice' },
    })
  }
  return {
    tools: tools.map((tool) => ({ type: 'function', function: tool })),
    tool_choice: choice.type === 'tool' ? { type: 'function', function: { name: choice.name } } : choice.type,
  }
}

function mapResponseFormat(format: ResponseFormat): Fields {
  switch (format.type) {
    case 'text':
      return {}
    case 'json_object':
      return { response_format: { type: 'json_object' } }
    case 'json_schema':
      return { response_format: { type: 'json_schema', json_schema: { name: format.name, schema: format.schema } } }
  }
}
