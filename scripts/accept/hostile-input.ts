import fc from 'fast-check'
import { type HostileReport, runHostileFrames } from '../../tests/gateway/hostile/run-hostile-frames.ts'
import { hostileRequest, sendHostile, type Verdict } from '../../tests/support/hostile-http.ts'
import { type Measure, type MeasuredHouse, startMeasuredHouse } from '../../tests/support/measure.ts'
import { type Figure, figure, type Scenario } from './figure.ts'

const full = { frames: 50_000, bodies: 2000 }
const sample = { frames: 3000, bodies: 200 }
const parallel = 8

/** Hostile frames and bodies on raw sockets; what the house holds afterwards against a baseline after a tenth of them. */
export const hostileInput: Scenario = async ({ say, isSample }) => {
  const all = isSample ? sample : full
  const seed = Number(process.env['HEARTH_FUZZ_SEED'] ?? Date.now() % 2 ** 31)
  say(`seed ${seed} (HEARTH_FUZZ_SEED repeats it)`)
  await using house = await startMeasuredHouse()
  const first = await attack(house, seed, { frames: all.frames / 10, bodies: all.bodies / 10 })
  const baseline = await house.measure()
  say('baseline taken')
  const second = await attack(house, seed + 1, { frames: (all.frames * 9) / 10, bodies: (all.bodies * 9) / 10 })
  const after = await settled(house, baseline)
  const isAdmitted = await house.isAdmitted()
  return [
    ...judgeAnswers(first, second),
    figure('the token was taken to the end', String(isAdmitted), isAdmitted),
    ...judgeMeasures(baseline, after, isSample),
  ]
}

interface Attack {
  readonly frames: HostileReport
  readonly bodies: readonly Verdict[]
}

async function attack(house: MeasuredHouse, seed: number, count: { frames: number; bodies: number }): Promise<Attack> {
  const frames = await runHostileFrames({ port: house.port, token: house.token, frames: count.frames, seed, parallel })
  const requests = fc.sample(hostileRequest(house.token), { seed, numRuns: count.bodies }).values()
  const bodies: Verdict[] = []
  const work = async (): Promise<void> => {
    for (const request of requests) bodies.push(await sendHostile(house.port, request))
  }
  await Promise.all(Array.from({ length: parallel }, work))
  return { frames, bodies }
}

/** Closing sockets need a moment; the longest wait is for runs that frames have started. */
async function settled(house: MeasuredHouse, baseline: Measure): Promise<Measure> {
  const deadline = Date.now() + 30_000
  let measure = await house.measure()
  while (!isLevel(baseline, measure) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    measure = await house.measure()
  }
  return measure
}

const isLevel = (baseline: Measure, now: Measure): boolean =>
  growth(baseline, now) <= 0.05 && sameResources(baseline, now)

const growth = (baseline: Measure, now: Measure): number => now.heapBytes / baseline.heapBytes - 1

const sameResources = (baseline: Measure, now: Measure): boolean =>
  Object.entries(now.resources).every(([name, count]) => count <= (baseline.resources[name] ?? 0))

function judgeAnswers(first: Attack, second: Attack): readonly Figure[] {
  const frames = first.frames.frames + second.frames.frames
  const failures = [...first.frames.failures, ...second.frames.failures]
  const bodies = [...first.bodies, ...second.bodies]
  const untyped = bodies.filter((verdict) => verdict !== 'typed' && verdict !== 'cut')
  const cut = bodies.filter((verdict) => verdict === 'cut').length
  return [
    figure(
      'hostile frames',
      `${frames}, not answered by the protocol: ${failures.length} ${failures[0]?.says ?? ''}`,
      failures.length === 0,
    ),
    figure('error codes of the second part', JSON.stringify(second.frames.codes)),
    figure('hostile bodies', `${bodies.length}, untyped: ${untyped.length} ${untyped[0] ?? ''}`, untyped.length === 0),
    figure('of these cut before an answer', String(cut)),
  ]
}

function judgeMeasures(baseline: Measure, after: Measure, isSample: boolean): readonly Figure[] {
  const percent = `${(growth(baseline, after) * 100).toFixed(1)} %`
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
  return [
    figure('errors that nobody caught', String(after.failures.length), after.failures.length === 0),
    figure(
      'heap, baseline and after',
      `${mb(baseline.heapBytes)} ${mb(after.heapBytes)} (${percent})`,
      isSample || growth(baseline, after) <= 0.05,
    ),
    figure('handles, baseline', JSON.stringify(baseline.resources)),
    figure('handles, after', JSON.stringify(after.resources), sameResources(baseline, after)),
  ]
}
