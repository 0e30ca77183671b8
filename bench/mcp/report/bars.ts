import { failuresOf } from '../../report/bench-run.ts'
import { type Conclusion, conclude } from '../../report/conclusion.ts'
import { type BarRule, type Judged, judgeBars } from '../../report/judge-bars.ts'
import { numberText } from '../../report/markdown-table.ts'
import type { McpFigures } from '../figures.ts'
import type { McpScenarioName } from '../scenarios.ts'
import { type McpRun, mcpFiguresOf, samplesOf } from './mcp-run.ts'

/** What Hearth has to reach, by issue and by the figures of the same run. */
interface McpBar extends BarRule<McpScenarioName> {
  /** Beside whom; undefined: nobody. */
  readonly beside?: string
  readonly value: (own: McpFigures, beside: McpFigures, run: McpRun) => number
}

const clients = ['hearth-modern', 'hearth-legacy']
const none = Number.NaN
const ratio = (own: number | undefined, other: number | undefined): number => (own ?? none) / (other ?? none)

const bars: readonly McpBar[] = [
  {
    says: 'calls/s, of mcp-hub',
    scenario: 'calls',
    subjects: clients,
    beside: 'mcp-hub',
    value: (own, hub) => ratio(own.callsPerSecond, hub.callsPerSecond),
    limit: { atLeast: 1.5 },
  },
  {
    says: 'call p99, of mcp-hub',
    scenario: 'calls',
    subjects: clients,
    beside: 'mcp-hub',
    value: (own, hub) => ratio(own.p99, hub.p99),
    limit: { below: 1 },
  },
  {
    says: 'calls that failed',
    scenario: 'calls',
    subjects: clients,
    value: ({ failed = none }) => failed,
    limit: { atMost: 0 },
  },
  {
    says: 'tools/list p50, ms',
    scenario: 'list',
    subjects: clients,
    value: ({ p50 = none }) => p50,
    limit: { atMost: 8 },
  },
  {
    says: 'lists without all tools',
    scenario: 'list',
    subjects: clients,
    value: ({ failed = none }) => failed,
    limit: { atMost: 0 },
  },
  {
    says: 'listeners that a change did not reach',
    scenario: 'listeners',
    subjects: ['hearth'],
    value: ({ told = none }, _, { size }) => size.listeners - told,
    limit: { atMost: 0 },
  },
  {
    says: 'last listener told after the acknowledgement, ms',
    scenario: 'listeners',
    subjects: ['hearth'],
    value: ({ toldMs = none }) => toldMs,
    limit: { atMost: 100 },
  },
  {
    says: 'tokens/s lost to flapping servers, %',
    scenario: 'tokens',
    subjects: ['hearth-flapping'],
    beside: 'hearth-quiet',
    value: (own, quiet) => (1 - ratio(own.tokensPerSecond, quiet.tokensPerSecond)) * 100,
    limit: { atMost: 10 },
  },
  {
    says: 'tokens lost or repeated, answers failed or late, beside flapping servers',
    scenario: 'tokens',
    subjects: ['hearth-flapping'],
    value: ({ problems = none }) => problems,
    limit: { atMost: 0 },
  },
]

/** Each bar for each of its subjects that the run was to measure. Pure. */
export const judgeMcp = (run: McpRun): readonly Judged<McpBar>[] =>
  judgeBars(run, bars, {
    measure: (bar, subject) => {
      const own = mcpFiguresOf(run, bar.scenario, subject) ?? {}
      const beside = bar.beside === undefined ? {} : (mcpFiguresOf(run, bar.scenario, bar.beside) ?? {})
      return bar.value(own, beside, run)
    },
    hasFailed: ({ scenario }, subject) => samplesOf(run, scenario, subject).some(({ status }) => status === 'failed'),
  })

/** A whole run succeeds when every bar is passed and every subject was measured in every round. Pure. */
export function conclusionOfMcp(run: McpRun): Conclusion {
  const titles = new Map(run.subjects.map(({ name, title }) => [name, title]))
  const missed = judgeMcp(run)
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ bar, subject, value, verdict }) => `${titles.get(subject)}, ${bar.says}: ${verdict} (${numberText(value)})`)
  const reasons = [...missed, ...run.unavailable, ...failuresOf(run)]
  return conclude(reasons)
}
