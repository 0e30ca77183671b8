import type { ContentPart, ResponseFormat, ToolChoice } from '../../../common/contracts/generate-request.ts'
import type { InputItem, RunRequest } from '../../../common/contracts/run-request.ts'
import { metChoice } from '../../runs/met-choice.ts'
import { parseDataUrl } from '../../runs/parse-data-url.ts'
import { jsonSchemaFormat, present, toolOf, unserved } from '../body-fields.ts'
import { oneRequest } from '../one-request.ts'
import type { ChatBody, ChatMessageBody } from './chat-body.ts'

/**
 * A chat completion as the router takes it. Pure.
 * @throws HearthError `caller_invalid_request`, `caller_unsupported_feature`; the param names the field.
 */
export function chatRunRequest(body: ChatBody, requestId: string): RunRequest {
  const tools = (body.tools ?? []).map((tool, index) => {
    if (tool.type === 'function') return toolOf(tool.function)
    throw unserved(`tools[${index}].type`, 'Only tools of type function are served.')
  })
  return {
    ...oneRequest(requestId, body.model),
    input: body.messages.flatMap((message, index) => inputOf(message, `messages[${index}]`)),
    tools,
    toolChoice: metChoice(toolChoiceOf(body.tool_choice), tools),
    responseFormat: formatOf(body.response_format),
    ...present({ maxOutputTokens: body.max_completion_tokens ?? body.max_tokens, temperature: body.temperature }),
    parameters: present({
      topP: body.top_p,
      stop: typeof body.stop === 'string' ? [body.stop] : body.stop,
      seed: body.seed,
      reasoningEffort: body.reasoning_effort,
      frequencyPenalty: body.frequency_penalty,
      presencePenalty: body.presence_penalty,
      parallelToolCalls: body.parallel_tool_calls,
    }),
  }
}

function inputOf(message: ChatMessageBody, path: string): readonly InputItem[] {
  switch (message.role) {
    case 'system':
    case 'developer':
      return [{ type: 'message', role: 'system', content: partsOf(message.content, path) }]
    case 'user':
      return [{ type: 'message', role: 'user', content: partsOf(message.content, path) }]
    case 'assistant':
      return assistantOf(message, path)
    case 'tool':
      return [{ type: 'function_call_output', callId: message.tool_call_id, output: textOf(message.content) }]
  }
}

function assistantOf(message: Extract<ChatMessageBody, { role: 'assistant' }>, path: string): readonly InputItem[] {
  const said = [...partsOf(message.content ?? [], path), ...partsOf(message.refusal ?? '', path)]
  const content = said.filter((part) => part.type !== 'text' || part.text !== '')
  const calls = (message.tool_calls ?? []).map(
    (call): InputItem => ({
      type: 'function_call',
      callId: call.id,
      name: call.function.name,
      arguments: call.function.arguments,
    }),
  )
  return content.length === 0 ? calls : [{ type: 'message', role: 'assistant', content }, ...calls]
}

type Content = Extract<ChatMessageBody, { role: 'user' }>['content'] | NonNullable<AssistantContent>
type AssistantContent = Extract<ChatMessageBody, { role: 'assistant' }>['content']
type Part = Exclude<Content, string>[number]

const partsOf = (content: Content, path: string): readonly ContentPart[] =>
  typeof content === 'string'
    ? [{ type: 'text', text: content }]
    : content.map((part, index) => partOf(part, `${path}.content[${index}]`))

function partOf(part: Part, path: string): ContentPart {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'refusal':
      return { type: 'text', text: part.refusal }
    case 'image_url':
      return { type: 'image', ...parseDataUrl(part.image_url.url, `${path}.image_url.url`) }
    case 'input_audio':
    case 'file':
      throw unserved(`${path}.type`, `Parts of type ${part.type} are not served; send text and pictures.`)
  }
}

const textOf = (content: string | readonly { readonly text: string }[]): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('')

function toolChoiceOf(choice: ChatBody['tool_choice']): ToolChoice {
  if (choice === undefined) return { type: 'auto' }
  if (typeof choice === 'string') return { type: choice }
  if (choice.type === 'function') return { type: 'tool', name: choice.function.name }
  throw unserved('tool_choice', `tool_choice of type ${choice.type} is not served; name a function.`)
}

function formatOf(format: ChatBody['response_format']): ResponseFormat {
  if (format === undefined) return { type: 'text' }
  return format.type === 'json_schema' ? jsonSchemaFormat(format.json_schema) : format
}
