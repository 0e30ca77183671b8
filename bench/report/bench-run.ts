import { type Figures, nothingMeasured, overRounds } from '../measure/figures.ts'
import type { ScenarioName, Size } from '../scenarios.ts'

/** One measurement of one subject. */
export type Sample = {
  readonly subject: string
  readonly scenario: ScenarioName
  readonly round: number
} & (
  | { readonly status: 'measured'; readonly figures: Figures }
  | { readonly status: 'failed'; readonly reason: string }
)

/** All that the tables are made of. */
export interface BenchRun {
  readonly subjects: readonly MeasuredSubject[]
  readonly scenarios: readonly ScenarioName[]
  readonly size: Size
  readonly samples: readonly Sample[]
  /** Subjects that were not there, each with what to do. */
  readonly unavailable: readonly string[]
  readonly machine: Machine
  readonly command: string
  readonly startedAt: Date
}

export interface MeasuredSubject {
  readonly name: string
  readonly title: string
  readonly description: string
  /** Of each answer that is not paced. */
  readonly tokensUnpaced: number
}

/** Where and with what the run was made. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryBytes: number
  readonly system: string
  readonly node: string
  /** Of this checkout; with a mark when files differ from it. */
  readonly commit: string
  /** How the processes were bound to cores, and their priority. */
  readonly pinning: string
}

/** Medians over the rounds; undefined when no round was measured. */
export function figuresOf({ samples }: BenchRun, scenario: ScenarioName, subject: string): Figures | undefined {
  const rounds = samples
    .filter((sample) => sample.scenario === scenario && sample.subject === subject)
    .flatMap((sample) => (sample.status === 'measured' ? [sample.figures] : []))
  return rounds.length === 0 ? undefined : overRounds(rounds)
}

/** In any round. */
export const hasFailed = ({ samples }: BenchRun, scenario: ScenarioName, subject: string): boolean =>
  samples.some((sample) => sample.scenario === scenario && sample.subject === subject && sample.status === 'failed')

/** All NaN when the floor was not measured: what is compared with it makes no sense then. */
export const floorOf = (run: BenchRun, scenario: ScenarioName, subject: string): Figures =>
  figuresOf(run, scenario, subject) ?? nothingMeasured

/** What a run of any bench says of the measurements that failed. */
interface RunFailures {
  readonly subjects: readonly { readonly name: string; readonly title: string }[]
  readonly samples: readonly (
    | { readonly status: 'measured' }
    | { readonly status: 'failed'; readonly subject: string; readonly scenario: string; readonly reason: string }
  )[]
}

/** Why a subject gave no figures, once for each reason. */
export function failuresOf({ samples, subjects }: RunFailures): readonly string[] {
  const titles = new Map(subjects.map(({ name, title }) => [name, title]))
  const lines = samples.flatMap((sample) =>
    sample.status === 'failed' ? [`${titles.get(sample.subject)}, ${sample.scenario}: ${sample.reason}`] : [],
  )
  return [...new Set(lines)]
}
