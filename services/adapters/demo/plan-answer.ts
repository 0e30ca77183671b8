import type { FinishReason, GenerateEvent } from '../../common/contracts/generate-event.ts'
import type {
  ChatMessage,
  GenerateRequest,
  ImageRequest,
  ToolDefinition,
} from '../../common/contracts/generate-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { composeWords, countWords, jsonTokens, promptOf } from './compose-text.ts'
import type { Size } from './draw-landscape.ts'
import { sampleJson } from './sample-json.ts'

/** One block of tokens, and the events around it. */
export interface Answer {
  readonly start: readonly GenerateEvent[]
  readonly tokens: readonly string[]
  readonly delta: (token: string) => GenerateEvent
  readonly end: readonly GenerateEvent[]
}

const id = 'b0'

/**
 * A tool call when one is forced, JSON when a format asks for it, else prose of exactly `connectionTokens` words.
 * What the caller's own limit cuts ends with `length`.
 * @throws HearthError `caller_invalid_request` for a forced call of a tool that is not there.
 */
export function planAnswer(request: GenerateRequest, connectionTokens: number): Answer {
  const limit = Math.min(request.parameters.maxOutputTokens ?? connectionTokens, connectionTokens)
  const tool = forcedTool(request)
  return tool === undefined ? planText(request, connectionTokens, limit) : planCall(request, tool, limit)
}

function forcedTool({ tools, toolChoice }: GenerateRequest): ToolDefinition | undefined {
  if (toolChoice.type === 'auto' || toolChoice.type === 'none') return undefined
  const wanted = toolChoice.type === 'tool' ? toolChoice.name : tools[0]?.name
  const tool = tools.find(({ name }) => name === wanted)
  if (tool !== undefined) return tool
  throw new HearthError('caller_invalid_request', 'tool_choice asks for a tool that is not among the tools; add it.', {
    details: { param: 'tool_choice' },
  })
}

function planText(request: GenerateRequest, connectionTokens: number, limit: number): Answer {
  const whole = textTokens(request, connectionTokens)
  const tokens = whole.slice(0, limit)
  return {
    start: [{ type: 'text-start', id }],
    tokens,
    delta: (text) => ({ type: 'text-delta', id, text }),
    end: [{ type: 'text-end', id }, ...ending(request, tokens, tokens.length < whole.length ? 'length' : 'stop')],
  }
}

function textTokens({ responseFormat, messages }: GenerateRequest, count: number): readonly string[] {
  const prompt = promptOf(messages)
  switch (responseFormat.type) {
    case 'text':
      return composeWords(prompt)
        .take(count)
        .map((word, index) => `${index === 0 ? '' : ' '}${index === count - 1 ? withFullStop(word) : word}`)
        .toArray()
    case 'json_object':
      return jsonTokens({ answer: composeWords(prompt).take(8).toArray().join(' ') })
    case 'json_schema':
      return jsonTokens(sampleJson(responseFormat.schema))
  }
}

const withFullStop = (word: string): string => `${word.replace(/[.…”“]+$/, '')}.`

function planCall(request: GenerateRequest, tool: ToolDefinition, limit: number): Answer {
  const whole = jsonTokens(sampleJson(tool.parameters))
  const tokens = whole.slice(0, limit)
  const callId = `call_${request.runId.slice(-16)}_${request.attempt}_0`
  return {
    start: [{ type: 'tool-call-start', id, callId, name: tool.name }],
    tokens,
    delta: (text) => ({ type: 'tool-call-delta', id, arguments: text }),
    end: [
      { type: 'tool-call-end', id },
      ...ending(request, tokens, tokens.length < whole.length ? 'length' : 'tool_calls'),
    ],
  }
}

const ending = (
  { messages }: GenerateRequest,
  tokens: readonly string[],
  reason: FinishReason,
): readonly GenerateEvent[] => [
  { type: 'usage', usage: { inputTokens: messages.reduce(addWords, 0), outputTokens: tokens.length } },
  { type: 'finish', reason },
]

const addWords = (sum: number, message: ChatMessage): number =>
  sum +
  (message.role === 'tool'
    ? countWords(message.output)
    : message.content.reduce((words, part) => words + (part.type === 'text' ? countWords(part.text) : 0), 0))

const defaultSidePixels = 512
const leastSidePixels = 16
const mostSidePixels = 2048

/** @throws HearthError `caller_unsupported_feature` for another format, `caller_invalid_request` for a size out of bounds. */
export function planPicture({ format, size }: ImageRequest): Size {
  if (format !== 'png') {
    throw new HearthError(
      'caller_unsupported_feature',
      'The demo draws PNG only; set image.format of the profile to png.',
      {
        details: { param: 'image.format' },
      },
    )
  }
  if (size === 'auto') return { width: defaultSidePixels, height: defaultSidePixels }
  const [width = 0, height = 0] = size.split('x').map(Number)
  if (isSide(width) && isSide(height)) return { width, height }
  throw new HearthError(
    'caller_invalid_request',
    `The demo draws pictures of ${leastSidePixels} to ${mostSidePixels} pixels a side; set image.size of the profile to auto or WIDTHxHEIGHT.`,
    { details: { param: 'image.size' } },
  )
}

const isSide = (pixels: number): boolean =>
  Number.isInteger(pixels) && pixels >= leastSidePixels && pixels <= mostSidePixels
