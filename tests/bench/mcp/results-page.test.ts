import { describe, expect, it } from 'vitest'
import { type McpFigures, overMcpRounds } from '../../../bench/mcp/figures.ts'
import { conclusionOfMcp, judgeMcp } from '../../../bench/mcp/report/bars.ts'
import type { McpRun, McpSample } from '../../../bench/mcp/report/mcp-run.ts'
import { mcpResultsPage } from '../../../bench/mcp/report/page.ts'
import { fullMcpSize, type McpScenarioName, mcpScenarioNames } from '../../../bench/mcp/scenarios.ts'
import { mcpSubjects } from '../../../bench/mcp/subjects.ts'

const measured = (scenario: McpScenarioName, subject: string, figures: McpFigures, round = 0): McpSample => ({
  subject,
  scenario,
  round,
  status: 'measured',
  figures,
})

const good: readonly McpSample[] = [
  measured('calls', 'direct', { callsPerSecond: 4400, p50: 2.9, p99: 15, calls: 44_000, failed: 0 }),
  measured('calls', 'hearth-modern', { callsPerSecond: 1500, p50: 9, p99: 30, calls: 15_000, failed: 0 }),
  measured('calls', 'hearth-legacy', { callsPerSecond: 1400, p50: 10, p99: 31, calls: 14_000, failed: 0 }),
  measured('calls', 'mcp-hub', { callsPerSecond: 900, p50: 15.6, p99: 49, calls: 9000, failed: 0 }),
  measured('list', 'hearth-modern', { p50: 3, p99: 8, tools: 500, failed: 0 }),
  measured('list', 'hearth-legacy', { p50: 8, p99: 12, tools: 500, failed: 0 }),
  measured('listeners', 'hearth', { told: 500, toldMs: 20, toldSinceAskedMs: 60 }),
  measured('memory-http', 'hearth', { upstreams: 100, residentBytes: 200e6, bytesPerUpstream: 150_000 }),
  measured('tokens', 'hearth-quiet', { tokensPerSecond: 100_000, problems: 0 }),
  measured('tokens', 'hearth-flapping', { tokensPerSecond: 91_000, problems: 0, flapRequestsPerSecond: 80 }),
]

const run = (samples: readonly McpSample[], unavailable: readonly string[] = []): McpRun => ({
  subjects: mcpSubjects.map(({ name, title, description }) => ({ name, title, description })),
  scenarios: mcpScenarioNames,
  size: fullMcpSize,
  samples,
  unavailable,
  machine: {
    cpu: 'CPU',
    cores: 2,
    memoryBytes: 2 ** 31,
    system: 'Linux 6',
    node: '24.0.0',
    commit: 'abc',
    pinning: 'pinned',
  },
  command: 'npm run bench -- --mcp',
  startedAt: new Date('2026-11-23T12:00:00Z'),
})

/** The good run with one measurement in another's place. */
const instead = (other: McpSample): McpRun =>
  run(good.map((one) => (one.subject === other.subject && one.scenario === other.scenario ? other : one)))

const missed = (bench: McpRun): readonly string[] =>
  judgeMcp(bench)
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ bar, subject, verdict }) => `${subject}: ${bar.says}: ${verdict}`)

describe('the bars of the MCP bench', () => {
  it('are passed by figures that reach them exactly or better', () => {
    expect(missed(run(good))).toEqual([])
    expect(conclusionOfMcp(run(good))).toEqual({ code: 0, says: 'Every bar is passed, every subject was measured.' })
  })

  it.each<readonly [string, McpSample]>([
    [
      'hearth-legacy: calls/s, of mcp-hub',
      measured('calls', 'hearth-legacy', { callsPerSecond: 1349, p99: 30, failed: 0 }),
    ],
    [
      'hearth-modern: call p99, of mcp-hub',
      measured('calls', 'hearth-modern', { callsPerSecond: 1500, p99: 49, failed: 0 }),
    ],
    [
      'hearth-modern: calls that failed',
      measured('calls', 'hearth-modern', { callsPerSecond: 1500, p99: 9, failed: 1 }),
    ],
    ['hearth-modern: tools/list p50, ms', measured('list', 'hearth-modern', { p50: 8.1, failed: 0 })],
    ['hearth-legacy: lists without all tools', measured('list', 'hearth-legacy', { p50: 3, failed: 1 })],
    ['hearth: listeners that a change did not reach', measured('listeners', 'hearth', { told: 499, toldMs: 9 })],
    [
      'hearth: last listener told after the acknowledgement, ms',
      measured('listeners', 'hearth', { told: 500, toldMs: 101 }),
    ],
    [
      'hearth-flapping: tokens/s lost to flapping servers, %',
      measured('tokens', 'hearth-flapping', { tokensPerSecond: 89_000, problems: 0 }),
    ],
    [
      'hearth-flapping: tokens lost or repeated, answers failed or late, beside flapping servers',
      measured('tokens', 'hearth-flapping', { tokensPerSecond: 99_000, problems: 1 }),
    ],
  ])('%s is missed by one that does not', (bar, sample) => {
    expect(missed(instead(sample))).toEqual([`${bar}: fail`])
    expect(conclusionOfMcp(instead(sample))).toMatchObject({ code: 1 })
  })

  it('are not passed beside a peer that was not measured, nor by a subject that failed in one round', () => {
    const withoutHub = run(
      good.filter(({ subject }) => subject !== 'mcp-hub'),
      ['mcp-hub is not installed'],
    )
    expect(missed(withoutHub).filter((line) => line.endsWith('not measured'))).toHaveLength(4)
    expect(conclusionOfMcp(withoutHub).says).toContain('mcp-hub is not installed')
    const failed: McpSample = {
      subject: 'hearth',
      scenario: 'listeners',
      round: 1,
      status: 'failed',
      reason: 'HTTP 500',
    }
    expect(missed(run([...good, failed]))).toHaveLength(2)
  })
})

describe('the figures of several rounds', () => {
  it('are medians, but for what must not happen in any', () => {
    const rounds = [
      { p50: 1, failed: 0, told: 500 },
      { p50: 9, failed: 2, told: 499 },
      { p50: 2, failed: 0, told: 500 },
    ]
    expect(overMcpRounds(rounds)).toEqual({ p50: 2, failed: 2, told: 499 })
  })
})

describe('the page of MCP results', () => {
  it('names machine, command, transports, figures and ratios', () => {
    const page = mcpResultsPage(run(good, ['mcp-hub 4.2.1 is not installed: run bench/peers/setup']))
    for (const text of [
      '`npm run bench -- --mcp` on 2026-11-23',
      '2 × CPU, 2 GiB, Linux 6',
      '| calls/s, of mcp-hub | Hearth, modern client | ≥ 1.5 | 1.67 | pass |',
      '| call p99, of mcp-hub | Hearth, legacy client | < 1 | 0.63 | pass |',
      '| mcp-hub 4.2.1 | 900 | 15.6 / 49 |',
      '| Hearth | 100 | 200 | 150 |',
      'HTTP with SSE (2024-11-05)',
      '- mcp-hub 4.2.1 is not installed: run bench/peers/setup',
    ]) {
      expect(page).toContain(text)
    }
    expect(page).not.toMatch(/NaN|undefined/)
  })
})
