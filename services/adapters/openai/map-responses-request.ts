import type {
  ResponseCreateParamsStreaming,
  ResponseInputContent,
  ResponseInputItem,
} from 'openai/resources/responses/responses'
import type {
  ChatMessage,
  ContentPart,
  GenerateParameters,
  GenerateRequest,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from '../../common/contracts/generate-request.ts'
import { dataUrlOf, isOpenaiHost, joinText, withoutUndefined } from '../chat-completions/map-request.ts'
import { withoutTools } from '../without-tools.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * The body of `POST responses`. `extra` is sent as it is and wins over what the parameters say; its `reasoning` and
 * `text` are joined with ours, such as `{ reasoning: { summary: auto } }`. Nothing is stored at the vendor.
 * @throws HearthError as the request of Chat Completions.
 */
export function mapResponsesRequest(request: GenerateRequest, baseUrl: string): ResponseCreateParamsStreaming {
  const { parameters, responseFormat } = request
  const { reasoning, text, ...extra } = parameters.extra ?? {}
  return {
    ...mapParameters(parameters),
    ...joined('reasoning', { effort: parameters.reasoningEffort }, reasoning),
    ...joined('text', { format: mapFormat(responseFormat) }, text),
    ...mapTools(request.tools, request.toolChoice, parameters),
    ...extra,
    model: request.model,
    input: request.messages.flatMap(mapMessage),
    stream: true,
    // As in Chat Completions.
    ...(isOpenaiHost(baseUrl) ? { stream_options: { include_obfuscation: false } } : {}),
    store: false,
  }
}

function mapMessage(message: ChatMessage): readonly ResponseInputItem[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: joinText(message.content) }]
    case 'user':
      return [{ role: 'user', content: message.content.map(mapPart) }]
    case 'assistant': {
      const text = joinText(message.content)
      const calls = message.toolCalls.map(({ callId, name, arguments: written }): ResponseInputItem => {
        return { type: 'function_call', call_id: callId, name, arguments: written }
      })
      return text === '' ? calls : [{ role: 'assistant', content: text }, ...calls]
    }
    case 'tool':
      return [{ type: 'function_call_output', call_id: message.callId, output: message.output }]
  }
}

const mapPart = (part: ContentPart): ResponseInputContent =>
  part.type === 'text'
    ? { type: 'input_text', text: part.text }
    : { type: 'input_image', image_url: dataUrlOf(part), detail: 'auto' }

const mapParameters = ({ temperature, topP, maxOutputTokens }: GenerateParameters): Fields =>
  withoutUndefined({ temperature, top_p: topP, max_output_tokens: maxOutputTokens })

/** What is ours with what `extra` brings beside it; left out when there is nothing. */
function joined(name: string, ours: Fields, extra: unknown): Fields {
  const fields = { ...withoutUndefined(ours), ...(typeof extra === 'object' ? extra : {}) }
  return Object.keys(fields).length === 0 ? {} : { [name]: fields }
}

function mapTools(tools: readonly ToolDefinition[], choice: ToolChoice, parameters: GenerateParameters): Fields {
  if (tools.length === 0) return withoutTools(choice)
  return withoutUndefined({
    // This API is strict unless told otherwise and then refuses schemas that are fine for Chat Completions.
    tools: tools.map((tool) => ({ type: 'function', ...tool, strict: tool.strict ?? false })),
    tool_choice: choice.type === 'tool' ? { type: 'function', name: choice.name } : choice.type,
    parallel_tool_calls: parameters.parallelToolCalls,
  })
}

const mapFormat = (format: ResponseFormat): ResponseFormat | undefined => (format.type === 'text' ? undefined : format)
