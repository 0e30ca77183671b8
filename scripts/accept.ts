import { cancel } from './accept/cancel.ts'
import { officialClients } from './accept/clients.ts'
import { engineCrash } from './accept/engine-crash.ts'
import { faults } from './accept/faults.ts'
import type { Figure, Scenario } from './accept/figure.ts'
import { hostileInput } from './accept/hostile-input.ts'
import { sixteenLanes } from './accept/lanes.ts'
import { liveSettings } from './accept/live-settings.ts'
import { mcpSpeed } from './accept/mcp-speed.ts'
import { toggleTruth } from './accept/mcp-toggles.ts'
import { manyUpstreams } from './accept/mcp-upstreams.ts'
import { mutate } from './accept/mutate.ts'
import { page } from './accept/page.ts'
import { startAndAsk } from './accept/start-and-ask.ts'

const scenarios: Readonly<Record<string, { readonly run: Scenario; readonly says: string }>> = {
  start: { run: startAndAsk, says: 'two commands, a picture, the second start, three processes' },
  engine: { run: engineCrash, says: 'kill -9 of the engine mid-answer, two answers at once' },
  settings: { run: liveSettings, says: 'profiles edited while 20 streams run' },
  lanes: { run: sixteenLanes, says: '16 lanes of one socket with pictures and text' },
  hostile: { run: hostileInput, says: '50,000 hostile frames and 2,000 hostile bodies' },
  clients: { run: officialClients, says: 'the official clients, unmodified, against a whole house' },
  faults: { run: faults, says: '500 faults of every vendor: outcomes, and nothing left behind' },
  cancel: { run: cancel, says: "1200 cancels: from the client's act to the close of the vendor's socket" },
  upstreams: { run: manyUpstreams, says: '300 MCP servers, of which 90 are dead, slow or flooding' },
  toggles: { run: toggleTruth, says: '1000 switches of servers and tools under load of 20 clients' },
  tools: { run: mcpSpeed, says: 'calls of tools beside direct ones, a list of 500 tools, 500 listeners told' },
  page: { run: page, says: 'the page in Chromium: pairs, streams, heals; its size, speed and accessibility' },
  mutate: { run: mutate, says: 'one behaviour per area removed, the tests go red' },
}

const help = `Measures what Hearth promises and prints the figures.

  npm run accept                 every scenario but mutate
  npm run accept -- NAME …       only these

${Object.entries(scenarios)
  .map(([name, { says }]) => `  ${name.padEnd(9)} ${says}`)
  .join('\n')}

Exit code: 0 when every figure holds, 1 when one does not, 2 for a wrong name.
`

async function main(names: readonly string[]): Promise<number> {
  if (names.includes('--help') || names.includes('-h')) {
    process.stdout.write(help)
    return 0
  }
  const unknown = names.find((name) => scenarios[name] === undefined)
  if (unknown !== undefined) {
    process.stderr.write(`There is no scenario "${unknown}".\n\n${help}`)
    return 2
  }
  const wanted = names.length > 0 ? names : Object.keys(scenarios).filter((name) => name !== 'mutate')
  const ended = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort(new Error(signal)))
  const figures: Figure[] = []
  for (const name of wanted) {
    figures.push(...(await runScenario(name, ended.signal)))
    if (ended.signal.aborted) return 130
  }
  const broken = figures.filter(({ holds }) => !holds).length
  console.log(`\n${figures.length - broken} of ${figures.length} figures hold`)
  return broken === 0 ? 0 : 1
}

async function runScenario(name: string, signal: AbortSignal): Promise<readonly Figure[]> {
  const scenario = scenarios[name]
  if (scenario === undefined) return []
  console.log(`\n${name}: ${scenario.says}`)
  const say = (line: string): void => console.log(`  … ${line}`)
  const figures = await scenario.run({ say, signal, isSample: false }).catch((error: unknown): readonly Figure[] => [
    {
      what: `${name} failed`,
      value: error instanceof Error ? (error.stack ?? error.message) : String(error),
      holds: false,
    },
  ])
  for (const { what, value, holds } of figures) console.log(`  ${holds ? 'ok ' : 'NOT'}  ${what}: ${value}`)
  return figures
}

process.exitCode = await main(process.argv.slice(2))
