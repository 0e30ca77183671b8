import { type MeasureOptions, measureSubject } from '../measure/measure-subject.ts'
import { fullSize } from '../scenarios.ts'
import { hearthWithMcp } from '../subjects/hearth.ts'
import type { McpFigures } from './figures.ts'
import type { McpSize } from './scenarios.ts'
import { mcpSettings } from './subjects.ts'
import { startUpstreams } from './upstreams.ts'

export interface TokenOptions extends Pick<MeasureOptions, 'cores' | 'ticksPerSecond' | 'signal'> {
  readonly size: McpSize
}

/** Streams tokens through a house that has no MCP servers, or some hundred that come and go. */
export async function measureTokens(isFlapping: boolean, options: TokenOptions): Promise<McpFigures> {
  if (!isFlapping) return stream({}, options)
  const { size, cores, signal } = options
  await using flapping = await startUpstreams({
    servers: size.flapping,
    flapMs: size.flapMs,
    core: cores?.harness,
    signal,
  })
  const startedAt = performance.now()
  const figures = await stream(mcpSettings(flapping.upstreams), options)
  const requests = Number(await (await fetch(`${flapping.origin}/requests`)).text())
  return { ...figures, flapRequestsPerSecond: (requests * 1000) / (performance.now() - startedAt) }
}

async function stream(mcp: object, { size, ...options }: TokenOptions): Promise<McpFigures> {
  const { streams: parallel, tokensUnpaced, warmUpAnswers } = size
  const { tokensPerSecond, cpuPerMillionTokens, lost, repeated, failed, unfinished } = await measureSubject(
    hearthWithMcp(mcp),
    { ...options, scenario: 'throughput', size: { ...fullSize, parallel, tokensUnpaced, warmUpAnswers } },
  )
  return { tokensPerSecond, cpuPerMillionTokens, problems: lost + repeated + failed + unfinished }
}
