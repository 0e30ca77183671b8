import type { AnswersReport } from '../load/load-job.ts'
import { median } from './percentile.ts'
import type { ProcessUsage } from './process-usage.ts'

/** What one measurement gave; NaN where a figure makes no sense. Times in ms, sizes in bytes, CPU in s. */
export interface Figures {
  readonly finished: number
  readonly failed: number
  /** Broken off at the time limit. */
  readonly unfinished: number
  readonly lost: number
  readonly repeated: number
  readonly tokensPerSecond: number
  readonly firstTokenP50: number
  readonly firstTokenP99: number
  readonly gapP50: number
  readonly gapP99: number
  readonly oneWayP50: number
  readonly oneWayP99: number
  readonly cpuPerMillionTokens: number
  readonly cpuMsPerAnswer: number
  /** Of one core. */
  readonly cpuShare: number
  /**
   * How much of the time the subject's main thread was ready to run and had to wait: for other processes, and for the
   * subject's own other threads, such as a database or the collector.
   */
  readonly waitShare: number
  readonly residentBefore: number
  readonly residentPeak: number
  /** Growth of the resident memory for each answer that ran, or for each idle socket. */
  readonly bytesEach: number
}

export type FigureName = keyof Figures

/** What the measured process had used before and after, and its highest memory; undefined when there is none. */
export interface ProcessWindow {
  readonly before: ProcessUsage
  readonly after: ProcessUsage
  readonly peakBytes: number
  readonly seconds: number
}

export function answerFigures(report: AnswersReport, streams: number, window: ProcessWindow | undefined): Figures {
  const { received, lost, repeated } = report.counts
  const cpuSeconds = window === undefined ? Number.NaN : window.after.cpuSeconds - window.before.cpuSeconds
  return {
    finished: report.finished,
    failed: report.failed,
    unfinished: report.unfinished,
    lost,
    repeated,
    tokensPerSecond: received / (report.elapsedMs / 1000),
    firstTokenP50: report.firstTokenMs.p50,
    firstTokenP99: report.firstTokenMs.p99,
    gapP50: report.gapMs.p50,
    gapP99: report.gapMs.p99,
    oneWayP50: report.oneWayMs.p50,
    oneWayP99: report.oneWayMs.p99,
    cpuPerMillionTokens: (cpuSeconds / received) * 1e6,
    cpuMsPerAnswer: (cpuSeconds / (report.finished + report.failed + report.unfinished)) * 1000,
    cpuShare: cpuSeconds / (window?.seconds ?? Number.NaN),
    waitShare:
      window === undefined ? Number.NaN : (window.after.waitSeconds - window.before.waitSeconds) / window.seconds,
    ...memoryFigures(streams, window),
  }
}

export function idleFigures(opened: number, window: ProcessWindow): Figures {
  return { ...nothingMeasured, finished: opened, failed: 0, unfinished: 0, ...memoryFigures(opened, window) }
}

function memoryFigures(
  count: number,
  window: ProcessWindow | undefined,
): Pick<Figures, 'residentBefore' | 'residentPeak' | 'bytesEach'> {
  const [before, peak] = [window?.before.residentBytes ?? Number.NaN, window?.peakBytes ?? Number.NaN]
  return { residentBefore: before, residentPeak: peak, bytesEach: (peak - before) / count }
}

/** Every figure NaN. */
export const nothingMeasured: Figures = {
  finished: Number.NaN,
  failed: Number.NaN,
  unfinished: Number.NaN,
  lost: Number.NaN,
  repeated: Number.NaN,
  tokensPerSecond: Number.NaN,
  firstTokenP50: Number.NaN,
  firstTokenP99: Number.NaN,
  gapP50: Number.NaN,
  gapP99: Number.NaN,
  oneWayP50: Number.NaN,
  oneWayP99: Number.NaN,
  cpuPerMillionTokens: Number.NaN,
  cpuMsPerAnswer: Number.NaN,
  cpuShare: Number.NaN,
  waitShare: Number.NaN,
  residentBefore: Number.NaN,
  residentPeak: Number.NaN,
  bytesEach: Number.NaN,
}

/** Of these no round may be hidden by the others. */
const worst: ReadonlySet<string> = new Set<FigureName>(['failed', 'unfinished', 'lost', 'repeated'])

/** The median of each figure over the rounds; of what must not happen, the highest. */
export function overRounds(rounds: readonly Figures[]): Figures {
  const figures: Record<FigureName, number> = { ...nothingMeasured }
  for (const name of Object.keys(nothingMeasured) as FigureName[]) {
    const values = rounds.map((round) => round[name])
    figures[name] = worst.has(name) ? Math.max(...values) : median(values)
  }
  return figures
}
