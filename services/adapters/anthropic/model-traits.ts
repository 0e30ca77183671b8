/** What a model takes, beyond what every one takes. */
export interface ModelTraits {
  /** `adaptive`: an effort, the model decides how much; `budget`: a number of tokens. */
  readonly thinking: 'adaptive' | 'budget'
  /** It thinks before every answer and refuses to be asked not to. */
  readonly alwaysThinks: boolean
  /** How many of `temperature` and `top_p` a request may hold. */
  readonly sampling: 'none' | 'one' | 'both'
  /** `output_config.format` and `strict` tools. */
  readonly hasStructuredOutput: boolean
}

const currentVersion = '2026-10-21'

/**
 * By name and `anthropic-version`: asking the server would cost a request before every run. Sources, read 2026-11-22, all
 * under https://platform.claude.com/docs/en/: api/migration-2026-10-21 (no sampling), build-with-claude/adaptive-thinking
 * (from 4.6), models/fable-5/migration-guide (`disabled` is refused), about-claude/models/migration-guide (one of
 * temperature and top_p from 4.1, none from 4.7). A version before 2026-10-21 stands for an older server, which may ignore
 * `output_config`.
 */
export function traitsOf(model: string, apiVersion: string): ModelTraits {
  const isCurrent = apiVersion >= currentVersion
  const generation = claudeGeneration(model)
  return {
    thinking: (generation === undefined ? isCurrent : generation >= 4.06) ? 'adaptive' : 'budget',
    alwaysThinks: /claude-(fable|mythos)/.test(model),
    sampling: isCurrent ? 'none' : samplingOf(generation),
    hasStructuredOutput: isCurrent,
  }
}

function samplingOf(generation: number | undefined): ModelTraits['sampling'] {
  if (generation === undefined || generation < 4.01) return 'both'
  return generation < 4.07 ? 'one' : 'none'
}

/** 4.05 for `claude-haiku-4-5-20251001`; a Claude without a number is a new one; undefined: no Claude. */
function claudeGeneration(model: string): number | undefined {
  if (!model.includes('claude')) return undefined
  const [, major, minor] = /claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/.exec(model) ?? []
  return major === undefined ? Number.POSITIVE_INFINITY : Number(major) + Number(minor ?? 0) / 100
}
