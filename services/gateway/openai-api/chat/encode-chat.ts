import type { ChatCompletionChunk } from 'openai/resources/chat/completions'
import type { FinalResponse, OutputItem, RunEvent, RunMessage } from '../../../common/contracts/run-event.ts'
import type { HearthError } from '../../../common/errors/hearth-error.ts'
import type { AnswerName, EventEncoder } from '../answer-form.ts'
import { errorBody } from '../error-answer.ts'
import { chatFinishReason, chatUsage } from './chat-answer.ts'

type Delta = ChatCompletionChunk.Choice.Delta & { readonly reasoning_content?: string }

const deltaFields = {
  'response.output_text.delta': 'content',
  'response.reasoning_text.delta': 'reasoning_content',
  'response.refusal.delta': 'refusal',
} as const

const done = 'data: [DONE]\n\n'

/**
 * Chat Completions chunks: https://platform.openai.com/docs/api-reference/chat-streaming (read 2026-11-22), with
 * `reasoning_content` as DeepSeek, vLLM and llama.cpp say it. Everything around a delta's text is made once per answer.
 */
export class ChatEncoder implements EventEncoder {
  readonly #name: AnswerName
  readonly #includesUsage: boolean
  readonly #head: string
  readonly #tail: string
  /** Item id → index among the tool calls. */
  readonly #calls = new Map<string, number>()
  #hasRole = false

  constructor(name: AnswerName, includesUsage: boolean) {
    this.#name = name
    this.#includesUsage = includesUsage
    const head = JSON.stringify(this.#chunk([])).replace(/"choices":\[\].*$/s, '')
    this.#head = `data: ${head}"choices":[{"index":0,"delta":`
    this.#tail = `,"logprobs":null,"finish_reason":null}]${includesUsage ? ',"usage":null' : ''}}\n\n`
  }

  encode({ message }: RunEvent): string {
    switch (message.type) {
      case 'response.output_text.delta':
      case 'response.reasoning_text.delta':
      case 'response.refusal.delta':
        return `${this.#role()}${this.#head}{"${deltaFields[message.type]}":${JSON.stringify(message.delta)}}${this.#tail}`
      case 'response.function_call_arguments.delta':
        return this.#arguments(message)
      case 'response.output_item.added':
        return message.item.type === 'function_call' ? this.#toolCall(message.item) : ''
      case 'response.completed':
      case 'response.incomplete':
        return this.#end(message.response)
      default:
        return ''
    }
  }

  fail(error: HearthError): string {
    return `data: ${JSON.stringify(errorBody(error))}\n\n`
  }

  #role(): string {
    if (this.#hasRole) return ''
    this.#hasRole = true
    return this.#delta({ role: 'assistant', content: '', refusal: null })
  }

  #toolCall({ id, call_id: callId, name }: Extract<OutputItem, { type: 'function_call' }>): string {
    const index = this.#calls.size
    this.#calls.set(id, index)
    const call = { index, id: callId, type: 'function', function: { name, arguments: '' } } as const
    return this.#role() + this.#delta({ tool_calls: [call] })
  }

  #arguments({
    item_id: itemId,
    delta,
  }: Extract<RunMessage, { type: 'response.function_call_arguments.delta' }>): string {
    const index = this.#calls.get(itemId)
    if (index === undefined) return ''
    return `${this.#head}{"tool_calls":[{"index":${index},"function":{"arguments":${JSON.stringify(delta)}}}]}${this.#tail}`
  }

  #delta(delta: Delta): string {
    return `${this.#head}${JSON.stringify(delta)}${this.#tail}`
  }

  #end({ finish_reason: reason, usage }: FinalResponse): string {
    const finish = { index: 0, delta: {}, logprobs: null, finish_reason: chatFinishReason(reason) } as const
    const last = frame({ ...this.#chunk([finish]), ...(this.#includesUsage ? { usage: null } : {}) })
    const counted = this.#includesUsage && usage !== null ? frame({ ...this.#chunk([]), usage: chatUsage(usage) }) : ''
    return this.#role() + last + counted + done
  }

  #chunk(choices: ChatCompletionChunk.Choice[]): ChatCompletionChunk {
    const { ref, model, createdAt } = this.#name
    return { id: chatId(ref.runId), object: 'chat.completion.chunk', created: createdAt, model, choices }
  }
}

export const chatId = (runId: string): string => `chatcmpl-${runId.replace(/^resp_/, '')}`

const frame = (chunk: ChatCompletionChunk): string => `data: ${JSON.stringify(chunk)}\n\n`
