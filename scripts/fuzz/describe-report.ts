import type { FuzzReport } from './fuzz-report.ts'

export const fuzzParts = ['streams', 'bodies', 'frames'] as const
export type FuzzPart = (typeof fuzzParts)[number]

/** What a part came to: its counts, and for each failure the command that shows it again. Pure. */
export const describeReport = (part: FuzzPart, { done, failures, outcomes }: FuzzReport): readonly string[] => [
  `${part}: ${done}, wrong: ${failures.length}  ${JSON.stringify(outcomes)}`,
  ...failures.flatMap(({ seed, says }) => [`  ${says}`, `    again: ${commandFor(part, seed)}`]),
]

function commandFor(part: FuzzPart, seed: number): string {
  const counts = fuzzParts.map((name) => `--${name} ${name === part ? 1 : 0}`)
  return `npm run fuzz -- --seed ${seed} ${counts.join(' ')}`
}
