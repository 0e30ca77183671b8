import type { Machine } from '../../report/bench-run.ts'
import { type McpFigures, overMcpRounds } from '../figures.ts'
import type { McpScenarioName, McpSize } from '../scenarios.ts'

/** One measurement of one subject. */
export type McpSample = {
  readonly subject: string
  readonly scenario: McpScenarioName
  readonly round: number
} & (
  | { readonly status: 'measured'; readonly figures: McpFigures }
  | { readonly status: 'failed'; readonly reason: string }
)

/** All that the tables are made of. */
export interface McpRun {
  readonly subjects: readonly { readonly name: string; readonly title: string; readonly description: string }[]
  readonly scenarios: readonly McpScenarioName[]
  readonly size: McpSize
  readonly samples: readonly McpSample[]
  /** Subjects that were not there, each with what to do. */
  readonly unavailable: readonly string[]
  readonly machine: Machine
  readonly command: string
  readonly startedAt: Date
}

export const samplesOf = ({ samples }: McpRun, scenario: McpScenarioName, subject: string): readonly McpSample[] =>
  samples.filter((sample) => sample.scenario === scenario && sample.subject === subject)

/** Over the rounds; undefined when no round was measured. */
export function mcpFiguresOf(run: McpRun, scenario: McpScenarioName, subject: string): McpFigures | undefined {
  const rounds = samplesOf(run, scenario, subject).flatMap((sample) =>
    sample.status === 'measured' ? [sample.figures] : [],
  )
  return rounds.length === 0 ? undefined : overMcpRounds(rounds)
}
