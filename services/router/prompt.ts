import type { ChatMessage, ContentPart, Picture, ToolCall } from '../common/contracts/generate-request.ts'
import type { MessagePart, StoredMessage } from '../common/contracts/history.ts'
import type { InputItem } from '../common/contracts/run-request.ts'

const titleLength = 60

/**
 * What the model reads: one system message (profile, then request), the conversation so far, the new input. Pictures of
 * the past are left out; tool calls without an answer, and answers without a call, too: vendors refuse them.
 */
export function composeMessages(
  instructions: readonly (string | undefined)[],
  past: readonly StoredMessage[],
  input: readonly InputItem[],
): readonly ChatMessage[] {
  const system = instructions.filter((text) => text !== undefined && text !== '').join('\n\n')
  const first: readonly ChatMessage[] =
    system === '' ? [] : [{ role: 'system', content: [{ type: 'text', text: system }] }]
  return joinCalls(pairToolCalls([...first, ...past.flatMap(recall), ...input.map(say)]))
}

/** The prompt of a picture: what the user said last. */
export const lastUserText = (input: readonly InputItem[]): string => userTexts(input).at(-1) ?? ''

/** The pictures that go with that prompt: of the newest message of the user. */
export function lastUserPictures(input: readonly InputItem[]): readonly Picture[] {
  const last = input.findLast((item) => item.type === 'message' && item.role === 'user')
  if (last?.type !== 'message') return []
  return last.content.flatMap((part) =>
    part.type === 'image' ? [{ mediaType: part.mediaType, bytes: part.bytes }] : [],
  )
}

/** Names a new conversation: the beginning of the first thing the user says in it. */
export function titleOf(input: readonly InputItem[]): string {
  const characters = [...(userTexts(input)[0] ?? '').replaceAll(/\s+/g, ' ').trim()]
  if (characters.length === 0) return 'New conversation'
  return characters.length <= titleLength ? characters.join('') : `${characters.slice(0, titleLength - 1).join('')}…`
}

function userTexts(input: readonly InputItem[]): readonly string[] {
  return input.flatMap((item) => {
    if (item.type !== 'message' || item.role !== 'user') return []
    const text = item.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
    return text === '' ? [] : [text]
  })
}

function say(item: InputItem): ChatMessage {
  switch (item.type) {
    case 'message':
      return item.role === 'assistant'
        ? { role: 'assistant', content: item.content, toolCalls: [] }
        : { role: item.role, content: item.content }
    case 'function_call': {
      const { callId, name } = item
      return { role: 'assistant', content: [], toolCalls: [{ callId, name, arguments: item.arguments }] }
    }
    case 'function_call_output':
      return { role: 'tool', callId: item.callId, output: item.output }
  }
}

function recall({ role, parts }: StoredMessage): readonly ChatMessage[] {
  const content = parts.flatMap(textOf)
  switch (role) {
    case 'system':
    case 'user':
      return [{ role, content }]
    case 'assistant':
      return [{ role, content, toolCalls: parts.flatMap(callOf) }]
    case 'tool':
      return parts.flatMap((part) =>
        part.type === 'tool_output' ? [{ role, callId: part.callId, output: part.output }] : [],
      )
  }
}

const textOf = (part: MessagePart): readonly ContentPart[] =>
  (part.type === 'text' || part.type === 'refusal') && part.text !== '' ? [{ type: 'text', text: part.text }] : []

const callOf = (part: MessagePart): readonly ToolCall[] =>
  part.type === 'tool_call' ? [{ callId: part.callId, name: part.name, arguments: part.arguments }] : []

function pairToolCalls(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const called = new Set(
    messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls.map(idOf) : [])),
  )
  const answered = new Set(messages.flatMap((message) => (message.role === 'tool' ? [message.callId] : [])))
  return messages
    .map((message) =>
      message.role === 'assistant'
        ? { ...message, toolCalls: message.toolCalls.filter(({ callId }) => answered.has(callId)) }
        : message,
    )
    .filter((message) => {
      if (message.role === 'tool') return called.has(message.callId)
      return message.content.length > 0 || (message.role === 'assistant' && message.toolCalls.length > 0)
    })
}

const idOf = ({ callId }: ToolCall): string => callId

/** Calls that a client sent one by one belong to one turn of the model: their answers follow all of them. */
function joinCalls(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.reduce<ChatMessage[]>((joined, message) => {
    const last = joined.at(-1)
    const isBareCall = message.role === 'assistant' && message.content.length === 0
    if (isBareCall && last?.role === 'assistant') {
      joined[joined.length - 1] = { ...last, toolCalls: [...last.toolCalls, ...message.toolCalls] }
    } else joined.push(message)
    return joined
  }, [])
}
