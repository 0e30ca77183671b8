import type { ErrorCode } from '../errors/error-table.ts'
import type { FinishReason, Phase } from './generate-event.ts'

/**
 * One numbered event of a run, router → gateway → client. `message` carries the public names (protocol.md §1) and lacks
 * only what the gateway adds: `response_id`, `stream_id`, `event_id`, `sequence_number`. `bytes` are the picture the
 * message announces; they travel as binary frames under the same number.
 */
export interface RunEvent {
  /** From 0, gap-free. */
  readonly sequenceNumber: number
  /** Of a delta joined from several for a slow client: the number of the first; `sequenceNumber` is that of the last. */
  readonly firstSequenceNumber?: number
  readonly message: RunMessage
  readonly bytes?: Uint8Array
}

/** Position of a delta inside the answer. */
export interface PartPosition {
  readonly item_id: string
  readonly output_index: number
  readonly content_index: number
}

export interface ItemPosition {
  readonly item_id: string
  readonly output_index: number
}

export type OutputItem =
  | {
      readonly type: 'message'
      readonly id: string
      readonly role: 'assistant'
      readonly status: ItemStatus
      readonly content: readonly OutputPart[]
    }
  | {
      readonly type: 'reasoning'
      readonly id: string
      readonly status: ItemStatus
      readonly content: readonly OutputPart[]
    }
  | {
      readonly type: 'function_call'
      readonly id: string
      readonly status: ItemStatus
      readonly call_id: string
      readonly name: string
      readonly arguments: string
    }
  | {
      readonly type: 'image_generation_call'
      readonly id: string
      readonly status: ItemStatus
      readonly blob_id?: string
      readonly media_type?: string
    }

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

export type OutputPart =
  | { readonly type: 'output_text'; readonly text: string }
  | { readonly type: 'reasoning_text'; readonly text: string }
  | { readonly type: 'refusal'; readonly refusal: string }

/** Announces bytes that follow as binary frames. */
export interface BlobAnnouncement {
  readonly blob_no: number
  readonly media_type: string
  readonly byte_length: number
  /** Lower-case hex. */
  readonly sha256: string
}

export type RunMessage =
  | { readonly type: 'response.created'; readonly profile: string; readonly conversation: string }
  /** Runs of the same lane in front of this one. */
  | { readonly type: 'response.queued'; readonly position: number }
  | {
      readonly type: 'response.in_progress'
      readonly phase: Phase
      readonly progress?: number
      readonly attempt: number
      readonly provider: string
      readonly model: string
    }
  | ({ readonly type: 'response.output_item.added' | 'response.output_item.done'; readonly item: OutputItem } & Pick<
      ItemPosition,
      'output_index'
    >)
  | ({
      readonly type: 'response.content_part.added' | 'response.content_part.done'
      readonly part: OutputPart
    } & PartPosition)
  | ({
      readonly type: 'response.output_text.delta' | 'response.reasoning_text.delta' | 'response.refusal.delta'
      readonly delta: string
    } & PartPosition)
  | ({
      readonly type: 'response.output_text.done' | 'response.reasoning_text.done'
      readonly text: string
    } & PartPosition)
  | ({ readonly type: 'response.refusal.done'; readonly refusal: string } & PartPosition)
  | ({ readonly type: 'response.function_call_arguments.delta'; readonly delta: string } & ItemPosition)
  | ({ readonly type: 'response.function_call_arguments.done'; readonly arguments: string } & ItemPosition)
  | ({
      readonly type: 'response.image_generation_call.in_progress' | 'response.image_generation_call.generating'
    } & ItemPosition)
  | ({
      readonly type: 'response.image_generation_call.partial_image'
      readonly partial_image_index: number
    } & ItemPosition &
      BlobAnnouncement)
  | ({ readonly type: 'response.image_generation_call.completed'; readonly blob_id: string } & ItemPosition &
      BlobAnnouncement)
  | {
      readonly type: 'response.completed' | 'response.incomplete' | 'response.cancelled'
      readonly response: FinalResponse
    }
  | { readonly type: 'response.failed'; readonly response: FinalResponse; readonly error: WireError }
  | { readonly type: 'response.snapshot'; readonly response: ResponseSnapshot }

export const terminalTypes = [
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
] as const

export type RunStatus = 'completed' | 'incomplete' | 'failed' | 'cancelled'

/** An answer so far, for a reader whose wanted events were trimmed. Items in progress hold what they have. */
export interface ResponseSnapshot {
  readonly id: string
  readonly status: 'in_progress' | RunStatus
  readonly conversation: string
  readonly profile: string
  readonly output: readonly OutputItem[]
}

/** The answer's summary in the terminal event. `completed`: it ended by itself; `incomplete`: cut by a limit of length or content. */
export interface FinalResponse {
  readonly id: string
  readonly status: RunStatus
  readonly finish_reason: FinishReason | null
  readonly conversation: string
  readonly profile: string
  readonly provider: string | null
  readonly model: string | null
  /** Null when the vendor reported none. */
  readonly usage: WireUsage | null
  readonly attempts: readonly AttemptRecord[]
  /** Present when history did not take the answer: a later turn will not know it. */
  readonly stored?: false
  /** As the request brought it; absent when it brought none. */
  readonly metadata?: Readonly<Record<string, string>>
}

export interface WireUsage {
  readonly input_tokens: number
  readonly output_tokens: number
  readonly total_tokens: number
  readonly cached_tokens?: number
  readonly reasoning_tokens?: number
}

/** One try at one target. Holds the class of an error, never a vendor's text. */
export interface AttemptRecord {
  /** From 1. */
  readonly attempt: number
  readonly provider: string
  readonly connection: string
  readonly model: string
  readonly outcome: 'completed' | 'failed' | 'cancelled'
  readonly error_code?: ErrorCode
  readonly vendor_status?: number
  /** Parameters this vendor does not take; the request went without them. Absent: none. */
  readonly dropped_parameters?: readonly string[]
  readonly duration_ms: number
  /** Absent when no content came. */
  readonly first_token_ms?: number
}

/** `error` as clients see it, on the WebSocket and inside `response.failed`. */
export interface WireError {
  /** OpenAI error type, from the error table. */
  readonly type: string
  readonly code: ErrorCode
  readonly message: string
  readonly param?: string
  readonly retryable: boolean
  readonly retry_after_ms?: number
  /** OpenAI's narrower word for what is wrong. */
  readonly openai_code?: 'context_length_exceeded'
}
