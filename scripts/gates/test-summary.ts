export interface TestCount {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The line that any CI can read. */
export const summaryOf = ({ passed, failed, skipped }: TestCount): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`
