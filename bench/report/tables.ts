import type { Figures } from '../measure/figures.ts'
import type { ScenarioName } from '../scenarios.ts'
import { type BenchRun, figuresOf, floorOf } from './bench-run.ts'
import { markdownTable, numberText } from './markdown-table.ts'

/** What a column shows; `direct` and `pipe` are the figures of the floors, all NaN when they were not measured. */
type Cell = (own: Figures, floors: { readonly direct: Figures; readonly pipe: Figures }) => string
type Column = readonly [head: string, cell: Cell]

const number =
  (of: (own: Figures) => number): Cell =>
  (own) =>
    numberText(of(own))
const pair =
  (p50: keyof Figures, p99: keyof Figures): Cell =>
  (own) =>
    `${numberText(own[p50])} / ${numberText(own[p99])}`
const added =
  (p50: keyof Figures, p99: keyof Figures): Cell =>
  (own, { direct }) =>
    `${numberText(own[p50] - direct[p50])} / ${numberText(own[p99] - direct[p99])}`
const megabytes = (bytes: number): string => numberText(Math.round(bytes / 1e6))
const kilobytes = (bytes: number): string => numberText(bytes / 1000)
const answers: Cell = ({ finished, failed, unfinished }) => [finished, failed, unfinished].map(numberText).join(' / ')
const tokens: Cell = ({ lost, repeated }) => [lost, repeated].map(numberText).join(' / ')

const endings: readonly Column[] = [
  ['waited for its core, %', ({ waitShare }) => numberText(waitShare * 100)],
  ['answers ended / failed / not in 60 s', answers],
  ['tokens lost / repeated', tokens],
]

const columns: Readonly<Record<ScenarioName, readonly Column[]>> = {
  'first-token': [
    ['first token p50 / p99, ms', pair('firstTokenP50', 'firstTokenP99')],
    ['added p50 / p99, ms', added('firstTokenP50', 'firstTokenP99')],
    ['CPU per answer, ms', number(({ cpuMsPerAnswer }) => cpuMsPerAnswer)],
    ...endings,
  ],
  throughput: [
    ['tokens/s', number(({ tokensPerSecond }) => tokensPerSecond)],
    ['of the pipe', (own, { pipe }) => numberText(own.tokensPerSecond / pipe.tokensPerSecond)],
    ['CPU s per million tokens', number(({ cpuPerMillionTokens }) => cpuPerMillionTokens)],
    ['first token p50 / p99, ms', pair('firstTokenP50', 'firstTokenP99')],
    ['RSS peak, MB', ({ residentPeak }) => megabytes(residentPeak)],
    ...endings,
  ],
  'slow-streams': [
    ['tokens/s', number(({ tokensPerSecond }) => tokensPerSecond)],
    ['one-way p50 / p99, ms', pair('oneWayP50', 'oneWayP99')],
    ['added p50 / p99, ms', added('oneWayP50', 'oneWayP99')],
    ['gap p50 / p99, ms', pair('gapP50', 'gapP99')],
    ['first token p50 / p99, ms', pair('firstTokenP50', 'firstTokenP99')],
    ['CPU, % of a core', ({ cpuShare }) => numberText(cpuShare * 100)],
    ['CPU s per million tokens', number(({ cpuPerMillionTokens }) => cpuPerMillionTokens)],
    ['RSS, MB', ({ residentBefore, residentPeak }) => `${megabytes(residentBefore)} → ${megabytes(residentPeak)}`],
    ['KB per stream', ({ bytesEach }) => kilobytes(bytesEach)],
    ...endings,
  ],
  'idle-sockets': [
    ['sockets', number(({ finished }) => finished)],
    ['RSS, MB', ({ residentBefore, residentPeak }) => `${megabytes(residentBefore)} → ${megabytes(residentPeak)}`],
    ['KB per socket', ({ bytesEach }) => kilobytes(bytesEach)],
  ],
}

/** The table of one scenario: a row for each subject that was measured, in the order of the subjects. */
export function scenarioTable(run: BenchRun, scenario: ScenarioName): string {
  const floors = { direct: floorOf(run, scenario, 'direct'), pipe: floorOf(run, scenario, 'pipe') }
  const rows = run.subjects.flatMap(({ name, title }) => {
    const own = figuresOf(run, scenario, name)
    return own === undefined ? [] : [[title, ...columns[scenario].map(([, cell]) => cell(own, floors))]]
  })
  return markdownTable(['', ...columns[scenario].map(([head]) => head)], rows)
}
