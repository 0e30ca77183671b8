import type { Usage } from '../../common/contracts/generate-event.ts'
import type { WireUsage } from './wire-schema.ts'

/** Tokens as the Responses and Images APIs count them. */
export function mapUsage(usage: WireUsage): Usage {
  const cachedTokens = usage.input_tokens_details?.cached_tokens
  const reasoningTokens = usage.output_tokens_details?.reasoning_tokens
  return {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    ...(typeof cachedTokens === 'number' ? { cachedTokens } : {}),
    ...(typeof reasoningTokens === 'number' ? { reasoningTokens } : {}),
  }
}
