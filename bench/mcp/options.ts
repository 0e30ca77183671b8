import { parseArgs } from 'node:util'
import { chosen, roundsOf } from '../options.ts'
import { fullMcpSize, type McpScenarioName, type McpSize, mcpScenarioNames, quickMcpSize } from './scenarios.ts'

export interface McpOptions {
  readonly size: McpSize
  readonly subjects: readonly string[]
  readonly scenarios: readonly McpScenarioName[]
  /** Everything at full size: what the bars are judged by. */
  readonly isWhole: boolean
  /** Where the tables go; undefined: to the standard output alone. */
  readonly out: string | undefined
}

export const mcpUsage = `npm run bench -- --mcp [--quick] [--only NAMES] [--scenario NAMES] [--rounds N] [--out FILE]

Measures Hearth's MCP endpoint beside direct calls, a raw pipe and mcp-hub, which bench/peers/setup installed. A whole run
ends with exit code 1 when a bar is not passed or a subject was not measured.

  --quick      one short round, to see that everything runs
  --only       subjects, with commas: SUBJECTS
  --scenario   ${mcpScenarioNames.join(', ')}
  --rounds     how often everything is measured; the medians count (default 3)
  --out FILE   where the tables go; default bench/RESULTS-mcp.md for a whole run, else only the screen`

/** Reads what stands after `--mcp`. @throws Error that names what is wrong. */
export function readMcpOptions(args: readonly string[], known: readonly string[]): McpOptions | 'help' {
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
  const base = values.quick ? quickMcpSize : fullMcpSize
  const isWhole = !values.quick && values.only === undefined && values.scenario === undefined
  return {
    size: { ...base, rounds: roundsOf(values.rounds, base.rounds) },
    subjects: chosen('--only', values.only, known),
    scenarios: chosen('--scenario', values.scenario, mcpScenarioNames),
    isWhole,
    out: values.out ?? (isWhole ? 'bench/RESULTS-mcp.md' : undefined),
  }
}
