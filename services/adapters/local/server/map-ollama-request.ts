import type {
  ChatMessage,
  ContentPart,
  GenerateParameters,
  GenerateRequest,
  ResponseFormat,
  ToolCall,
} from '../../../common/contracts/generate-request.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { withoutTools } from '../../without-tools.ts'

type Fields = Readonly<Record<string, unknown>>

/** Keys of a profile's `extra` that only Ollama's own API knows. */
const nativeKeys = ['num_ctx', 'keep_alive', 'options'] as const

/** Ollama's Chat Completions know neither context size nor keep-alive; who sets one is served by `/api/chat`. */
export const wantsNative = ({ extra }: GenerateParameters, numCtx: number | null): boolean =>
  numCtx !== null || nativeKeys.some((key) => extra !== undefined && key in extra)

/**
 * The body of Ollama's `POST /api/chat`. Of `extra`, `num_ctx` and `options` join the options, all else is sent as it is; it
 * wins over what the parameters and the connection say. Source: docs/api.md and api/types.go of ollama (fb30760), read
 * 2026-11-22.
 * @throws HearthError `caller_unsupported_feature` for a picture to be drawn, `caller_invalid_request` for a forced call
 *   without tools.
 */
export function mapOllamaRequest(request: GenerateRequest, numCtx: number | null): Fields {
  const { image, messages, model, parameters, responseFormat, toolChoice, tools } = request
  if (image !== undefined) {
    throw new HearthError('caller_unsupported_feature', 'Ollama draws no pictures; set `image` of the profile.', {
      details: { param: 'image' },
    })
  }
  const { options, num_ctx, ...others } = parameters.extra ?? {}
  const names = namesOfCalls(messages)
  return {
    ...(tools.length === 0
      ? withoutTools(toolChoice)
      : { tools: tools.map(({ strict: _, ...tool }) => ({ type: 'function', function: tool })) }),
    ...mapFormat(responseFormat),
    ...mapThink(parameters.reasoningEffort),
    ...others,
    options: { ...mapOptions(parameters, numCtx), ...asFields(options), ...(num_ctx === undefined ? {} : { num_ctx }) },
    model,
    messages: messages.map((message) => mapMessage(message, names)),
    stream: true,
  }
}

const asFields = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {})

function mapOptions(parameters: GenerateParameters, numCtx: number | null): Fields {
  const options = {
    num_ctx: numCtx ?? undefined,
    num_predict: parameters.maxOutputTokens,
    temperature: parameters.temperature,
    top_p: parameters.topP,
    stop: parameters.stop?.length === 0 ? undefined : parameters.stop,
    seed: parameters.seed,
    frequency_penalty: parameters.frequencyPenalty,
    presence_penalty: parameters.presencePenalty,
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** The levels of Chat Completions, as Ollama itself translates them. */
function mapThink(effort: string | undefined): Fields {
  if (effort === undefined) return {}
  if (effort === 'none') return { think: false }
  return { think: effort === 'minimal' ? 'low' : effort }
}

function mapFormat(format: ResponseFormat): Fields {
  switch (format.type) {
    case 'text':
      return {}
    case 'json_object':
      return { format: 'json' }
    case 'json_schema':
      return { format: format.schema }
  }
}

const namesOfCalls = (messages: readonly ChatMessage[]): ReadonlyMap<string, string> =>
  new Map(
    messages.flatMap((message) =>
      message.role === 'assistant' ? message.toolCalls.map(({ callId, name }) => [callId, name] as const) : [],
    ),
  )

function mapMessage(message: ChatMessage, names: ReadonlyMap<string, string>): Fields {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, ...mapContent(message.content) }
    case 'assistant':
      return {
        role: 'assistant',
        ...mapContent(message.content),
        ...(message.toolCalls.length === 0 ? {} : { tool_calls: message.toolCalls.map(mapCall) }),
      }
    case 'tool': {
      const name = names.get(message.callId)
      return {
        role: 'tool',
        content: message.output,
        tool_call_id: message.callId,
        ...(name === undefined ? {} : { tool_name: name }),
      }
    }
  }
}

function mapContent(parts: readonly ContentPart[]): Fields {
  const images = parts.flatMap((part) => (part.type === 'image' ? [Buffer.from(part.bytes).toString('base64')] : []))
  const content = parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
  return { content, ...(images.length === 0 ? {} : { images }) }
}

const mapCall = ({ callId, name, arguments: written }: ToolCall) => ({
  id: callId,
  function: { name, arguments: parseArguments(written) },
})

/** Ollama takes an object only; a call that a model wrote wrongly goes back without its arguments. */
function parseArguments(written: string): object {
  try {
    return asFields(JSON.parse(written))
  } catch {
    return {}
  }
}
