import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type LoadProcess, startLoad } from '../load/load-process.ts'
import { jobOf, type ScenarioName, type Size, warmUps } from '../scenarios.ts'
import { addressIn } from '../subjects/floor.ts'
import type { RunningSubject, Subject } from '../subjects/subject.ts'
import { startBenchProcess, untilReady } from './bench-process.ts'
import { answerFigures, type Figures, idleFigures, type ProcessWindow } from './figures.ts'
import { type ProcessUsage, readUsage } from './process-usage.ts'
import { watchPeak } from './watch-memory.ts'

const upstreamProgram = join(import.meta.dirname, '..', 'upstream.ts')
/** What a process still does after the last answer counts too, such as writing it down. */
const settleMs = 500
/** Idle sockets are measured from rest to rest: timers of the warm-up and the handshake have ended, the collector has run. */
const idleSettleMs = 8000
const watchEveryMs = 250

/** Cores of the machine by what runs there; undefined: no process is bound to any. */
export interface Cores {
  readonly subject: number
  /** Upstream and load client. */
  readonly harness: number
}

export interface MeasureOptions {
  readonly scenario: ScenarioName
  readonly size: Size
  readonly cores: Cores | undefined
  readonly ticksPerSecond: number
  readonly signal: AbortSignal
}

/** Starts upstream, subject and load client afresh, warms them up and measures once. Rejects when the subject cannot. */
export async function measureSubject(subject: Subject, options: MeasureOptions): Promise<Figures> {
  const { cores, signal, size, scenario } = options
  await using upstream = await startBenchProcess({
    command: process.execPath,
    args: [upstreamProgram],
    core: cores?.harness,
  })
  const address = await untilReady(upstream, () => addressIn(upstream.output()), 10_000, signal)
  await using running = await subject.start({ upstream: address, core: cores?.subject, signal })
  await using load = await startLoad(cores?.harness, signal)
  const { target } = running
  for (const job of warmUps(size, subject)) {
    const { finished, reasons } = await load.ask({ ...job, target }, signal)
    if (finished === 0) throw new Error(reasons[0] ?? 'No answer of the warm-up ended in time.')
  }
  await sleep(scenario === 'idle-sockets' ? idleSettleMs : settleMs, undefined, { signal })
  if (scenario === 'idle-sockets') return await measureIdle(running, load, options)
  const job = jobOf(scenario, size, subject)
  const { result, window } = await inWindow(running, options, async () => {
    const report = await load.ask({ ...job, target }, signal)
    await sleep(settleMs, undefined, { signal })
    return report
  })
  return answerFigures(result, job.parallel, window)
}

async function measureIdle(running: RunningSubject, load: LoadProcess, options: MeasureOptions): Promise<Figures> {
  const { target } = running
  if (target.type !== 'hearth') throw new Error('Only a WebSocket of Hearth stays open without a request.')
  const { result, window } = await inWindow(running, options, async () => {
    const opened = await load.openIdle(target, options.size.idleSockets, options.signal)
    await sleep(idleSettleMs, undefined, { signal: options.signal })
    return opened
  })
  if (window === undefined) throw new Error('The subject has no process.')
  // The peak is that of opening them; what counts is what they hold afterwards.
  return idleFigures(result, { ...window, peakBytes: window.after.residentBytes })
}

async function inWindow<Result>(
  { pid }: RunningSubject,
  { ticksPerSecond }: MeasureOptions,
  action: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly window: ProcessWindow | undefined }> {
  if (pid === undefined) return { result: await action(), window: undefined }
  const read = (): Promise<ProcessUsage> =>
    readUsage(pid, ticksPerSecond).catch((cause: unknown) => {
      throw new Error('The subject ended while it was measured.', { cause })
    })
  const before = await read()
  const startedAt = performance.now()
  const watch = new AbortController()
  const peak = watchPeak(async () => (await read()).residentBytes, watchEveryMs, watch.signal)
  // A subject that ends meanwhile is noticed below; nobody awaits the peak until then.
  peak.catch(() => undefined)
  try {
    const result = await action()
    const seconds = (performance.now() - startedAt) / 1000
    const after = await read()
    watch.abort()
    return { result, window: { before, after, peakBytes: await peak, seconds } }
  } finally {
    watch.abort()
    await peak.catch(() => undefined)
  }
}
