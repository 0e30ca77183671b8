import type {
  ChatCompletionContentPart,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions'
import type {
  ChatMessage,
  ContentPart,
  GenerateParameters,
  GenerateRequest,
  Picture,
  ResponseFormat,
  ToolCall,
  ToolChoice,
  ToolDefinition,
} from '../../common/contracts/generate-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { withoutTools } from '../without-tools.ts'

type Body = ChatCompletionCreateParamsStreaming
type Fields = Readonly<Record<string, unknown>>

/**
 * The body of `POST chat/completions`. `extra` is sent as it is and wins over what the parameters say.
 * @throws HearthError `caller_unsupported_feature` for a picture to draw, or one that is not in a message of the user;
 *   `caller_invalid_request` for a forced call without tools.
 */
export function mapRequest(request: GenerateRequest, baseUrl: string): Body {
  if (request.image !== undefined) throw drawsNothing()
  const { parameters } = request
  const isOpenai = isOpenaiHost(baseUrl)
  return {
    ...mapParameters(parameters, isOpenai),
    ...mapTools(request.tools, request.toolChoice, parameters),
    ...mapResponseFormat(request.responseFormat),
    ...parameters.extra,
    model: request.model,
    messages: request.messages.map(mapMessage),
    stream: true,
    // Other servers refuse words they do not know; OpenAI pads every chunk unless it is told not to.
    stream_options: { include_usage: true, ...(isOpenai ? { include_obfuscation: false } : {}) },
  }
}

/** OpenAI itself, not a server that speaks its API. */
export const isOpenaiHost = (baseUrl: string): boolean => URL.parse(baseUrl)?.hostname.endsWith('.openai.com') === true

const drawsNothing = () =>
  new HearthError(
    'caller_unsupported_feature',
    'This target draws no pictures; use a profile whose image target does.',
    {
      details: { param: 'image' },
    },
  )

function mapMessage(message: ChatMessage): ChatCompletionMessageParam {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: joinText(message.content) }
    case 'user':
      return { role: 'user', content: mapUserContent(message.content) }
    case 'assistant':
      return {
        role: 'assistant',
        content: joinText(message.content),
        ...(message.toolCalls.length === 0 ? {} : { tool_calls: message.toolCalls.map(mapToolCall) }),
      }
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.output }
  }
}

const mapToolCall = ({ callId, name, arguments: written }: ToolCall) => ({
  id: callId,
  type: 'function' as const,
  function: { name, arguments: written },
})

/** Text alone goes as a string: many servers know nothing else. */
function mapUserContent(parts: readonly ContentPart[]): string | ChatCompletionContentPart[] {
  if (!parts.some(({ type }) => type === 'image')) return joinText(parts)
  return parts.map((part) =>
    part.type === 'text'
      ? { type: 'text', text: part.text }
      : { type: 'image_url', image_url: { url: dataUrlOf(part) } },
  )
}

/** A picture inside a JSON body. */
export const dataUrlOf = ({ mediaType, bytes }: Picture): string =>
  `data:${mediaType};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`

/** The text of a message that can have nothing else. @throws HearthError `caller_unsupported_feature` for a picture. */
export const joinText = (parts: readonly ContentPart[]): string =>
  parts
    .map((part) => {
      if (part.type === 'text') return part.text
      throw new HearthError(
        'caller_unsupported_feature',
        'This target takes pictures in messages of the user only; move the picture to one.',
        { details: { param: 'input' } },
      )
    })
    .join('')

/** OpenAI itself refuses `max_tokens` for its newer models; most other servers know no other name. */
function mapParameters(parameters: GenerateParameters, isOpenai: boolean): Fields {
  const { temperature, topP, maxOutputTokens, stop, reasoningEffort, seed } = parameters
  return withoutUndefined({
    temperature,
    top_p: topP,
    [isOpenai ? 'max_completion_tokens' : 'max_tokens']: maxOutputTokens,
    stop: stop?.length === 0 ? undefined : stop,
    reasoning_effort: reasoningEffort,
    seed,
    frequency_penalty: parameters.frequencyPenalty,
    presence_penalty: parameters.presencePenalty,
  })
}

/** Only what is set. */
export const withoutUndefined = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

function mapTools(tools: readonly ToolDefinition[], choice: ToolChoice, parameters: GenerateParameters): Fields {
  if (tools.length === 0) return withoutTools(choice)
  return withoutUndefined({
    tools: tools.map((tool) => ({ type: 'function', function: tool })),
    tool_choice: choice.type === 'tool' ? { type: 'function', function: { name: choice.name } } : choice.type,
    // Refused without tools.
    parallel_tool_calls: parameters.parallelToolCalls,
  })
}

function mapResponseFormat(format: ResponseFormat): Fields {
  switch (format.type) {
    case 'text':
      return {}
    case 'json_object':
      return { response_format: { type: 'json_object' } }
    case 'json_schema': {
      const { type, ...schema } = format
      return { response_format: { type, json_schema: schema } }
    }
  }
}
