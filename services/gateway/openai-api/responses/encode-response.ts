import type { ResponseOutputItem, ResponseStreamEvent } from 'openai/resources/responses/responses'
import type { RunEvent, RunMessage } from '../../../common/contracts/run-event.ts'
import type { HearthError } from '../../../common/errors/hearth-error.ts'
import type { EventEncoder } from '../answer-form.ts'
import { errorBody } from '../error-answer.ts'
import { endedResponse, failedResponse, type ResponseObject, shownItem, shownPart } from './response-object.ts'

/** An official event without its number, its response as it travels. */
type Unnumbered<Event> = Event extends { response: unknown }
  ? Omit<Event, 'response' | 'sequence_number'> & { readonly response: ResponseObject }
  : Omit<Event, 'sequence_number'>
type Draft = Unnumbered<ResponseStreamEvent>

type Delta = Extract<RunMessage, { readonly delta: string }>
type PictureDone = Extract<RunMessage, { type: 'response.image_generation_call.completed' }>
type PicturePartial = Extract<RunMessage, { type: 'response.image_generation_call.partial_image' }>

/**
 * Official events only, numbered anew without gaps:
 * https://platform.openai.com/docs/api-reference/responses-streaming (read 2026-11-22). Deltas, by far the most, share a
 * prefix that is made once per part.
 */
export class ResponseEncoder implements EventEncoder {
  readonly #response: ResponseObject
  readonly #output: ResponseOutputItem[] = []
  /** Finished pictures, base64, by item id. */
  readonly #pictures = new Map<string, string>()
  #nextNumber = 0
  #deltaKey = ''
  #deltaPrefix = ''
  #deltaSuffix = ''

  constructor(response: ResponseObject) {
    this.#response = response
  }

  encode({ message, bytes }: RunEvent): string {
    if ('delta' in message) return this.#delta(message)
    switch (message.type) {
      case 'response.created':
        return (
          this.#frame({ type: 'response.created', response: this.#response }) +
          this.#frame({ type: 'response.in_progress', response: this.#response })
        )
      case 'response.completed':
      case 'response.incomplete':
        return this.#frame({
          type: message.type,
          response: endedResponse(this.#response, message.response, this.#output),
        })
      case 'response.image_generation_call.partial_image':
        return this.#partial(message, bytes)
      case 'response.image_generation_call.completed':
        return this.#picture(message, bytes)
      default:
        return this.#part(message)
    }
  }

  /** The response as it was left, then the failure itself, which the libraries raise. */
  fail(error: HearthError): string {
    const { code, message, param } = errorBody(error).error
    const response = failedResponse(this.#response, error, this.#output)
    return this.#frame({ type: 'response.failed', response }) + this.#frame({ type: 'error', code, message, param })
  }

  #part(message: RunMessage): string {
    switch (message.type) {
      case 'response.output_item.added':
      case 'response.output_item.done':
        return this.#item(message)
      case 'response.content_part.added':
      case 'response.content_part.done': {
        const { part } = message
        return this.#frame({ ...message, part: part.type === 'reasoning_text' ? { ...part } : shownPart(part) })
      }
      case 'response.output_text.done':
      case 'response.reasoning_text.done':
        return this.#textDone(message)
      case 'response.refusal.done':
      case 'response.function_call_arguments.done':
      case 'response.image_generation_call.in_progress':
      case 'response.image_generation_call.generating':
        return this.#frame(message)
      default:
        return ''
    }
  }

  #textDone({
    type,
    ...rest
  }: Extract<RunMessage, { type: 'response.output_text.done' | 'response.reasoning_text.done' }>): string {
    return this.#frame(type === 'response.output_text.done' ? { type, ...rest, logprobs: [] } : { type, ...rest })
  }

  #item({
    type,
    output_index: index,
    item,
  }: Extract<RunMessage, { type: 'response.output_item.added' | 'response.output_item.done' }>): string {
    const shown = shownItem(item, this.#pictures.get(item.id))
    if (type === 'response.output_item.done') {
      this.#output.push(shown)
      this.#pictures.delete(item.id)
    }
    return this.#frame({ type, output_index: index, item: shown })
  }

  #partial(
    { type, item_id: item, output_index: index, ...partial }: PicturePartial,
    bytes: Uint8Array | undefined,
  ): string {
    return this.#frame({
      type,
      item_id: item,
      output_index: index,
      partial_image_index: partial.partial_image_index,
      partial_image_b64: base64(bytes),
    })
  }

  #picture({ type, item_id: item, output_index: index }: PictureDone, bytes: Uint8Array | undefined): string {
    this.#pictures.set(item, base64(bytes))
    return this.#frame({ type, item_id: item, output_index: index })
  }

  #delta(message: Delta): string {
    const { type, delta, ...position } = message
    const key = `${type} ${position.item_id}`
    if (key !== this.#deltaKey) {
      this.#deltaKey = key
      this.#deltaPrefix = `event: ${type}\ndata: ${JSON.stringify({ type, ...position }).slice(0, -1)},"sequence_number":`
      this.#deltaSuffix = type === 'response.output_text.delta' ? ',"logprobs":[]}\n\n' : '}\n\n'
    }
    const number = this.#nextNumber
    this.#nextNumber += 1
    return `${this.#deltaPrefix}${number},"delta":${JSON.stringify(delta)}${this.#deltaSuffix}`
  }

  #frame(draft: Draft): string {
    const { type, ...fields } = draft
    const number = this.#nextNumber
    this.#nextNumber += 1
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number, ...fields })}\n\n`
  }
}

export const base64 = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
