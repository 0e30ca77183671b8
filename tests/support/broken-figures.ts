import { expect } from 'vitest'
import type { Scenario } from '../../scripts/accept/figure.ts'

/**
 * Runs the sample of a scenario of `npm run accept`, which prints figures there, and gives what does not hold, with its
 * value. What every figure was stands in the output.
 */
export async function brokenFigures(scenario: Scenario, timeoutMs: number): Promise<readonly string[]> {
  const figures = await scenario({
    say: (line) => console.log(line),
    signal: AbortSignal.timeout(timeoutMs),
    isSample: true,
  })
  expect(figures.length).toBeGreaterThan(3)
  for (const { what, value } of figures) console.log(`${what}: ${value}`)
  return figures.flatMap(({ what, value, holds }) => (holds ? [] : [`${what}: ${value}`]))
}
