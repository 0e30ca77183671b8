import type {
  ChatMessage,
  ContentPart,
  GenerateRequest,
  ToolCall,
  ToolDefinition,
} from '../../common/contracts/generate-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { anyObject, mapJsonSchema } from './map-json-schema.ts'
import type { EngineJob, GrammarSchema, Turn } from './wire-schema.ts'

/** What the text of the answer is. */
export type AnswerForm = 'message' | 'tool_call'

export interface MappedRequest {
  readonly job: EngineJob
  /** `tool_call`: the whole text is one JSON object `{"name": …, "arguments": {…}}`. */
  readonly form: AnswerForm
}

/**
 * The engine's job for a request. Unset parameters take the engine's defaults: temperature 0, length up to the end of the
 * window. `extra`, `reasoningEffort`, penalties and `parallelToolCalls` have no meaning here and are left out. Tools the model must call are forced by a
 * grammar; tools it may call are offered by the model family's own way.
 * @throws HearthError `caller_invalid_request`, `caller_unsupported_feature`.
 */
export function mapRequest(request: GenerateRequest): MappedRequest {
  if (request.image !== undefined) throw unsupported('The local model draws no pictures; set `image` of the profile.')
  const { parameters } = request
  const plan = planOutput(request)
  return {
    form: plan.form,
    job: {
      history: withInstruction(mapHistory(request.messages), plan.instruction),
      output: plan.output,
      maxTokens: parameters.maxOutputTokens ?? null,
      temperature: parameters.temperature ?? 0,
      topP: parameters.topP ?? null,
      seed: parameters.seed ?? null,
      stop: [...(parameters.stop ?? [])],
    },
  }
}

interface OutputPlan {
  readonly form: AnswerForm
  readonly output: EngineJob['output']
  /** Added to the system message: a grammar alone does not tell the model what is wanted. */
  readonly instruction?: string
}

function planOutput(request: GenerateRequest): OutputPlan {
  const forced = forcedTools(request)
  if (forced.length > 0) return planForcedCall(forced)
  if (request.responseFormat.type !== 'text') return planJson(request)
  if (request.toolChoice.type !== 'auto' || request.tools.length === 0)
    return { form: 'message', output: { kind: 'text' } }
  return { form: 'message', output: { kind: 'functions', functions: request.tools.map(mapFunction) } }
}

function forcedTools({ toolChoice, tools }: GenerateRequest): readonly ToolDefinition[] {
  if (toolChoice.type !== 'required' && toolChoice.type !== 'tool') return []
  const wanted = toolChoice.type === 'tool' ? tools.filter(({ name }) => name === toolChoice.name) : tools
  if (wanted.length === 0)
    throw invalid('The tool choice names a tool that the request does not declare.', 'tool_choice')
  return wanted
}

function planForcedCall(tools: readonly ToolDefinition[]): OutputPlan {
  const calls = tools.map(
    (tool): GrammarSchema => ({
      type: 'object',
      properties: { name: { const: tool.name }, arguments: mapArguments(tool) },
    }),
  )
  const list = tools.map(({ name, description, parameters }) =>
    [`- ${name}`, description ?? '', `Arguments: ${JSON.stringify(parameters)}`]
      .filter((text) => text !== '')
      .join('. '),
  )
  return {
    form: 'tool_call',
    output: { kind: 'json', schema: { oneOf: calls } },
    instruction: `Call one of these tools. Answer only with JSON: {"name": <tool>, "arguments": <object>}.\n${list.join('\n')}`,
  }
}

function planJson({ responseFormat, toolChoice, tools }: GenerateRequest): OutputPlan {
  if (tools.length > 0 && toolChoice.type === 'auto') {
    throw unsupported('The local model cannot both choose tools and answer in a JSON format; set tool_choice to none.')
  }
  if (responseFormat.type !== 'json_schema') {
    return {
      form: 'message',
      output: { kind: 'json', schema: anyObject },
      instruction: 'Answer only with one JSON object.',
    }
  }
  const { schema } = responseFormat
  return {
    form: 'message',
    output: { kind: 'json', schema: mapJsonSchema(schema, 'response_format.schema') },
    instruction: `Answer only with JSON that fits this JSON Schema: ${JSON.stringify(schema)}`,
  }
}

const mapFunction = (tool: ToolDefinition) => ({
  name: tool.name,
  description: tool.description ?? '',
  parameters: mapArguments(tool),
})

function mapArguments({ name, parameters }: ToolDefinition): GrammarSchema {
  const schema = mapJsonSchema(parameters, `tools.${name}.parameters`)
  return 'type' in schema && schema.type === 'object' ? schema : anyObject
}

function withInstruction(history: readonly Turn[], instruction: string | undefined): Turn[] {
  const [first, ...rest] = history
  if (instruction === undefined || first === undefined) return [...history]
  if (first.type !== 'system') return [{ type: 'system', text: instruction }, ...history]
  return [{ type: 'system', text: `${first.text}\n\n${instruction}` }, ...rest]
}

function mapHistory(messages: readonly ChatMessage[]): Turn[] {
  const outputs = new Map(messages.flatMap((each) => (each.role === 'tool' ? [[each.callId, each.output]] : [])))
  return messages
    .flatMap((message) => mapMessage(message, outputs))
    .reduce<Turn[]>((turns, turn) => joinTurns(turns, turn), [])
}

function mapMessage(message: ChatMessage, outputs: ReadonlyMap<string, string>): Turn[] {
  if (message.role === 'tool') return []
  const text = plainText(message.content)
  if (message.role !== 'assistant') return [{ type: message.role, text }]
  const calls = message.toolCalls.map((call) => mapCall(call, outputs.get(call.callId)))
  return [{ type: 'model', response: [...(text === '' ? [] : [text]), ...calls] }]
}

const mapCall = (call: ToolCall, output: string | undefined) => ({
  type: 'functionCall' as const,
  name: call.name,
  params: parsedOrText(call.arguments),
  result: output === undefined ? null : parsedOrText(output),
})

/** Templates refuse two turns of the same side in a row. */
function joinTurns(turns: Turn[], turn: Turn): Turn[] {
  const last = turns.at(-1)
  if (last === undefined || last.type !== turn.type) return [...turns, turn]
  if (last.type === 'model' && turn.type === 'model') {
    return [...turns.slice(0, -1), { type: 'model', response: [...last.response, ...turn.response] }]
  }
  if (last.type === 'model' || turn.type === 'model') return [...turns, turn]
  return [...turns.slice(0, -1), { type: last.type, text: `${last.text}\n\n${turn.text}` }]
}

function plainText(content: readonly ContentPart[]): string {
  return content
    .map((part) => {
      if (part.type === 'text') return part.text
      throw unsupported('The local model reads text only; leave the picture out or use another profile.')
    })
    .join('')
}

type Json = Extract<Turn, { type: 'model' }>['response'][number] extends infer Part
  ? Part extends { params: infer Params }
    ? Params
    : never
  : never

function parsedOrText(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const unsupported = (message: string) => new HearthError('caller_unsupported_feature', message)
const invalid = (message: string, param: string) =>
  new HearthError('caller_invalid_request', message, { details: { param } })
