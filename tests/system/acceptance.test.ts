import { describe, expect, it } from 'vitest'
import { cancel } from '../../scripts/accept/cancel.ts'
import { engineCrash } from '../../scripts/accept/engine-crash.ts'
import { faults } from '../../scripts/accept/faults.ts'
import type { Scenario } from '../../scripts/accept/figure.ts'
import { hostileInput } from '../../scripts/accept/hostile-input.ts'
import { sixteenLanes } from '../../scripts/accept/lanes.ts'
import { liveSettings } from '../../scripts/accept/live-settings.ts'
import { startAndAsk } from '../../scripts/accept/start-and-ask.ts'

const timeoutMs = 300_000

/** What does not hold, with its value; the same scenarios print figures in `npm run accept`. */
async function broken(scenario: Scenario): Promise<readonly string[]> {
  const figures = await scenario({
    say: (line) => console.log(line),
    signal: AbortSignal.timeout(timeoutMs),
    isSample: true,
  })
  expect(figures.length).toBeGreaterThan(3)
  return figures.flatMap(({ what, value, holds }) => (holds ? [] : [`${what}: ${value}`]))
}

describe('the whole house', () => {
  it('two commands answer, a picture is drawn, three processes do the same', { timeout: timeoutMs }, async () => {
    expect(await broken(startAndAsk)).toEqual([])
  })

  it('a killed engine fails the run with its partial kept, the next run works, two answers stream at once', {
    timeout: timeoutMs,
  }, async () => {
    expect(await broken(engineCrash)).toEqual([])
  })

  it('profiles edited while 20 streams run: the next run uses the edit, none of the 20 breaks', {
    timeout: timeoutMs,
  }, async () => {
    expect(await broken(liveSettings)).toEqual([])
  })

  it('16 lanes of one socket with pictures and text at once', { timeout: timeoutMs }, async () => {
    expect(await broken(sixteenLanes)).toEqual([])
  })

  it('a sample of hostile frames and bodies: typed answers, nothing left behind', { timeout: timeoutMs }, async () => {
    expect(await broken(hostileInput)).toEqual([])
  })

  it('a sample of mixed faults of every vendor: each as the table says, nothing left behind', {
    timeout: timeoutMs,
  }, async () => {
    expect(await broken(faults)).toEqual([])
  })

  it("a sample of cancels in every phase, by WebSocket and HTTP, reaches the vendor's socket soon", {
    timeout: timeoutMs,
  }, async () => {
    expect(await broken(cancel)).toEqual([])
  })
})
