import { countsIn, summaryOf } from './test-summary.ts'

export interface TestRun {
  readonly code: number
  /** `N passed, N failed, N skipped`; has at least one failed when the code is not 0. */
  readonly summary: string
}

/** What vitest left behind. */
export interface EndedRun {
  readonly code: number
  /** Its summary; undefined when it wrote none. */
  readonly written: string | undefined
  /** Every test had to run: one that was skipped counts as a failed one. */
  readonly isComplete: boolean
}

/** What a run of vitest came to, whatever it says of itself. Pure. */
export function judgeRun({ code, written, isComplete }: EndedRun): TestRun {
  const counts = countsIn(written ?? '')
  const isHonest = counts !== undefined && (code === 0 || counts.failed > 0)
  if (!isHonest) return { code: code === 0 ? 1 : code, summary: summaryOf({ passed: 0, failed: 1, skipped: 0 }) }
  if (!isComplete || counts.skipped === 0) return { code, summary: summaryOf(counts) }
  const { passed, failed, skipped } = counts
  return { code: code === 0 ? 1 : code, summary: summaryOf({ passed, failed: failed + skipped, skipped: 0 }) }
}
