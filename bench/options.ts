import { parseArgs } from 'node:util'
import { fullSize, quickSize, type ScenarioName, type Size, scenarioNames } from './scenarios.ts'

export type BenchOptions = RunOptions<Size, ScenarioName>

/** What is measured in one run of a bench. */
export interface RunOptions<SizeOf, Name extends string> {
  readonly size: SizeOf
  readonly subjects: readonly string[]
  readonly scenarios: readonly Name[]
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
export const readOptions = (args: readonly string[], known: readonly string[]): BenchOptions | 'help' =>
  readBenchOptions(args, {
    subjects: known,
    scenarios: scenarioNames,
    sizes: { quick: quickSize, full: fullSize },
    results: 'bench/RESULTS.md',
  })

/** What one bench can measure, and where the tables of a whole run go. */
interface BenchChoice<SizeOf extends { readonly rounds: number }, Name extends string> {
  readonly subjects: readonly string[]
  readonly scenarios: readonly Name[]
  readonly sizes: { readonly quick: SizeOf; readonly full: SizeOf }
  readonly results: string
}

/** The options that every bench takes. @throws Error that names what is wrong. */
export function readBenchOptions<SizeOf extends { readonly rounds: number }, Name extends string>(
  args: readonly string[],
  { subjects, scenarios, sizes, results }: BenchChoice<SizeOf, Name>,
): RunOptions<SizeOf, Name> | 'help' {
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
  const base = values.quick ? sizes.quick : sizes.full
  const isWhole = !values.quick && values.only === undefined && values.scenario === undefined
  return {
    size: { ...base, rounds: roundsOf(values.rounds, base.rounds) },
    subjects: chosen('--only', values.only, subjects),
    scenarios: chosen('--scenario', values.scenario, scenarios),
    isWhole,
    out: values.out ?? (isWhole ? results : undefined),
  }
}

/** The names in `text` that are known, in the order of the tables; all without a text. @throws Error for another one. */
function chosen<Name extends string>(
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
function roundsOf(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  const rounds = Number(text)
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) throw new Error('--rounds is a number from 1 to 100')
  return rounds
}
