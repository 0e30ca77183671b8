import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeProgress } from '../../scripts/fuzz/show-progress.ts'
import { root } from '../support/house.ts'
import { type Finished, runProgram } from '../support/program.ts'

const fuzz = (...args: readonly string[]): Promise<Finished> =>
  runProgram(process.execPath, [join(root, 'scripts/fuzz.ts'), ...args])

describe('npm run fuzz', () => {
  it('says its seed, how far it is and what it came to, and stops by itself', { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await fuzz('--seed', '3', '--frames', '40', '--bodies', '5', '--streams', '10')
    expect(stdout).toMatch(/^seed 3$/m)
    expect(stdout).toMatch(/^streams: 10, wrong: 0/m)
    expect(stdout).toMatch(/^bodies: 5, wrong: 0/m)
    expect(stdout).toMatch(/^frames: \d+, wrong: 0/m)
    expect(stdout).toMatch(/^Nothing was wrong\.$/m)
    expect(stderr).toContain('10 of 10')
    expect(code).toBe(0)
  })

  it.each([
    ['--speed', '1'],
    ['--seed', 'x'],
    ['--frames', '-1'],
  ])('refuses %s %s with its help', async (...args) => {
    const { code, stderr } = await fuzz(...args)
    expect(code).toBe(2)
    expect(stderr).toContain('--streams N')
  })

  it('tells rate and time left', () => {
    expect(describeProgress(250, 1000, 10_000)).toMatch(/25 % {2}250 of 1,000 {2}25\/s {2}0:30 left$/)
    expect(describeProgress(1000, 1000, 61_000)).toMatch(/100 % {2}1,000 of 1,000 {2}16\/s {2}took 1:01$/)
  })
})
