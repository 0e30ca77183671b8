import type {
  ChatCompletion,
  ChatCompletionMessage,
  ChatCompletionMessageFunctionToolCall,
} from 'openai/resources/chat/completions'
import type { OutputItem } from '../../../common/contracts/run-event.ts'
import type { AnswerName, WholeAnswer } from '../answer-form.ts'
import { chatFinishReason, chatUsage } from './chat-answer.ts'
import { chatId } from './encode-chat.ts'

type Message = ChatCompletionMessage & { readonly reasoning_content?: string }

/** A `chat.completion` object. Pure. */
export function wholeChat({ ref, model, createdAt }: AnswerName, { items, final }: WholeAnswer): ChatCompletion {
  const finish = chatFinishReason(final.finish_reason)
  return {
    id: chatId(ref.runId),
    object: 'chat.completion',
    created: createdAt,
    model,
    choices: [{ index: 0, message: messageOf(items), logprobs: null, finish_reason: finish }],
    ...(final.usage === null ? {} : { usage: chatUsage(final.usage) }),
  }
}

function messageOf(items: readonly OutputItem[]): Message {
  const content = textOf(items, 'output_text')
  const refusal = textOf(items, 'refusal')
  const reasoning = textOf(items, 'reasoning_text')
  const calls = items.flatMap(toolCallOf)
  return {
    role: 'assistant',
    content: content === '' && (calls.length > 0 || refusal !== '') ? null : content,
    refusal: refusal === '' ? null : refusal,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    annotations: [],
  }
}

type TextType = 'output_text' | 'refusal' | 'reasoning_text'

const textOf = (items: readonly OutputItem[], type: TextType): string =>
  items
    .flatMap((item) => ('content' in item ? item.content : []))
    .filter((part) => part.type === type)
    .map((part) => (part.type === 'refusal' ? part.refusal : part.text))
    .join('')

const toolCallOf = (item: OutputItem): ChatCompletionMessageFunctionToolCall[] =>
  item.type === 'function_call'
    ? [{ id: item.call_id, type: 'function', function: { name: item.name, arguments: item.arguments } }]
    : []
