import { describe, expect, it } from 'vitest'
import { type McpMeasureOptions, measureMcp } from '../../../bench/mcp/measure.ts'
import { quickMcpSize } from '../../../bench/mcp/scenarios.ts'
import { mcpSubjects } from '../../../bench/mcp/subjects.ts'
import { readTicksPerSecond } from '../../../bench/measure/process-usage.ts'

const options: Omit<McpMeasureOptions, 'scenario'> = {
  size: { ...quickMcpSize, warmUpCalls: 20, callSeconds: 0.5, listServers: 5, warmUpLists: 1, lists: 3, listeners: 10 },
  cores: undefined,
  ticksPerSecond: readTicksPerSecond(),
  signal: new AbortController().signal,
}
const named = (name: string) => {
  const found = mcpSubjects.find((subject) => subject.name === name)
  if (found === undefined) throw new Error(`There is no ${name}.`)
  return found
}

describe('a small run of the MCP bench', () => {
  it.each(['direct', 'relay', 'hearth-modern', 'hearth-legacy'])('has every call of %s answered', async (name) => {
    const figures = await measureMcp(named(name), { ...options, scenario: 'calls' })
    expect(figures).toMatchObject({ failed: 0 })
    expect(figures.callsPerSecond).toBeGreaterThan(0)
  })

  it.each(['hearth-modern', 'hearth-legacy'])('has every tool in every list of %s', async (name) => {
    const figures = await measureMcp(named(name), { ...options, scenario: 'list' })
    expect(figures).toMatchObject({ failed: 0, tools: 25 })
  })

  it('has all listeners of both eras told of every change', async () => {
    const figures = await measureMcp(named('hearth'), { ...options, scenario: 'listeners' })
    expect(figures).toMatchObject({ told: 10 })
  })
})
