import { describe, expect, it } from 'vitest'
import { type Figures, nothingMeasured } from '../../bench/measure/figures.ts'
import { judge } from '../../bench/report/bars.ts'
import type { BenchRun, Sample } from '../../bench/report/bench-run.ts'
import { conclusionOf } from '../../bench/report/conclusion.ts'
import { markdownTable, numberText } from '../../bench/report/markdown-table.ts'
import { resultsPage } from '../../bench/report/results-page.ts'
import { quickSize } from '../../bench/scenarios.ts'

const measured = (subject: string, figures: Partial<Figures>): Sample => ({
  subject,
  scenario: 'throughput',
  round: 0,
  status: 'measured',
  figures: { ...nothingMeasured, ...figures },
})

const run = (samples: readonly Sample[]): BenchRun => ({
  subjects: ['direct', 'pipe', 'hearth-ws-never', 'hearth-http-never'].map((name) => ({
    name,
    title: `title of ${name}`,
    description: 'described',
    tokensUnpaced: 500,
  })),
  scenarios: ['throughput'],
  size: quickSize,
  samples,
  unavailable: ['Portkey is not installed: run bench/peers/setup'],
  machine: {
    cpu: 'CPU',
    cores: 2,
    memoryBytes: 2 ** 31,
    system: 'Linux 6',
    node: '24.0.0',
    commit: 'abc',
    pinning: 'pinned',
  },
  command: 'npm run bench -- --quick',
  startedAt: new Date('2026-11-22T12:00:00Z'),
})

const samples: readonly Sample[] = [
  measured('pipe', { tokensPerSecond: 130_000 }),
  measured('hearth-ws-never', { tokensPerSecond: 91_000, cpuPerMillionTokens: 18.5, lost: 0, repeated: 0 }),
  { subject: 'hearth-http-never', scenario: 'throughput', round: 0, status: 'failed', reason: 'HTTP 404' },
]

describe('the page of results', () => {
  it('judges each bar by the figures of the run, and calls nothing passed that was not measured', () => {
    const verdicts = judge(run(samples)).map(({ bar, subject, verdict }) => [bar.says.slice(0, 8), subject, verdict])
    expect(verdicts).toEqual([
      ['tokens/s', 'hearth-ws-never', 'pass'],
      ['tokens/s', 'hearth-http-never', 'fail'],
      ['server C', 'hearth-ws-never', 'fail'],
      ['server C', 'hearth-http-never', 'fail'],
    ])
    const [withoutPipe] = judge(run(samples.slice(1)))
    expect(withoutPipe).toMatchObject({ subject: 'hearth-ws-never', verdict: 'not measured' })
  })

  it('fails a bar when one round failed, however good the others are', () => {
    const good = measured('hearth-http-never', { tokensPerSecond: 120_000, cpuPerMillionTokens: 6 })
    const failed = samples.filter(({ status }) => status === 'failed')
    const verdicts = judge(run([measured('pipe', { tokensPerSecond: 130_000 }), good, ...failed, good]))
      .filter(({ subject }) => subject === 'hearth-http-never')
      .map(({ verdict }) => verdict)
    expect(verdicts).toEqual(['fail', 'fail'])
  })

  it('names machine, command, figures, ratios, and what could not be measured and why', () => {
    const page = resultsPage(run(samples))
    for (const text of [
      '`npm run bench -- --quick` on 2026-11-22',
      '2 × CPU, 2 GiB, Linux 6',
      '| title of hearth-ws-never | 91 000 | 0.70 | 18.5 |',
      '| ≥ 0.5 | 0.70 | pass |',
      '| ≤ 18 | 18.5 | **fail** |',
      '- Portkey is not installed: run bench/peers/setup',
      '- title of hearth-http-never, throughput: HTTP 404',
      '- **title of pipe**: described; 500 tokens an answer of *Throughput*',
    ]) {
      expect(page).toContain(text)
    }
    expect(page).not.toContain('NaN')
  })
})

describe('what a whole run comes to', () => {
  const good: readonly Sample[] = [
    measured('direct', { tokensPerSecond: 200_000 }),
    measured('pipe', { tokensPerSecond: 130_000 }),
    measured('hearth-ws-never', { tokensPerSecond: 91_000, cpuPerMillionTokens: 8 }),
    measured('hearth-http-never', { tokensPerSecond: 91_000, cpuPerMillionTokens: 8 }),
  ]

  it('is a success when every bar is passed and every subject was measured', () => {
    expect(conclusionOf({ ...run(good), unavailable: [] })).toEqual({
      code: 0,
      says: 'Every bar is passed, every subject was measured.',
    })
  })

  it.each([
    [
      'a bar that is not reached',
      { ...run([...good, ...samples.slice(1, 2), ...samples.slice(1, 2)]), unavailable: [] },
      'title of hearth-ws-never, server CPU s per million tokens, nothing joined: fail (18.5)',
    ],
    [
      'a round that failed',
      { ...run([...good, ...samples.slice(2)]), unavailable: [] },
      'title of hearth-http-never, tokens/s at 64 streams, of the raw pipe: fail (0.70)',
    ],
    [
      'a floor without figures',
      { ...run([...good.slice(2), ...good.slice(0, 1)]), unavailable: [] },
      'of the raw pipe: not measured',
    ],
    ['a subject that is not there', run(good), 'Portkey is not installed: run bench/peers/setup'],
    [
      'a subject without figures',
      {
        ...run([
          ...good.slice(1),
          { subject: 'direct', scenario: 'throughput', round: 0, status: 'failed', reason: 'x' },
        ]),
        unavailable: [],
      },
      'title of direct, throughput: not measured',
    ],
  ])('is a failure with %s, which the last line names', (_, failing, says) => {
    const conclusion = conclusionOf(failing)
    expect(conclusion).toEqual({ code: 1, says: expect.stringContaining(says) })
    expect(conclusion.says).toMatch(/^The bench failed: [^\n]+\.$/)
  })
})

describe('a table', () => {
  it('keeps its columns whatever the cells hold', () => {
    expect(markdownTable(['a', 'b'], [['x|y', 'two\nlines']])).toBe('| a | b |\n| --- | ---: |\n| x\\|y | two lines |')
  })

  it.each([
    [Number.NaN, '–'],
    [0, '0'],
    [0.123, '0.12'],
    [-1.5, '-1.50'],
    [12.34, '12.3'],
    [123.4, '123'],
    [1_234_567, '1 234 567'],
  ])('writes %d as %s', (value, text) => {
    expect(numberText(value)).toBe(text)
  })
})
