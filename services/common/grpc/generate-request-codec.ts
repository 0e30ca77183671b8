import { z } from 'zod'
import {
  ChatRole,
  ToolChoiceMode,
  type ChatMessage as WireChatMessage,
  type ContentPart as WireContentPart,
  type GenerateRequest as WireGenerateRequest,
  type ImageRequest as WireImageRequest,
  type GenerateParameters as WireParameters,
  type ResponseFormat as WireResponseFormat,
  type ToolChoice as WireToolChoice,
  type ToolDefinition as WireToolDefinition,
} from '../../../proto/gen/hearth/v1/generate.ts'
import type {
  ChatMessage,
  ContentPart,
  GenerateParameters,
  GenerateRequest,
  ImageRequest,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from '../contracts/generate-request.ts'
import { decodePicture, encodePicture } from './generate-event-codec.ts'
import { dropUndefined, enumCodec, parseJsonObject, parseWire, present } from './wire-values.ts'

export const chatRoles = enumCodec<ChatMessage['role'], ChatRole>({
  system: ChatRole.SYSTEM,
  user: ChatRole.USER,
  assistant: ChatRole.ASSISTANT,
  tool: ChatRole.TOOL,
})

const toolChoiceModes = enumCodec<Exclude<ToolChoice['type'], 'tool'>, ToolChoiceMode>({
  auto: ToolChoiceMode.AUTO,
  none: ToolChoiceMode.NONE,
  required: ToolChoiceMode.REQUIRED,
})

export const imageFormat = z.enum(['png', 'jpeg', 'webp'])

export function encodeGenerateRequest(request: GenerateRequest): WireGenerateRequest {
  const { image } = request
  return {
    ...request,
    image: image === undefined ? undefined : encodeImageRequest(image),
    messages: request.messages.map(encodeMessage),
    tools: request.tools.map(encodeTool),
    toolChoice: encodeToolChoice(request.toolChoice),
    responseFormat: encodeResponseFormat(request.responseFormat),
    parameters: encodeParameters(request.parameters),
  }
}

export function decodeGenerateRequest(request: WireGenerateRequest): GenerateRequest {
  const { runId, attempt, connection, model } = request
  const image = request.image === undefined ? undefined : decodeImageRequest(request.image)
  return {
    runId,
    attempt,
    connection,
    model,
    messages: request.messages.map(decodeMessage),
    tools: request.tools.map(decodeTool),
    toolChoice: decodeToolChoice(request.toolChoice),
    responseFormat: decodeResponseFormat(request.responseFormat),
    parameters: decodeParameters(present(request.parameters, 'parameters')),
    ...dropUndefined({ image }),
    timeouts: present(request.timeouts, 'timeouts'),
  }
}

const encodeImageRequest = ({ inputs, mask, ...image }: ImageRequest): WireImageRequest => ({
  ...image,
  inputs: inputs.map(encodePicture),
  mask: mask === undefined ? undefined : encodePicture(mask),
})

function decodeImageRequest({ inputs, mask, format, ...image }: WireImageRequest): ImageRequest {
  return {
    ...dropUndefined(image),
    format: parseWire(imageFormat, format),
    inputs: inputs.map(decodePicture),
    ...(mask === undefined ? {} : { mask: decodePicture(mask) }),
  }
}

function encodeMessage(message: ChatMessage): WireChatMessage {
  const role = chatRoles.encode(message.role)
  if (message.role === 'tool') {
    return { role, content: [], toolCalls: [], callId: message.callId, output: message.output }
  }
  const toolCalls = message.role === 'assistant' ? message.toolCalls : []
  return { role, content: message.content.map(encodeContentPart), toolCalls, callId: '', output: '' }
}

function decodeMessage(message: WireChatMessage): ChatMessage {
  const role = chatRoles.decode(message.role)
  if (role === 'tool') return { role, callId: message.callId, output: message.output }
  const content = message.content.map(decodeContentPart)
  return role === 'assistant' ? { role, content, toolCalls: message.toolCalls } : { role, content }
}

export const encodeContentPart = (part: ContentPart): WireContentPart =>
  part.type === 'text'
    ? { part: { $case: 'text', value: part.text } }
    : { part: { $case: 'image', value: encodePicture(part) } }

export function decodeContentPart({ part }: WireContentPart): ContentPart {
  const { $case, value } = present(part, 'part')
  return $case === 'text' ? { type: 'text', text: value } : { type: 'image', ...decodePicture(value) }
}

export const encodeTool = ({ name, description, strict, parameters }: ToolDefinition): WireToolDefinition => ({
  name,
  description,
  strict,
  parametersJson: JSON.stringify(parameters),
})

export const decodeTool = ({ name, description, strict, parametersJson }: WireToolDefinition): ToolDefinition =>
  dropUndefined({ name, description, strict, parameters: parseJsonObject(parametersJson) })

export const encodeToolChoice = (choice: ToolChoice): WireToolChoice =>
  choice.type === 'tool'
    ? { choice: { $case: 'tool', value: choice.name } }
    : { choice: { $case: 'mode', value: toolChoiceModes.encode(choice.type) } }

export function decodeToolChoice(wire: WireToolChoice | undefined): ToolChoice {
  const { $case, value } = present(wire?.choice, 'tool_choice')
  return $case === 'tool' ? { type: 'tool', name: value } : { type: toolChoiceModes.decode(value) }
}

export function encodeResponseFormat(format: ResponseFormat): WireResponseFormat {
  switch (format.type) {
    case 'text':
      return { format: { $case: 'text', value: {} } }
    case 'json_object':
      return { format: { $case: 'jsonObject', value: {} } }
    case 'json_schema': {
      const { name, description, strict } = format
      const value = { name, description, strict, schemaJson: JSON.stringify(format.schema) }
      return { format: { $case: 'jsonSchema', value } }
    }
  }
}

export function decodeResponseFormat(wire: WireResponseFormat | undefined): ResponseFormat {
  const { $case, value } = present(wire?.format, 'response_format')
  switch ($case) {
    case 'text':
      return { type: 'text' }
    case 'jsonObject':
      return { type: 'json_object' }
    case 'jsonSchema':
      return {
        type: 'json_schema',
        name: value.name,
        schema: parseJsonObject(value.schemaJson),
        ...dropUndefined({ description: value.description, strict: value.strict }),
      }
  }
}

function encodeParameters({ extra, stop, ...parameters }: GenerateParameters): WireParameters {
  return { ...parameters, stop: stop ?? [], extraJson: extra === undefined ? undefined : JSON.stringify(extra) }
}

function decodeParameters({ extraJson, stop, ...parameters }: WireParameters): GenerateParameters {
  return {
    ...dropUndefined(parameters),
    ...(stop.length === 0 ? {} : { stop }),
    ...(extraJson === undefined ? {} : { extra: parseJsonObject(extraJson) }),
  }
}
