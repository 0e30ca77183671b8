import type { Figures } from '../measure/figures.ts'
import type { ScenarioName } from '../scenarios.ts'
import { type BenchRun, figuresOf, floorOf, hasFailed } from './bench-run.ts'
import { type BarRule, type Judged, judgeBars } from './judge-bars.ts'

/** What Hearth has to reach, by issue and by the figures of the same run. */
export interface Bar extends BarRule<ScenarioName> {
  readonly value: (own: Figures, floors: { readonly direct: Figures; readonly pipe: Figures }) => number
}

const both = ['hearth-ws-never', 'hearth-http-never']
const all = [...both, 'hearth-ws-auto', 'hearth-http-auto']

const bars: readonly Bar[] = [
  {
    says: 'time to first token, added p50, ms',
    scenario: 'first-token',
    subjects: all,
    value: (own, { direct }) => own.firstTokenP50 - direct.firstTokenP50,
    limit: { atMost: 2 },
  },
  {
    says: 'tokens/s at 64 streams, of the raw pipe',
    scenario: 'throughput',
    subjects: all,
    value: (own, { pipe }) => own.tokensPerSecond / pipe.tokensPerSecond,
    limit: { atLeast: 0.5 },
  },
  {
    says: 'server CPU s per million tokens, nothing joined',
    scenario: 'throughput',
    subjects: both,
    value: ({ cpuPerMillionTokens }) => cpuPerMillionTokens,
    limit: { atMost: 18 },
  },
  {
    says: 'slow streams: tokens lost or repeated, answers failed or late',
    scenario: 'slow-streams',
    subjects: all,
    value: ({ lost, repeated, failed, unfinished }) => lost + repeated + failed + unfinished,
    limit: { atMost: 0 },
  },
  {
    says: 'slow streams: added one-way delay p99, ms',
    scenario: 'slow-streams',
    subjects: all,
    value: (own, { direct }) => own.oneWayP99 - direct.oneWayP99,
    limit: { atMost: 25 },
  },
  {
    says: 'slow streams: RSS growth, KB per stream',
    scenario: 'slow-streams',
    subjects: all,
    value: ({ bytesEach }) => bytesEach / 1000,
    limit: { atMost: 150 },
  },
  {
    says: 'idle authenticated WebSocket, KB',
    scenario: 'idle-sockets',
    subjects: ['hearth-ws-never', 'hearth-ws-auto'],
    value: ({ bytesEach }) => bytesEach / 1000,
    limit: { atMost: 20 },
  },
]

/** Each bar for each of its subjects that the run was to measure. */
export const judge = (run: BenchRun): readonly Judged<Bar>[] =>
  judgeBars(run, bars, {
    measure: (bar, subject) => {
      const own = figuresOf(run, bar.scenario, subject)
      const floors = { direct: floorOf(run, bar.scenario, 'direct'), pipe: floorOf(run, bar.scenario, 'pipe') }
      return own === undefined ? Number.NaN : bar.value(own, floors)
    },
    hasFailed: ({ scenario }, subject) => hasFailed(run, scenario, subject),
  })
