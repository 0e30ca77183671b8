import { binaryKinds } from '../../common/contracts/protocol/binary-frame.ts'
import type { RunEvent, RunMessage } from '../../common/contracts/run-event.ts'
import { isSamePart } from '../../common/contracts/same-part.ts'
import type { OutgoingBlob } from './send-queue.ts'

/** How a run is named on one connection. */
export interface RunFrame {
  readonly responseId: string
  readonly streamId: string
  /** Of response.create; echoed in `response.created` only. */
  readonly eventId: string | undefined
  /** Stands for the run in binary frames; unique in the session. */
  readonly streamNo: number
}

type Delta = Extract<RunMessage, { readonly delta: string }>

/** Turns the events of one run into text frames. Deltas, by far the most, share a prefix that is made once per part. */
export class RunEncoder {
  readonly #frame: RunFrame
  #part: Delta | undefined
  #deltaPrefix = ''

  constructor(frame: RunFrame) {
    this.#frame = frame
  }

  encode(event: RunEvent): string {
    const { sequenceNumber, message } = event
    if ('delta' in message) return this.#encodeDelta(message, event)
    const { type, ...fields } = message
    const { responseId, streamId, eventId, streamNo } = this.#frame
    return JSON.stringify({
      type,
      response_id: responseId,
      stream_id: streamId,
      sequence_number: sequenceNumber,
      ...(type === 'response.created' ? { stream_no: streamNo } : {}),
      ...(type === 'response.created' && eventId !== undefined ? { event_id: eventId } : {}),
      ...fields,
    })
  }

  #encodeDelta(message: Delta, { sequenceNumber, firstSequenceNumber }: RunEvent): string {
    if (this.#part === undefined || !isSamePart(this.#part, message)) this.#begin(message)
    const first = firstSequenceNumber === undefined ? '' : `,"first_sequence_number":${firstSequenceNumber}`
    return `${this.#deltaPrefix}${sequenceNumber}${first},"delta":${JSON.stringify(message.delta)}}`
  }

  #begin(part: Delta): void {
    const { type, delta: _, ...position } = part
    const { responseId, streamId } = this.#frame
    const head = JSON.stringify({ type, response_id: responseId, stream_id: streamId, ...position })
    this.#part = part
    this.#deltaPrefix = `${head.slice(0, -1)},"sequence_number":`
  }
}

/** The picture an event announces, if any. */
export function blobOf({ sequenceNumber, message, bytes }: RunEvent, streamNo: number): OutgoingBlob | undefined {
  if (bytes === undefined || !('blob_no' in message)) return undefined
  const isFinal = message.type === 'response.image_generation_call.completed'
  return {
    header: {
      kind: isFinal ? binaryKinds.imageFinal : binaryKinds.imagePartial,
      replayed: false,
      streamNo,
      blobNo: message.blob_no,
      sequenceNumber,
    },
    bytes,
  }
}
