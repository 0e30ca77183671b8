import type { OutputConfig, ThinkingConfigParam } from '@anthropic-ai/sdk/resources/messages'
import type { ModelTraits } from './model-traits.ts'

type Effort = NonNullable<OutputConfig['effort']>

/** What a reasoning effort becomes. `isDropped`: it cannot be honoured, the request goes without. */
export interface ThinkingFields {
  readonly thinking?: ThinkingConfigParam
  readonly config?: { readonly effort: Effort }
  readonly isDropped: boolean
}

export interface ThinkingWish {
  /** The profile's `reasoning_effort`. */
  readonly effort: string | undefined
  readonly maxTokens: number
  /** `tool_choice` asks for a call. */
  readonly isCallForced: boolean
  /** The newest assistant turn has a call; what the model thought before it is not kept. */
  readonly continuesCall: boolean
}

const nothing: ThinkingFields = { isDropped: false }
const dropped: ThinkingFields = { isDropped: true }

const efforts: ReadonlyMap<string, Effort> = new Map([
  ['minimal', 'low'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['xhigh', 'xhigh'],
  ['max', 'max'],
])

const budgetTokens: Readonly<Record<Effort, number>> = {
  low: 2048,
  medium: 8192,
  high: 24_576,
  xhigh: 49_152,
  max: 98_304,
}
const leastBudgetTokens = 1024

/**
 * A model that knows `adaptive` gets it with the effort, its thoughts as a summary (`display`, since newer models leave them
 * out); an older one a budget of at most half of the answer's tokens, which are counted together. The API takes no thinking
 * beside a forced call, and no budget when a call is continued whose thoughts are missing; adaptive thinking may.
 * Source: https://platform.claude.com/docs/en/build-with-claude/extended-thinking and …/adaptive-thinking, read 2026-11-22.
 */
export function mapThinking(wish: ThinkingWish, traits: ModelTraits): ThinkingFields {
  if (wish.effort === undefined) return nothing
  if (wish.effort === 'none') return withoutThinking(traits)
  const effort = efforts.get(wish.effort)
  if (effort === undefined || wish.isCallForced) return dropped
  if (traits.thinking === 'adaptive') {
    return { thinking: { type: 'adaptive', display: 'summarized' }, config: { effort }, isDropped: false }
  }
  const budget = Math.min(budgetTokens[effort], Math.floor(wish.maxTokens / 2))
  if (budget < leastBudgetTokens || wish.continuesCall) return dropped
  return { thinking: { type: 'enabled', budget_tokens: budget }, isDropped: false }
}

/** Where thinking has a budget it is off unless asked for. */
function withoutThinking({ thinking, alwaysThinks }: ModelTraits): ThinkingFields {
  if (alwaysThinks) return dropped
  return thinking === 'budget' ? nothing : { thinking: { type: 'disabled' }, isDropped: false }
}
