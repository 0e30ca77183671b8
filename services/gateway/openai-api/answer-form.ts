import type { FinalResponse, OutputItem, RunEvent } from '../../common/contracts/run-event.ts'
import type { RunRef } from '../../common/contracts/run-request.ts'
import type { HearthError } from '../../common/errors/hearth-error.ts'

/** What an answer is called, whatever its form. */
export interface AnswerName {
  readonly ref: RunRef
  /** As the caller named it, or the profile that was chosen. */
  readonly model: string
  /** Unix seconds. */
  readonly createdAt: number
}

/** Says the events of one run as server-sent events, in order. Stateful, no I/O. */
export interface EventEncoder {
  /** The frames of one event; empty where this API has no word for it. */
  encode(event: RunEvent): string
  /** The frames of a failure after the status was sent; nothing follows them. */
  fail(error: HearthError): string
}

/** A whole answer, as its events left it. */
export interface WholeAnswer {
  readonly items: readonly OutputItem[]
  readonly pictures: readonly AnswerPicture[]
  readonly final: FinalResponse
}

export interface AnswerPicture {
  readonly itemId: string
  readonly mediaType: string
  readonly bytes: Uint8Array
}

/** How one API answers: as a stream of events or as one object. */
export interface AnswerForm {
  readonly encoder: (name: AnswerName) => EventEncoder
  readonly whole: (name: AnswerName, answer: WholeAnswer) => unknown
}
