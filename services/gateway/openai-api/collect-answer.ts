import type { FinalResponse, OutputItem, RunEvent } from '../../common/contracts/run-event.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { AnswerPicture, WholeAnswer } from './answer-form.ts'
import type { RunReader } from './read-run.ts'

/**
 * A run's answer, once it is whole.
 * @throws HearthError of the run; `caller_too_large` when the answer has more than `limitBytes`.
 */
export async function collectAnswer(reader: Pick<RunReader, 'read'>, limitBytes: number): Promise<WholeAnswer> {
  const answer = new AnswerCollector()
  await reader.read((batch) => {
    for (const event of batch) answer.take(event)
    if (answer.bytes > limitBytes) throw tooLong(limitBytes)
    return undefined
  })
  return answer.whole()
}

/** Items come whole in their done events; deltas only are counted. */
class AnswerCollector {
  /** Roughly: characters count as bytes. */
  bytes = 0
  readonly #items: OutputItem[] = []
  readonly #pictures: AnswerPicture[] = []
  #final: FinalResponse | undefined

  take({ message, bytes }: RunEvent): void {
    if ('delta' in message) this.bytes += message.delta.length
    else if ('response' in message && message.type !== 'response.snapshot') this.#final = message.response
    else if (message.type === 'response.output_item.done') this.#items.push(message.item)
    else if (message.type === 'response.image_generation_call.completed' && bytes !== undefined) {
      this.#pictures.push({ itemId: message.item_id, mediaType: message.media_type, bytes })
      this.bytes += bytes.byteLength
    }
  }

  whole(): WholeAnswer {
    if (this.#final === undefined) throw new HearthError('gateway_internal', 'A run ended without its terminal event.')
    return { items: this.#items, pictures: this.#pictures, final: this.#final }
  }
}

const tooLong = (limit: number): HearthError =>
  new HearthError('caller_too_large', `The answer is larger than ${limit} bytes; ask for it with "stream": true.`)
