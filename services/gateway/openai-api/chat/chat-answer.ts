import type { CompletionUsage } from 'openai/resources/completions'
import type { FinishReason } from '../../../common/contracts/generate-event.ts'
import type { WireUsage } from '../../../common/contracts/run-event.ts'

export const chatFinishReason = (reason: FinishReason | null): FinishReason => reason ?? 'stop'

export const chatUsage = (usage: WireUsage): CompletionUsage => ({
  prompt_tokens: usage.input_tokens,
  completion_tokens: usage.output_tokens,
  total_tokens: usage.total_tokens,
  prompt_tokens_details: { cached_tokens: usage.cached_tokens ?? 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: usage.reasoning_tokens ?? 0, audio_tokens: 0 },
})
