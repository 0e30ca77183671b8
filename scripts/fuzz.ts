// `npm run fuzz`: hostile frames, HTTP bodies and vendor streams by the hundred thousand. Stops by itself; exit code 0 when
// nothing was wrong, 1 when something was, 2 for a wrong option, 130 when it was stopped.
import { parseArgs } from 'node:util'
import { type Measure, type MeasuredHouse, startMeasuredHouse } from '../tests/support/measure.ts'
import { fuzzBodies } from './fuzz/bodies/fuzz-bodies.ts'
import { describeReport, type FuzzPart, fuzzParts } from './fuzz/describe-report.ts'
import { fuzzFrames } from './fuzz/fuzz-frames.ts'
import type { FuzzReport, FuzzRun } from './fuzz/fuzz-report.ts'
import { showProgress } from './fuzz/show-progress.ts'
import { fuzzStreams } from './fuzz/streams/fuzz-streams.ts'

const help = `Sends Hearth what nobody should send, and reads what no vendor should answer.

  npm run fuzz                              everything; about five minutes on two cores
  npm run fuzz -- --seed 7                  the same again: each item depends on the seed and its number
  npm run fuzz -- --frames 0 --bodies 0     only streams

  --seed N       default: from the clock
  --frames N     hostile WebSocket frames on raw sockets (1000000)
  --bodies N     hostile HTTP requests to the REST API and the OpenAI-compatible routes (100000)
  --streams N    vendor streams broken, cut at every place, and cut off (100000)
`

interface Options {
  readonly seed: number
  readonly counts: Readonly<Record<FuzzPart, number>>
}

/** Heap that a house may hold at the end beyond what it held after its start: caches and the history of the runs. */
const heapGrowthBytes = 100 * 1024 * 1024

async function main({ seed, counts }: Options): Promise<number> {
  const ended = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => ended.abort(new Error(name)))
  console.log(`seed ${seed}`)
  await using house = await startMeasuredHouse()
  const before = await house.measure()
  let failures = 0
  for (const part of fuzzParts.filter((name) => counts[name] > 0)) {
    failures += await runPart(part, house, { seed, count: counts[part], signal: ended.signal })
    if (ended.signal.aborted) return 130
  }
  failures += judgeHouse(before, await house.measure())
  failures += judgeToken(await house.isAdmitted())
  console.log(failures === 0 ? 'Nothing was wrong.' : `${failures} things were wrong.`)
  return failures === 0 ? 0 : 1
}

async function runPart(part: FuzzPart, house: MeasuredHouse, run: Omit<FuzzRun, 'onProgress'>): Promise<number> {
  const progress = showProgress(process.stderr, part, run.count)
  const withProgress = { ...run, onProgress: progress.update }
  const report = await runners[part](house, withProgress)
  progress.end(report.done)
  for (const line of describeReport(part, report)) console.log(line)
  return report.failures.length
}

const runners: Readonly<Record<FuzzPart, (house: MeasuredHouse, run: FuzzRun) => Promise<FuzzReport>>> = {
  frames: fuzzFrames,
  bodies: fuzzBodies,
  streams: (_house, run) => fuzzStreams(run),
}

function judgeHouse(before: Measure, after: Measure): number {
  const grown = after.heapBytes - before.heapBytes
  console.log(`house: ${after.failures.length} errors that nobody caught, heap grown by ${(grown / 1e6).toFixed(1)} MB`)
  for (const failure of after.failures.slice(0, 5)) console.log(`  ${failure}`)
  return after.failures.length + (grown > heapGrowthBytes ? 1 : 0)
}

function judgeToken(isAdmitted: boolean): number {
  if (isAdmitted) return 0
  console.log('The token of the fuzzer is refused: what was sent after it was revoked tested nothing.')
  return 1
}

/** Undefined when the help is wanted. @throws Error for an option that is not there or no whole number. */
function optionsOf(args: readonly string[]): Options | undefined {
  const option = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: { seed: option, frames: option, bodies: option, streams: option, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help === true) return undefined
  return {
    seed: whole('seed', values.seed, Date.now() % 2 ** 30),
    counts: {
      frames: whole('frames', values.frames, 1_000_000),
      bodies: whole('bodies', values.bodies, 100_000),
      streams: whole('streams', values.streams, 100_000),
    },
  }
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} wants a whole number up to 999999999, not "${text}".`)
  return Number(text)
}

type Wish = { readonly status: 'run'; readonly options: Options } | { readonly status: 'told'; readonly code: number }

function wishOf(args: readonly string[]): Wish {
  try {
    const options = optionsOf(args)
    if (options !== undefined) return { status: 'run', options }
    process.stdout.write(help)
    return { status: 'told', code: 0 }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    return { status: 'told', code: 2 }
  }
}

const wish = wishOf(process.argv.slice(2))
process.exitCode = wish.status === 'run' ? await main(wish.options) : wish.code
