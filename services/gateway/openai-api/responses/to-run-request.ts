import type { ContentPart, ResponseFormat, ToolDefinition } from '../../../common/contracts/generate-request.ts'
import type { InputItem, RunRequest } from '../../../common/contracts/run-request.ts'
import { metChoice } from '../../runs/met-choice.ts'
import { parseDataUrl } from '../../runs/parse-data-url.ts'
import { isSet, jsonSchemaFormat, present, refuseUnserved, toolOf, unserved } from '../body-fields.ts'
import { oneRequest } from '../one-request.ts'
import { callerImage, unservedPicture } from '../picture-fields.ts'
import type { ResponseBody, ResponseItem, ResponseTool } from './response-body.ts'

type PictureTool = Extract<ResponseTool, { type: 'image_generation' }>

/**
 * A response as the router takes it. Pure.
 * @throws HearthError `caller_invalid_request`, `caller_unsupported_feature`; the param names the field.
 */
export function responseRunRequest(body: ResponseBody, requestId: string): RunRequest {
  const { conversation } = body
  return {
    ...oneRequest(requestId, body.model),
    ...present({
      conversation: typeof conversation === 'object' ? conversation.id : conversation,
      previousResponseId: body.previous_response_id,
      instructions: body.instructions,
      maxOutputTokens: body.max_output_tokens,
      temperature: body.temperature,
    }),
    input: inputOf(body.input),
    responseFormat: formatOf(body.text?.format),
    parameters: present({
      topP: body.top_p,
      reasoningEffort: body.reasoning?.effort,
      parallelToolCalls: body.parallel_tool_calls,
    }),
    metadata: body.metadata ?? {},
    ...toolsOf(body),
  }
}

const inputOf = (input: ResponseBody['input']): readonly InputItem[] =>
  typeof input === 'string'
    ? [{ type: 'message', role: 'user', content: [{ type: 'text', text: input }] }]
    : input.flatMap((item, index) => inputItemOf(item, `input[${index}]`))

function inputItemOf(item: ResponseItem, path: string): readonly InputItem[] {
  switch (item.type) {
    case 'function_call':
      return [{ type: 'function_call', callId: item.call_id, name: item.name, arguments: item.arguments }]
    case 'function_call_output': {
      const output = typeof item.output === 'string' ? item.output : item.output.map(({ text }) => text).join('')
      return [{ type: 'function_call_output', callId: item.call_id, output }]
    }
    case 'reasoning':
    case 'image_generation_call':
      return []
    case 'message':
    case undefined: {
      const role = item.role === 'developer' ? 'system' : item.role
      return [{ type: 'message', role, content: contentOf(item.content, path) }]
    }
    default:
      throw unserved(
        `${path}.type`,
        `Items of type ${item.type} are not served; send messages, calls and their outputs.`,
      )
  }
}

type Content = Extract<ResponseItem, { content: unknown }>['content']
type Part = Exclude<Content, string>[number]

const contentOf = (content: Content, path: string): readonly ContentPart[] =>
  typeof content === 'string'
    ? [{ type: 'text', text: content }]
    : content.map((part, index) => partOf(part, `${path}.content[${index}]`))

function partOf(part: Part, path: string): ContentPart {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
      return { type: 'text', text: part.text }
    case 'refusal':
      return { type: 'text', text: part.refusal }
    case 'input_image':
      return { type: 'image', ...parseDataUrl(part.image_url, `${path}.image_url`) }
    case 'input_file':
    case 'input_audio':
      throw unserved(`${path}.type`, `Parts of type ${part.type} are not served; send text and pictures.`)
  }
}

function formatOf(format: NonNullable<ResponseBody['text']>['format']): ResponseFormat {
  if (format === undefined) return { type: 'text' }
  return format.type === 'json_schema' ? jsonSchemaFormat(format) : format
}

/** Tools are functions that the caller runs; `image_generation` is a picture instead of a text, when the choice says so. */
function toolsOf(body: ResponseBody): Pick<RunRequest, 'tools' | 'toolChoice' | 'modalities' | 'image'> {
  const { tools = [], tool_choice: choice = 'auto' } = body
  if (typeof choice === 'object' && choice.type === 'image_generation') return pictureOf(tools, body.stream ?? false)
  const functions = tools.map(functionOf)
  return { tools: functions, toolChoice: metChoice(choiceOf(choice), functions), modalities: ['text'] }
}

function functionOf(tool: ResponseTool, index: number): ToolDefinition {
  if (isFunction(tool)) return toolOf(tool)
  const message =
    tool.type === 'image_generation'
      ? 'A picture is drawn when tool_choice is {"type": "image_generation"}; the model does not choose it by itself.'
      : 'Only tools of type function and image_generation are served.'
  throw unserved(`tools[${index}].type`, message)
}

const isFunction = (tool: ResponseTool): tool is Extract<ResponseTool, { type: 'function' }> =>
  tool.type === 'function' && 'name' in tool

const isPicture = (tool: ResponseTool): tool is PictureTool => tool.type === 'image_generation'

function choiceOf(choice: NonNullable<ResponseBody['tool_choice']>): RunRequest['toolChoice'] {
  if (typeof choice === 'string') return { type: choice }
  if ('name' in choice) return { type: 'tool', name: choice.name }
  throw unserved('tool_choice', 'tool_choice is auto, none, required, a function or image_generation.')
}

function pictureOf(
  tools: readonly ResponseTool[],
  isStream: boolean,
): Pick<RunRequest, 'tools' | 'toolChoice' | 'modalities' | 'image'> {
  const tool = tools.find(isPicture)
  if (tool !== undefined) {
    refuseUnserved(unservedPicture, tool)
    if (isSet(tool.input_image_mask)) {
      throw unserved('tools', 'Masks are taken by /v1/images/edits; leave input_image_mask out.')
    }
  }
  return {
    tools: [],
    toolChoice: { type: 'auto' },
    modalities: ['image'],
    image: callerImage(tool ?? {}, isStream),
  }
}
