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

export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly mediaType: string; readonly bytes: Uint8Array }

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
}

export type ToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' }
  | { readonly type: 'tool'; readonly name: string }

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | { readonly type: 'json_schema'; readonly name: string; readonly schema: Readonly<Record<string, unknown>> }

/** Unset: the vendor's default. */
export interface GenerateParameters {
  readonly temperature?: number
  readonly topP?: number
  readonly maxOutputTokens?: number
  readonly stop?: readonly string[]
  readonly reasoningEffort?: string
  readonly seed?: number
  /** Sent to the vendor as they are. */
  readonly extra?: Readonly<Record<string, unknown>>
}

export interface ImageRequest {
  readonly prompt: string
  /** Rough versions wanted before the final picture, 0..3. */
  readonly partialImages: number
  readonly size: string
  readonly format: 'png' | 'jpeg' | 'webp'
}

/** Milliseconds. `total` runs over the whole run, the others over this attempt. */
export interface AttemptTimeouts {
  readonly headersMs: number
  readonly firstTokenMs: number
  readonly idleMs: number
  readonly totalMs: number
}
