import type { Scenario } from './scenario.ts'

const megabyte = 1024 * 1024

/** What a reader sees for a four-byte character cut by the write, followed by a byte that never occurs in UTF-8. */
export const brokenCharacters = '🔥\uFFFD'

const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `w${index} `)

/** The words of an answer, one string per token. Where the fault is an unusual word, it stands at `after`. */
export function wordsOf(scenario: Scenario): readonly string[] {
  const words = numbered(Math.min(scenario.refusal > 0 ? scenario.refusal : scenario.tokens, scenario.maxTokens))
  const unusual = unusualWord(scenario)
  return unusual === undefined ? words : words.toSpliced(scenario.after, 0, unusual)
}

function unusualWord({ fault }: Scenario): string | undefined {
  if (fault === 'line-1mb') return 'x'.repeat(megabyte)
  return fault === 'invalid-utf8' ? brokenCharacters : undefined
}

export const reasoningWordsOf = ({ reasoning }: Scenario): readonly string[] => numbered(reasoning)

export interface FakeCall {
  readonly index: number
  readonly id: string
  readonly name: string
  /** JSON text, as it is streamed. */
  readonly parts: readonly string[]
}

export const callsOf = ({ calls }: Scenario): readonly FakeCall[] =>
  Array.from({ length: calls }, (_, index) => ({
    index,
    id: `call_fake_${index}`,
    name: 'lookup',
    parts: ['{"city":', `"town ${index}"`, '}'],
  }))

export type FakeEnding = 'stop' | 'length' | 'tool_calls' | 'refusal'

export function endingOf({ calls, refusal, tokens, maxTokens }: Scenario): FakeEnding {
  if (calls > 0) return 'tool_calls'
  if (refusal > 0) return 'refusal'
  return tokens > maxTokens ? 'length' : 'stop'
}

/** Seven tokens read, two of them from the cache. */
export interface FakeUsage {
  readonly input: number
  readonly cached: number
  readonly output: number
  readonly reasoning: number
}

export function usageOf(scenario: Scenario): FakeUsage {
  const { reasoning, calls, tokens, maxTokens } = scenario
  const answered = calls > 0 ? calls * 3 : Math.min(tokens, maxTokens)
  return { input: 7, cached: 2, output: reasoning + answered, reasoning }
}
