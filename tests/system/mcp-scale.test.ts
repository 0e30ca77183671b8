import { describe, expect, it } from 'vitest'
import type { Scenario } from '../../scripts/accept/figure.ts'
import { mcpSpeed } from '../../scripts/accept/mcp-speed.ts'
import { toggleTruth } from '../../scripts/accept/mcp-toggles.ts'
import { manyUpstreams } from '../../scripts/accept/mcp-upstreams.ts'

const timeoutMs = 240_000

/** What does not hold, with its value; the same scenarios print figures in `npm run accept`. */
async function broken(scenario: Scenario): Promise<readonly string[]> {
  const figures = await scenario({
    say: (line) => console.log(line),
    signal: AbortSignal.timeout(timeoutMs),
    isSample: true,
  })
  expect(figures.length).toBeGreaterThan(3)
  for (const { what, value } of figures) console.log(`${what}: ${value}`)
  return figures.flatMap(({ what, value, holds }) => (holds ? [] : [`${what}: ${value}`]))
}

describe('the aggregator of a whole house', () => {
  it('stands before 300 upstreams of which 90 are dead, slow or flooding', { timeout: timeoutMs }, async () => {
    expect(await broken(manyUpstreams)).toEqual([])
  })

  it('tells the truth about what is switched off, to 20 clients of both eras', { timeout: timeoutMs }, async () => {
    expect(await broken(toggleTruth)).toEqual([])
  })

  it('lists 500 tools of 100 servers, calls them, and tells every listener of a change', {
    timeout: timeoutMs,
  }, async () => {
    expect(await broken(mcpSpeed)).toEqual([])
  })
})
