import type {
  AssistantMessageParam,
  ImageBlockParam,
  TextBlockParam,
  ToolResultBlockParam,
  ToolUseBlockParam,
  UserMessageParam,
} from '@anthropic-ai/sdk/resources/messages'
import { z } from 'zod'
import type { ChatMessage, ContentPart, ToolCall } from '../../common/contracts/generate-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { isDeeperThan } from '../../common/http/json-depth.ts'
import { parseUntrusted } from '../../common/parse-untrusted.ts'

export type Block = TextBlockParam | ImageBlockParam | ToolUseBlockParam | ToolResultBlockParam
export type Turn = (UserMessageParam | AssistantMessageParam) & { readonly content: Block[] }

/** Texts of the system messages, wherever they stand: the top-level `system` is what every version knows. */
export const mapSystem = (messages: readonly ChatMessage[]): readonly string[] =>
  messages
    .filter(({ role }) => role === 'system')
    .map((message) => ('content' in message ? message.content.map(textOf).join('') : ''))
    .filter(hasText)

/**
 * User and assistant in turns: neighbours of one role are one turn, in which answers of tools stand first. Text without a
 * visible character, which the API refuses, is left out.
 * @throws HearthError `caller_unsupported_feature` for a picture that no user sent, `caller_invalid_request` for no turn at all.
 */
export function mapMessages(messages: readonly ChatMessage[]): Turn[] {
  const turns: Turn[] = []
  for (const message of messages) {
    if (message.role === 'system') continue
    const turn = turnOf(message)
    const last = turns.at(-1)
    if (turn.content.length === 0) continue
    if (last?.role === turn.role) last.content.push(...turn.content)
    else turns.push(turn)
  }
  if (turns.length === 0) {
    throw new HearthError('caller_invalid_request', 'There is no message to answer; add a user message with text.', {
      details: { param: 'input' },
    })
  }
  return turns.map(resultsFirst)
}

function turnOf(message: ChatMessage): Turn {
  switch (message.role) {
    case 'assistant':
      return {
        role: 'assistant',
        content: [...textBlocks(message.content.map(textOf)), ...message.toolCalls.map(toolUse)],
      }
    case 'tool':
      return { role: 'user', content: [toolResult(message.callId, message.output)] }
    case 'user':
    case 'system':
      return { role: 'user', content: message.content.flatMap(userBlocks) }
  }
}

const hasText = (text: string): boolean => text.trim() !== ''

const textBlocks = (texts: readonly string[]): TextBlockParam[] =>
  texts.filter(hasText).map((text) => ({ type: 'text', text }))

function textOf(part: ContentPart): string {
  if (part.type === 'text') return part.text
  throw new HearthError(
    'caller_unsupported_feature',
    'The anthropic adapter takes pictures in user messages only; move the picture there.',
    { details: { param: 'input' } },
  )
}

function userBlocks(part: ContentPart): (TextBlockParam | ImageBlockParam)[] {
  if (part.type === 'text') return textBlocks([part.text])
  const mediaType = parseUntrusted(imageType, part.mediaType)
  if (!mediaType.success) {
    throw new HearthError(
      'caller_unsupported_feature',
      `The anthropic adapter takes pictures as ${imageType.options.join(', ')}; convert the picture.`,
      { details: { param: 'input' } },
    )
  }
  const data = Buffer.from(part.bytes.buffer, part.bytes.byteOffset, part.bytes.byteLength).toString('base64')
  return [{ type: 'image', source: { type: 'base64', media_type: mediaType.data, data } }]
}

const imageType = z.enum(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])

/** Other vendors name calls with characters that Anthropic refuses; both ends of a call change alike. */
const callIdOf = (id: string): string => id.replaceAll(/[^a-zA-Z0-9_-]/g, '_')

const toolUse = (call: ToolCall): ToolUseBlockParam => ({
  type: 'tool_use',
  id: callIdOf(call.callId),
  name: call.name,
  input: inputOf(call.arguments),
})

/** Far deeper, and the text of the request could not be written. */
const deepestInput = 100

const jsonObject = z.record(z.string(), z.unknown())

/** What a model wrote need not be JSON; the API takes an object only, so the text is kept inside of one. */
function inputOf(text: string): Record<string, unknown> {
  if (!hasText(text)) return {}
  if (isDeeperThan(Buffer.from(text), deepestInput)) return { invalid_arguments: text }
  try {
    return jsonObject.parse(JSON.parse(text))
  } catch {
    return { invalid_arguments: text }
  }
}

const toolResult = (callId: string, output: string): ToolResultBlockParam => ({
  type: 'tool_result',
  tool_use_id: callIdOf(callId),
  ...(hasText(output) ? { content: output } : {}),
})

const isResult = ({ type }: Block): boolean => type === 'tool_result'

const resultsFirst = (turn: Turn): Turn => ({
  ...turn,
  content: [...turn.content.filter(isResult), ...turn.content.filter((block) => !isResult(block))],
})
