import type { Failure, Question } from './hearth-client.ts'
import type { Outgoing } from './messages.ts'

type CreateMessage = Extract<Outgoing, { type: 'response.create' }>

/** Text of one frame of a client, bytes (services/common/contracts/protocol/limits.ts). */
const textFrameBytes = 65_536

/** How a question goes to the house. `blobNos`: its pictures, uploaded on this connection. */
export function questionMessage(
  { profile, conversation, previousResponseId, text, modalities }: Question,
  names: Pick<CreateMessage, 'stream_id' | 'event_id' | 'idempotency_key'>,
  blobNos: readonly number[],
): CreateMessage {
  return {
    type: 'response.create',
    ...names,
    ...(profile === undefined ? {} : { profile }),
    ...(conversation === undefined ? {} : { conversation }),
    ...(previousResponseId === undefined ? {} : { previous_response_id: previousResponseId }),
    ...(modalities === undefined ? {} : { modalities: [...modalities] }),
    input: blobNos.length === 0 ? text : [{ role: 'user', content: contentOf(text, blobNos) }],
  }
}

function contentOf(text: string, blobNos: readonly number[]) {
  const pictures = blobNos.map((blob_no) => ({ type: 'input_image', blob_no }) as const)
  return text === '' ? pictures : [{ type: 'input_text', text } as const, ...pictures]
}

/** The house would end the connection for a frame over its limit. */
export function refuseTooLong(message: CreateMessage): Failure | undefined {
  if (new TextEncoder().encode(JSON.stringify(message)).byteLength <= textFrameBytes) return undefined
  return {
    code: 'caller_too_large',
    message: 'The question is longer than the 64 KiB that one may have; shorten it, or ask in parts.',
    retryable: false,
  }
}
