/** One attempt at one target, as the adapter sees it: everything resolved, nothing optional by accident. */
export interface GenerateRequest {
  readonly runId: string
  /** From 1. */
  readonly attempt: number
  readonly connection: string
  readonly model: string
  readonly messages: readonly ChatMessage[]
  readonly tools: readonly ToolDefinition[]
  readonly toolChoice: ToolChoice
  readonly responseFormat: ResponseFormat
  readonly parameters: GenerateParameters
  /** What to produce: a picture request has `image` set. */
  readonly image?: ImageRequest
  readonly timeouts: AttemptTimeouts
}

export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: readonly ContentPart[] }
  | { readonly role: 'assistant'; readonly content: readonly ContentPart[]; readonly toolCalls: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly callId: string; readonly output: string }

export type ContentPart = { readonly type: 'text'; readonly text: string } | ({ readonly type: 'image' } & Picture)

export interface Picture {
  /** `image/png`, `image/jpeg`, `image/webp` or `image/gif`. */
  readonly mediaType: string
  readonly bytes: Uint8Array
}

export interface ToolCall {
  readonly callId: string
  readonly name: string
  /** JSON text, as the model wrote it. */
  readonly arguments: string
}

export interface ToolDefinition {
  readonly name: string
  readonly description?: string
  /** JSON Schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** The arguments must fit the schema (OpenAI `strict`). Unset: the vendor's default. */
  readonly strict?: boolean
}

export type ToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' }
  | { readonly type: 'tool'; readonly name: string }

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema'
      readonly name: string
      readonly schema: Readonly<Record<string, unknown>>
      readonly description?: string
      readonly strict?: boolean
    }

/** Unset: the vendor's default. */
export interface GenerateParameters {
  readonly temperature?: number
  readonly topP?: number
  readonly maxOutputTokens?: number
  readonly stop?: readonly string[]
  readonly reasoningEffort?: string
  readonly seed?: number
  readonly frequencyPenalty?: number
  readonly presencePenalty?: number
  /** False: at most one tool call an answer. */
  readonly parallelToolCalls?: boolean
  /** Sent to the vendor as they are. */
  readonly extra?: Readonly<Record<string, unknown>>
}

export interface ImageRequest {
  readonly prompt: string
  /** Rough versions wanted before the final picture, 0..3. */
  readonly partialImages: number
  readonly size: string
  readonly format: 'png' | 'jpeg' | 'webp'
  /** Unset: the vendor's default. Values are the vendor's: `low`, `medium`, `high`, `auto`. */
  readonly quality?: string
  /** `transparent`, `opaque`, `auto`. */
  readonly background?: string
  /** Pictures to start from; empty: drawn from the prompt alone. */
  readonly inputs: readonly Picture[]
  /** Where to change the first of `inputs`: its transparent pixels (PNG). */
  readonly mask?: Picture
}

/** Texts to be turned into vectors by one target. */
export interface EmbedRequest {
  readonly connection: string
  readonly model: string
  readonly inputs: readonly string[]
  /** Length of the vectors, where the model can choose. Unset: the model's own. */
  readonly dimensions?: number
  readonly timeoutMs: number
}

export interface Embeddings {
  /** One per input, in their order. */
  readonly vectors: readonly Float32Array[]
  /** Absent when the vendor reported none. */
  readonly inputTokens?: number
}

/** Milliseconds. `total` runs over the whole run, the others over this attempt. */
export interface AttemptTimeouts {
  readonly headersMs: number
  readonly firstTokenMs: number
  readonly idleMs: number
  readonly totalMs: number
}
