import { median } from '../measure/percentile.ts'
import type { McpReport } from './client/job.ts'

/** What one measurement gave. Times in ms, sizes in bytes, CPU in s unless named otherwise; absent where it makes no sense. */
export interface McpFigures extends McpReport {
  readonly cpuMsPerCall?: number
  /** Of its own process, without those that it started. */
  readonly residentBytes?: number
  readonly upstreams?: number
  readonly bytesPerUpstream?: number
  readonly tokensPerSecond?: number
  readonly cpuPerMillionTokens?: number
  /** Tokens lost or repeated, answers that failed or came late. */
  readonly problems?: number
  /** Requests that reached the flapping servers, per second. */
  readonly flapRequestsPerSecond?: number
}

export type McpFigureName = keyof McpFigures

/** Of these not the median of the rounds counts: a fault of one round is a fault. */
const highest = new Set<string>(['failed', 'problems'] satisfies McpFigureName[])
const lowest = new Set<string>(['told'] satisfies McpFigureName[])

/** Medians over the rounds; the worst of what must not happen. */
export function overMcpRounds(rounds: readonly McpFigures[]): McpFigures {
  const values = new Map<string, number[]>()
  for (const round of rounds)
    for (const [name, value] of Object.entries(round)) values.set(name, [...(values.get(name) ?? []), value])
  return Object.fromEntries([...values].map(([name, all]) => [name, combined(name, all)]))
}

function combined(name: string, values: readonly number[]): number {
  if (highest.has(name)) return Math.max(...values)
  return lowest.has(name) ? Math.min(...values) : median(values)
}
