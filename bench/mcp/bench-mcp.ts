import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describeMachine, pickCores, raisePriority } from '../machine.ts'
import { readTicksPerSecond } from '../measure/process-usage.ts'
import { type McpMeasureOptions, measureMcp } from './measure.ts'
import { type McpOptions, mcpUsage, readMcpOptions } from './options.ts'
import { conclusionOfMcp } from './report/bars.ts'
import type { McpRun, McpSample } from './report/mcp-run.ts'
import { mcpResultsPage, mcpSummary } from './report/page.ts'
import { type McpSubject, mcpSubjects } from './subjects.ts'

const names = mcpSubjects.map(({ name }) => name)

/** `npm run bench -- --mcp`: resolves with the exit code. @throws Error for options that are none. */
export async function benchMcp(args: readonly string[], root: string, signal: AbortSignal): Promise<0 | 1> {
  const options = readMcpOptions(args, names)
  if (options === 'help') {
    console.log(mcpUsage.replace('SUBJECTS', names.join(', ')))
    return 0
  }
  const run = await runMcp(options, args, root, signal)
  const page = mcpResultsPage(run)
  console.log(page)
  if (options.out !== undefined) {
    await writeFile(resolve(root, options.out), page)
    console.error(`Written to ${options.out}.`)
  }
  if (!options.isWhole) return 0
  const { code, says } = conclusionOfMcp(run)
  console.error(says)
  return code
}

async function runMcp(
  options: McpOptions,
  args: readonly string[],
  root: string,
  signal: AbortSignal,
): Promise<McpRun> {
  const chosen = mcpSubjects.filter(
    ({ name, scenarios }) =>
      options.subjects.includes(name) && scenarios.some((scenario) => options.scenarios.includes(scenario)),
  )
  const unavailable = chosen.flatMap((subject) => subject.unavailable() ?? [])
  for (const line of unavailable) console.error(line)
  const present = chosen.filter((subject) => subject.unavailable() === undefined)
  const cores = pickCores()
  const facts = {
    subjects: present.map(({ name, title, description }) => ({ name, title, description })),
    scenarios: options.scenarios,
    size: options.size,
    unavailable,
    machine: describeMachine(cores, raisePriority(), root),
    command: ['npm run bench -- --mcp', ...args].join(' '),
    startedAt: new Date(),
  }
  const common = { size: options.size, cores, ticksPerSecond: readTicksPerSecond(), signal }
  return { ...facts, samples: await measureAll(present, options, common) }
}

/** The subjects take turns within a round and a scenario, each time another one first. */
async function measureAll(
  present: readonly McpSubject[],
  { size, scenarios }: McpOptions,
  common: Omit<McpMeasureOptions, 'scenario'>,
): Promise<readonly McpSample[]> {
  const samples: McpSample[] = []
  for (let round = 0; round < size.rounds; round += 1) {
    for (const scenario of scenarios) {
      const taking = present.filter((subject) => subject.scenarios.includes(scenario))
      const first = round % Math.max(1, taking.length)
      for (const subject of [...taking.slice(first), ...taking.slice(0, first)]) {
        const sample = await measureOnce(subject, round, { ...common, scenario })
        samples.push(sample)
        console.error(`round ${round + 1}/${size.rounds} ${scenario} ${subject.name}: ${mcpSummary(sample)}`)
      }
    }
  }
  return samples
}

async function measureOnce(subject: McpSubject, round: number, options: McpMeasureOptions): Promise<McpSample> {
  const place = { subject: subject.name, scenario: options.scenario, round }
  try {
    return { ...place, status: 'measured', figures: await measureMcp(subject, options) }
  } catch (error) {
    options.signal.throwIfAborted()
    return { ...place, status: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
}
