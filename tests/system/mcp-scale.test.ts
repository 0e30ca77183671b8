import { describe, expect, it } from 'vitest'
import { mcpSpeed } from '../../scripts/accept/mcp-speed.ts'
import { toggleTruth } from '../../scripts/accept/mcp-toggles.ts'
import { manyUpstreams } from '../../scripts/accept/mcp-upstreams.ts'
import { brokenFigures } from '../support/broken-figures.ts'

const timeoutMs = 240_000

describe('the aggregator of a whole house', () => {
  it('stands before 300 upstreams of which 90 are dead, slow or flooding', { timeout: timeoutMs }, async () => {
    expect(await brokenFigures(manyUpstreams, timeoutMs)).toEqual([])
  })

  it('tells the truth about what is switched off, to 20 clients of both eras', { timeout: timeoutMs }, async () => {
    expect(await brokenFigures(toggleTruth, timeoutMs)).toEqual([])
  })

  it('lists 500 tools of 100 servers, calls them, and tells every listener of a change', {
    timeout: timeoutMs,
  }, async () => {
    expect(await brokenFigures(mcpSpeed, timeoutMs)).toEqual([])
  })
})
