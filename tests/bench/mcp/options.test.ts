import { describe, expect, it } from 'vitest'
import { readMcpOptions } from '../../../bench/mcp/options.ts'
import { mcpSubjects } from '../../../bench/mcp/subjects.ts'

const read = (...args: readonly string[]): ReturnType<typeof readMcpOptions> =>
  readMcpOptions(
    args,
    mcpSubjects.map(({ name }) => name),
  )

describe('the options of the MCP bench', () => {
  it('measure everything three times and write the results when none is given', () => {
    expect(read()).toMatchObject({ isWhole: true, out: 'bench/RESULTS-mcp.md', size: { rounds: 3, inFlight: 16 } })
  })

  it.each([[['--quick']], [['--only', 'mcp-hub']], [['--scenario', 'list,calls']]])(
    '%s leaves the written results alone unless told where to write',
    (args) => {
      expect(read(...args)).toMatchObject({ isWhole: false, out: undefined })
      expect(read(...args, '--out', 'x.md')).toMatchObject({ isWhole: false, out: 'x.md' })
    },
  )

  it.each([[['--only', 'nobody']], [['--scenario', 'throughput']], [['--rounds', '0']], [['--wrong']]])(
    'refuse %s',
    (args) => {
      expect(() => read(...args)).toThrow(/nobody|throughput|--rounds|--wrong/)
    },
  )
})
