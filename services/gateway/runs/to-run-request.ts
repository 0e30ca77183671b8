import type { ContentPart, Picture, ResponseFormat, ToolChoice } from '../../common/contracts/generate-request.ts'
import { pictureBytesOf } from '../../common/contracts/picture-bytes.ts'
import type { CreateItem, CreatePart, ResponseCreate } from '../../common/contracts/protocol/response-create.ts'
import type { InputItem, Modality, RunRequest } from '../../common/contracts/run-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { metChoice } from './met-choice.ts'
import { parseDataUrl } from './parse-data-url.ts'

/** What a message may refer to. */
export interface RequestContext {
  readonly sessionId: string
  /** A whole upload of the session. */
  readonly upload: (blobNo: number) => Picture | undefined
  /** All pictures of one message, bytes. */
  readonly picturesBytes: number
}

/**
 * A `response.create` as the router takes it. Pure.
 * @throws HearthError `caller_invalid_request`, `caller_unsupported_feature`, `caller_not_found` (uploads),
 *   `caller_too_large`; the param names the field.
 */
export function toRunRequest(message: ResponseCreate, context: RequestContext): RunRequest {
  const { sessionId, upload, picturesBytes } = context
  const profile = profileOf(message)
  const input = inputOf(message.input, upload)
  // One upload may be named many times, and each time it travels.
  if (pictureBytesOf(input) > picturesBytes) {
    throw new HearthError('caller_too_large', `The pictures of one message have at most ${picturesBytes} bytes.`, {
      details: { param: 'input' },
    })
  }
  return {
    lane: { sessionId, streamId: message.stream_id },
    ...defined('idempotencyKey', message.idempotency_key),
    ...defined('profile', profile),
    ...defined('conversation', message.conversation),
    ...defined('previousResponseId', message.previous_response_id),
    input,
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

type FindUpload = RequestContext['upload']

const inputOf = (input: ResponseCreate['input'], upload: FindUpload): readonly InputItem[] =>
  typeof input === 'string'
    ? [{ type: 'message', role: 'user', content: [{ type: 'text', text: input }] }]
    : input.flatMap((item, index) => inputItemOf(item, `input[${index}]`, upload) ?? [])

/** Undefined for what a client got with an earlier answer and no model reads again. */
function inputItemOf(item: CreateItem, path: string, upload: FindUpload): InputItem | undefined {
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
      return {
        type: 'message',
        role: item.role === 'developer' ? 'system' : item.role,
        content: contentOf(item, path, upload),
      }
  }
}

function contentOf(
  { content }: Extract<CreateItem, { content: unknown }>,
  path: string,
  upload: FindUpload,
): readonly ContentPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.map((part, index) => contentPartOf(part, `${path}.content[${index}]`, upload))
}

function contentPartOf(part: CreatePart, path: string, upload: FindUpload): ContentPart {
  if (part.type !== 'input_image') return { type: 'text', text: part.text }
  if (part.blob_no === undefined) return { type: 'image', ...parseDataUrl(part.image_url, `${path}.image_url`) }
  const details = { param: `${path}.blob_no` }
  if (part.image_url !== undefined) {
    throw new HearthError('caller_invalid_request', 'A picture is either an upload or an image_url; give one.', {
      details,
    })
  }
  const picture = upload(part.blob_no)
  if (picture !== undefined) return { type: 'image', ...picture }
  const message = 'This connection has no whole upload of that number; send blob.begin, its bytes and blob.end before.'
  throw new HearthError('caller_not_found', message, { details })
}

const toolChoiceOf = (choice: ResponseCreate['tool_choice'] = 'auto'): ToolChoice =>
  typeof choice === 'string' ? { type: choice } : { type: 'tool', name: choice.name }

function responseFormatOf(format: NonNullable<ResponseCreate['text']>['format']): ResponseFormat {
  if (format === undefined) return { type: 'text' }
  return format.type === 'json_schema' ? { type: 'json_schema', name: format.name, schema: format.schema } : format
}
