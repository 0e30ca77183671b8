import type { Figures } from '../measure/figures.ts'
import type { ScenarioName } from '../scenarios.ts'
import { type BenchRun, figuresOf, floorOf, hasFailed } from './bench-run.ts'

/** What Hearth has to reach, by issue and by the figures of the same run. */
export interface Bar {
  readonly says: string
  readonly scenario: ScenarioName
  /** By which ways in; the figure of each counts. */
  readonly subjects: readonly string[]
  readonly value: (own: Figures, floors: { readonly direct: Figures; readonly pipe: Figures }) => number
  readonly limit: { readonly atLeast: number } | { readonly atMost: number }
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

export interface Judgement {
  readonly bar: Bar
  readonly subject: string
  /** NaN when the subject, or what it is held against, was not measured. */
  readonly value: number
  /** A round that failed fails the bar, whatever the others gave. */
  readonly verdict: 'pass' | 'fail' | 'not measured'
}

/** Each bar for each of its subjects that the run was to measure. */
export function judge(run: BenchRun): readonly Judgement[] {
  const names = new Set(run.subjects.map(({ name }) => name))
  return bars
    .filter(({ scenario }) => run.scenarios.includes(scenario))
    .flatMap((bar) => bar.subjects.filter((name) => names.has(name)).map((name) => judgeOne(run, bar, name)))
}

function judgeOne(run: BenchRun, bar: Bar, subject: string): Judgement {
  const own = figuresOf(run, bar.scenario, subject)
  const floors = { direct: floorOf(run, bar.scenario, 'direct'), pipe: floorOf(run, bar.scenario, 'pipe') }
  const value = own === undefined ? Number.NaN : bar.value(own, floors)
  if (hasFailed(run, bar.scenario, subject)) return { bar, subject, value, verdict: 'fail' }
  if (Number.isNaN(value)) return { bar, subject, value, verdict: 'not measured' }
  const isReached = 'atLeast' in bar.limit ? value >= bar.limit.atLeast : value <= bar.limit.atMost
  return { bar, subject, value, verdict: isReached ? 'pass' : 'fail' }
}
