import type { ContentPart, ResponseFormat, ToolChoice } from '../../common/contracts/generate-request.ts'
import type { CreateItem, CreatePart, ResponseCreate } from '../../common/contracts/protocol/response-create.ts'
import type { InputItem, Modality, RunRequest } from '../../common/contracts/run-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { metChoice } from './met-choice.ts'
import { parseDataUrl } from './parse-data-url.ts'

/**
 * A `response.create` as the router takes it. Pure.
 * @throws HearthError `caller_invalid_request`, `caller_unsupported_feature`; the param names the field.
 */
export function toRunRequest(message: ResponseCreate, sessionId: string): RunRequest {
  const profile = profileOf(message)
  return {
    lane: { sessionId, streamId: message.stream_id },
    ...defined('idempotencyKey', message.idempotency_key),
    ...defined('profile', profile),
    ...defined('conversation', message.conversation),
    ...defined('previousResponseId', message.previous_response_id),
    input: inputOf(message.input),
    ...defined('instructions', message.instructions),
    tools: (message.tools ?? []).map(({ name, description, parameters }) => ({
      name,
      ...defined('description', description),
      parameters: parameters ?? { type: 'object', properties: {} },
    })),
    toolChoice: metChoice(toolChoiceOf(message.tool_choice), message.tools ?? []),
    responseFormat: responseFormatOf(message.text?.format),
    ...defined('maxOutputTokens', message.max_output_tokens),
    ...defined('temperature', message.temperature),
    modalities: [...new Set<Modality>(message.modalities ?? ['text'])],
    timeouts: {
      ...defined('firstTokenMs', message.timeouts?.first_token_ms),
      ...defined('idleMs', message.timeouts?.idle_ms),
      ...defined('totalMs', message.timeouts?.total_ms),
    },
    onDisconnect: message.on_disconnect ?? 'continue',
    metadata: message.metadata ?? {},
  }
}

/** An optional field, absent instead of undefined. */
const defined = <Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value })

function profileOf({ profile, model }: ResponseCreate): string | undefined {
  if (profile === undefined || model === undefined || profile === model) return profile ?? model
  throw new HearthError('caller_invalid_request', 'model is an alias of profile; give one of them.', {
    details: { param: 'model' },
  })
}

const inputOf = (input: ResponseCreate['input']): readonly InputItem[] =>
  typeof input === 'string'
    ? [{ type: 'message', role: 'user', content: [{ type: 'text', text: input }] }]
    : input.flatMap((item, index) => inputItemOf(item, `input[${index}]`) ?? [])

/** Undefined for what a client got with an earlier answer and no model reads again. */
function inputItemOf(item: CreateItem, path: string): InputItem | undefined {
  switch (item.type) {
    case 'function_call':
      return { type: 'function_call', callId: item.call_id, name: item.name, arguments: item.arguments }
    case 'function_call_output':
      return { type: 'function_call_output', callId: item.call_id, output: item.output }
    case 'reasoning':
    case 'image_generation_call':
      return undefined
    case 'message':
    case undefined:
      return { type: 'message', role: item.role === 'developer' ? 'system' : item.role, content: contentOf(item, path) }
  }
}

function contentOf({ content }: Extract<CreateItem, { content: unknown }>, path: string): readonly ContentPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.map((part, index) => contentPartOf(part, `${path}.content[${index}]`))
}

function contentPartOf(part: CreatePart, path: string): ContentPart {
  if (part.type !== 'input_image') return { type: 'text', text: part.text }
  if (part.blob_no !== undefined) {
    throw new HearthError('caller_unsupported_feature', 'Uploads are not served yet; send a data URL in image_url.', {
      details: { param: `${path}.blob_no` },
    })
  }
  return { type: 'image', ...parseDataUrl(part.image_url, `${path}.image_url`) }
}

const toolChoiceOf = (choice: ResponseCreate['tool_choice'] = 'auto'): ToolChoice =>
  typeof choice === 'string' ? { type: choice } : { type: 'tool', name: choice.name }

function responseFormatOf(format: NonNullable<ResponseCreate['text']>['format']): ResponseFormat {
  if (format === undefined) return { type: 'text' }
  return format.type === 'json_schema' ? { type: 'json_schema', name: format.name, schema: format.schema } : format
}
