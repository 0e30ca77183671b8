/** What the vendor is busy with before its first token. */
export type Phase = 'connecting' | 'loading_model' | 'prompt_eval' | 'waiting_first_token' | 'tool'

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter'

/** Tokens as the vendor counts them. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  /** Part of inputTokens read from the vendor's cache. */
  readonly cachedTokens?: number
  /** Part of outputTokens spent on reasoning. */
  readonly reasoningTokens?: number
}

/**
 * One event of a generation, adapter → router. `id` names a block (text, reasoning, tool call, picture) within the
 * attempt; blocks are bracketed by `-start` and `-end`. Failure is a thrown HearthError, not an event.
 */
export type GenerateEvent =
  | { readonly type: 'phase'; readonly phase: Phase; readonly progress?: number }
  /** Parameters of the request that this vendor does not take, by their profile names (`top_p`); sent without them. First, if at all. */
  | { readonly type: 'parameters-dropped'; readonly names: readonly string[] }
  | { readonly type: 'text-start'; readonly id: string }
  | { readonly type: 'text-delta'; readonly id: string; readonly text: string }
  | { readonly type: 'text-end'; readonly id: string }
  | { readonly type: 'reasoning-start'; readonly id: string }
  | { readonly type: 'reasoning-delta'; readonly id: string; readonly text: string }
  | { readonly type: 'reasoning-end'; readonly id: string }
  /** The model declines to answer, in its own words (OpenAI's `refusal`). */
  | { readonly type: 'refusal-start'; readonly id: string }
  | { readonly type: 'refusal-delta'; readonly id: string; readonly text: string }
  | { readonly type: 'refusal-end'; readonly id: string }
  | { readonly type: 'tool-call-start'; readonly id: string; readonly callId: string; readonly name: string }
  | { readonly type: 'tool-call-delta'; readonly id: string; readonly arguments: string }
  | { readonly type: 'tool-call-end'; readonly id: string }
  /** A rough version of a picture; `index` counts from 0. */
  | {
      readonly type: 'image-partial'
      readonly id: string
      readonly index: number
      readonly mediaType: string
      readonly bytes: Uint8Array
    }
  /** The finished picture; ends its block. */
  | { readonly type: 'image'; readonly id: string; readonly mediaType: string; readonly bytes: Uint8Array }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'finish'; readonly reason: FinishReason }
