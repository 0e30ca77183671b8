import { type RunOptions, readBenchOptions } from '../options.ts'
import { fullMcpSize, type McpScenarioName, type McpSize, mcpScenarioNames, quickMcpSize } from './scenarios.ts'

export type McpOptions = RunOptions<McpSize, McpScenarioName>

export const mcpUsage = `npm run bench -- --mcp [--quick] [--only NAMES] [--scenario NAMES] [--rounds N] [--out FILE]

Measures Hearth's MCP endpoint beside direct calls, a raw pipe and mcp-hub, which bench/peers/setup installed. A whole run
ends with exit code 1 when a bar is not passed or a subject was not measured.

  --quick      one short round, to see that everything runs
  --only       subjects, with commas: SUBJECTS
  --scenario   ${mcpScenarioNames.join(', ')}
  --rounds     how often everything is measured; the medians count (default 3)
  --out FILE   where the tables go; default bench/RESULTS-mcp.md for a whole run, else only the screen`

/** Reads what stands after `--mcp`. @throws Error that names what is wrong. */
export const readMcpOptions = (args: readonly string[], known: readonly string[]): McpOptions | 'help' =>
  readBenchOptions(args, {
    subjects: known,
    scenarios: mcpScenarioNames,
    sizes: { quick: quickMcpSize, full: fullMcpSize },
    results: 'bench/RESULTS-mcp.md',
  })
