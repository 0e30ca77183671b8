export interface TestCount {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The line that any CI can read. */
export const summaryOf = ({ passed, failed, skipped }: TestCount): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`

/** The counts of such a line; undefined for any other text. */
export function countsIn(text: string): TestCount | undefined {
  const [whole, passed, failed, skipped] = /^(\d+) passed, (\d+) failed, (\d+) skipped$/.exec(text) ?? []
  return whole === undefined ? undefined : { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) }
}
