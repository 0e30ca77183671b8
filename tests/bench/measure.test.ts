import { describe, expect, it } from 'vitest'
import { type Figures, nothingMeasured, overRounds } from '../../bench/measure/figures.ts'
import { median, percentile, spreadOf } from '../../bench/measure/percentile.ts'
import {
  cpuTicksOf,
  readTicksPerSecond,
  readUsage,
  residentBytesOf,
  waitNanosecondsOf,
} from '../../bench/measure/process-usage.ts'

describe('percentiles', () => {
  it('are values that were measured', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
    expect(spreadOf(hundred.toReversed())).toEqual({ p50: 50, p99: 99 })
    expect(percentile([7], 0.99)).toBe(7)
    expect(spreadOf([])).toEqual({ p50: 0, p99: 0 })
  })

  it('sort by size, not by their text', () => {
    expect(spreadOf([100, 9, 20])).toEqual({ p50: 20, p99: 100 })
    expect(median([100, 9, 20])).toBe(20)
    expect(median([4, 1])).toBe(2.5)
    expect(median([])).toBeNaN()
  })
})

describe('what a process used', () => {
  it('is read from /proc, whatever the name of the process holds', () => {
    const stat = '42 (node (x) y) S 1 42 42 0 -1 4194560 100 200 0 0 1234 66 0 0 20 0 11 0 99 1 2'
    expect(cpuTicksOf(stat)).toBe(1300)
    expect(residentBytesOf('Name:\tnode\nVmPeak:\t 9 kB\nVmRSS:\t   2048 kB\nRssAnon: 1 kB\n')).toBe(2_097_152)
    expect(waitNanosecondsOf('1302010 74505 5\n')).toBe(74_505)
    expect(waitNanosecondsOf('')).toBe(0)
    expect(residentBytesOf('Name:\tnode\nState:\tZ (zombie)\n')).toBe(0)
  })

  it('grows with the work of this very process', async () => {
    const ticks = readTicksPerSecond()
    const before = await readUsage(process.pid, ticks)
    const until = process.cpuUsage().user + 200_000
    while (process.cpuUsage().user < until) Math.hypot(Math.random(), Math.random())
    const after = await readUsage(process.pid, ticks)
    expect(after.cpuSeconds - before.cpuSeconds).toBeGreaterThan(0.1)
    expect(after.residentBytes).toBeGreaterThan(10_000_000)
  })
})

describe('the figures of several rounds', () => {
  it('are medians, but what must not happen is the worst of all', () => {
    const round = (tokensPerSecond: number, lost: number): Figures => ({ ...nothingMeasured, tokensPerSecond, lost })
    expect(overRounds([round(10, 0), round(30, 2), round(20, 0)])).toMatchObject({ tokensPerSecond: 20, lost: 2 })
  })
})
