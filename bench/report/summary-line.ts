import type { Sample } from './bench-run.ts'
import { numberText } from './markdown-table.ts'

/** What a measurement gave, for those who watch. */
export function summaryLine(sample: Sample): string {
  if (sample.status === 'failed') return `failed: ${sample.reason}`
  const { figures } = sample
  if (sample.scenario === 'idle-sockets') return `${numberText(figures.bytesEach / 1000)} KB a socket`
  const problems = (['lost', 'repeated', 'failed', 'unfinished'] as const)
    .filter((name) => figures[name] > 0)
    .map((name) => `${figures[name]} ${name}`)
  const main = {
    'first-token': `${numberText(figures.firstTokenP50)} ms p50`,
    throughput: `${numberText(figures.tokensPerSecond)} tokens/s, ${numberText(figures.cpuPerMillionTokens)} CPU s per million`,
    'slow-streams': `one-way ${numberText(figures.oneWayP50)} / ${numberText(figures.oneWayP99)} ms, ${numberText(figures.bytesEach / 1000)} KB a stream`,
  }[sample.scenario]
  return [main, ...problems].join(', ')
}
