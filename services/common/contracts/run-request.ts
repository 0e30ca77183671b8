import type {
  ContentPart,
  Embeddings,
  Picture,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from './generate-request.ts'
import type { RunStatus } from './run-event.ts'

/** One turn of the input, as `response.create` brings it (already validated). */
export type InputItem =
  | {
      readonly type: 'message'
      readonly role: 'system' | 'user' | 'assistant'
      readonly content: readonly ContentPart[]
    }
  | { readonly type: 'function_call'; readonly callId: string; readonly name: string; readonly arguments: string }
  | { readonly type: 'function_call_output'; readonly callId: string; readonly output: string }

/** Where a run queues: runs of one lane go one after another, lanes are independent of each other. */
export interface Lane {
  readonly sessionId: string
  /** Chosen by the client, ≤ 64 characters. */
  readonly streamId: string
}

/** What a caller asks of the router. Unset fields take the profile's value. */
export interface RunRequest {
  readonly lane: Lane
  /** Same key of the same principal → the same run. */
  readonly idempotencyKey?: string
  /** Profile name; unset: the user's default, else the default profile. */
  readonly profile?: string
  /** Id of an existing conversation; unset: a new one. */
  readonly conversation?: string
  /**
   * Continue after that run's answer instead of the newest message (branches); null: before the first message of
   * `conversation`.
   */
  readonly previousResponseId?: string | null
  readonly input: readonly InputItem[]
  readonly instructions?: string
  readonly tools: readonly ToolDefinition[]
  readonly toolChoice: ToolChoice
  readonly responseFormat: ResponseFormat
  readonly maxOutputTokens?: number
  readonly temperature?: number
  /** What else a caller may set of the profile's parameters. */
  readonly parameters?: CallerParameters
  /** How a picture is drawn, when `modalities` has `image`. Its inputs are the pictures of the last user message. */
  readonly image?: CallerImage
  readonly modalities: readonly Modality[]
  /** Clamped by the profile: a caller may only shorten. */
  readonly timeouts: { readonly firstTokenMs?: number; readonly idleMs?: number; readonly totalMs?: number }
  readonly onDisconnect: 'continue' | 'cancel'
  readonly metadata: Readonly<Record<string, string>>
}

/** Unset: the profile's, else the vendor's default. */
export interface CallerParameters {
  readonly topP?: number
  readonly stop?: readonly string[]
  readonly seed?: number
  readonly reasoningEffort?: string
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  readonly parallelToolCalls?: boolean
}

/** Unset: what the profile's `image` says. */
export interface CallerImage {
  readonly partialImages?: number
  readonly size?: string
  readonly format?: 'png' | 'jpeg' | 'webp'
  readonly quality?: string
  readonly background?: string
  readonly mask?: Picture
}

/** Texts to vectors: no run, no history. */
export interface EmbeddingRequest {
  /** Profile name; unset: the user's default, else the default profile. */
  readonly profile?: string
  readonly inputs: readonly string[]
  readonly dimensions?: number
}

export interface EmbeddingAnswer extends Embeddings {
  readonly profile: string
  readonly provider: string
  readonly model: string
}

export type Modality = 'text' | 'image'

export interface RunRef {
  /** `resp_…`: the `response_id` of the protocol. */
  readonly runId: string
  readonly conversation: string
  readonly profile: string
  /** True when an idempotency key named a run that exists already. */
  readonly existing: boolean
}

/** Where a run stands. */
export interface RunView extends Omit<RunRef, 'existing'> {
  readonly lane: Lane
  readonly status: 'in_progress' | RunStatus
  /** Number of the newest event. */
  readonly lastSequenceNumber: number
}

/** `ttl`: nobody read it for its profile's `detach_ttl_seconds`. */
export type CancelReason = 'requested' | 'disconnected' | 'draining' | 'ttl'
