import { parseArgs } from 'node:util'
import { fullSize, quickSize, type ScenarioName, type Size, scenarioNames } from './scenarios.ts'

export interface BenchOptions {
  readonly size: Size
  readonly subjects: readonly string[]
  readonly scenarios: readonly ScenarioName[]
  /** Everything at full size: what the bars are judged by. */
  readonly isWhole: boolean
  /** Where the tables go; undefined: to the standard output alone. */
  readonly out: string | undefined
}

export const usage = `npm run bench -- [--quick] [--only NAMES] [--scenario NAMES] [--rounds N] [--out FILE]

Measures Hearth beside direct access, a raw pipe and the peers that bench/peers/setup installed. A whole run ends with exit
code 1 when a bar is not passed or a subject was not measured.

  --quick      one short round, to see that everything runs
  --only       subjects, with commas: SUBJECTS
  --scenario   ${scenarioNames.join(', ')}
  --rounds     how often everything is measured; the medians count (default 3)
  --out FILE   where the tables go; default bench/RESULTS.md for a whole run, else only the screen
  --mcp        as the first option: measures the MCP endpoint instead; --mcp --help tells more`

/** @throws Error that names what is wrong. */
export function readOptions(args: readonly string[], known: readonly string[]): BenchOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      scenario: { type: 'string' },
      rounds: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return 'help'
  const base = values.quick ? quickSize : fullSize
  const isWhole = !values.quick && values.only === undefined && values.scenario === undefined
  return {
    size: { ...base, rounds: roundsOf(values.rounds, base.rounds) },
    subjects: chosen('--only', values.only, known),
    scenarios: chosen('--scenario', values.scenario, scenarioNames),
    isWhole,
    out: values.out ?? (isWhole ? 'bench/RESULTS.md' : undefined),
  }
}

/** The names in `text` that are known, in the order of the tables; all without a text. @throws Error for another one. */
export function chosen<Name extends string>(
  option: string,
  text: string | undefined,
  known: readonly Name[],
): readonly Name[] {
  if (text === undefined) return known
  const names = text.split(',')
  const unknown = names.find((name) => !known.some((other) => other === name))
  if (unknown !== undefined) throw new Error(`${option}: '${unknown}' is none of ${known.join(', ')}`)
  return known.filter((name) => names.includes(name))
}

/** @throws Error when it is no number from 1 to 100. */
export function roundsOf(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  const rounds = Number(text)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) throw new Error('--rounds is a number from 1 to 100')
  return rounds
}
