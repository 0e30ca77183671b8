// `npm run bench`: measures Hearth beside direct access, a raw pipe and the installed peers; with --mcp first its MCP
// endpoint. Options: --help.
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describeMachine, pickCores, raisePriority } from './machine.ts'
import { benchMcp } from './mcp/bench-mcp.ts'
import { type MeasureOptions, measureSubject } from './measure/measure-subject.ts'
import { readTicksPerSecond } from './measure/process-usage.ts'
import { type BenchOptions, readOptions, usage } from './options.ts'
import type { BenchRun, Sample } from './report/bench-run.ts'
import { conclusionOf } from './report/conclusion.ts'
import { resultsPage } from './report/results-page.ts'
import { summaryLine } from './report/summary-line.ts'
import { type ScenarioName, tokensUnpaced } from './scenarios.ts'
import type { Subject } from './subjects/subject.ts'
import { subjects } from './subjects/subjects.ts'

const root = resolve(import.meta.dirname, '..')
const names = subjects.map(({ name }) => name)

async function bench(options: BenchOptions, args: readonly string[], signal: AbortSignal): Promise<BenchRun> {
  const chosen = subjects.filter(({ name }) => options.subjects.includes(name))
  const unavailable = chosen.flatMap((subject) => subject.unavailable() ?? [])
  for (const line of unavailable) console.error(line)
  const present = chosen.filter((subject) => subject.unavailable() === undefined)
  const cores = pickCores()
  const facts = {
    subjects: present.map((subject) => ({
      name: subject.name,
      title: subject.title,
      description: subject.description,
      tokensUnpaced: tokensUnpaced(options.size, subject),
    })),
    scenarios: options.scenarios,
    size: options.size,
    unavailable,
    machine: describeMachine(cores, raisePriority(), root),
    command: ['npm run bench', ...(args.length === 0 ? [] : ['--', ...args])].join(' '),
    startedAt: new Date(),
  }
  const samples = await measureAll(present, options, {
    size: options.size,
    cores,
    ticksPerSecond: readTicksPerSecond(),
    signal,
  })
  return { ...facts, samples }
}

/** The subjects take turns within a round and a scenario, each time another one first. */
async function measureAll(
  present: readonly Subject[],
  { size, scenarios }: BenchOptions,
  common: Omit<MeasureOptions, 'scenario'>,
): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  for (let round = 0; round < size.rounds; round += 1) {
    const order = [...present.slice(round % present.length), ...present.slice(0, round % present.length)]
    for (const scenario of scenarios) {
      for (const subject of order.filter((one) => takesPart(one, scenario))) {
        const startedAt = performance.now()
        const sample = await measureOnce(subject, round, { ...common, scenario })
        samples.push(sample)
        const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
        console.error(
          `round ${round + 1}/${size.rounds} ${scenario} ${subject.name}: ${summaryLine(sample)} (${seconds} s)`,
        )
      }
    }
  }
  return samples
}

/** Only a WebSocket stays open without a request. */
const takesPart = ({ name }: Subject, scenario: ScenarioName): boolean =>
  scenario !== 'idle-sockets' || name.startsWith('hearth-ws')

async function measureOnce(subject: Subject, round: number, options: MeasureOptions): Promise<Sample> {
  const place = { subject: subject.name, scenario: options.scenario, round }
  try {
    return { ...place, status: 'measured', figures: await measureSubject(subject, options) }
  } catch (error) {
    options.signal.throwIfAborted()
    return { ...place, status: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}

async function publish(run: BenchRun, out: string | undefined): Promise<void> {
  const page = resultsPage(run)
  console.log(page)
  if (out === undefined) return
  await writeFile(resolve(root, out), page)
  console.error(`Written to ${out}.`)
}

async function main(args: readonly string[]): Promise<void> {
  const abort = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => abort.abort(new Error(`Stopped by ${name}.`)))
  if (args[0] === '--mcp') {
    process.exitCode = await benchMcp(args.slice(1), root, abort.signal)
    return
  }
  const options = readOptions(args, names)
  if (options === 'help') return console.log(usage.replace('SUBJECTS', names.join(', ')))
  const run = await bench(options, args, abort.signal)
  await publish(run, options.out)
  if (!options.isWhole) return
  const { code, says } = conclusionOf(run)
  console.error(says)
  process.exitCode = code
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
