/** One thing that should not have happened, and the seed that shows it again as the first item of its part. */
export interface FuzzFailure {
  readonly seed: number
  readonly says: string
}

/** What one part of the fuzzing came to. */
export interface FuzzReport {
  readonly done: number
  readonly failures: readonly FuzzFailure[]
  /** How often each outcome was seen. */
  readonly outcomes: Readonly<Record<string, number>>
}

/** How a part is run. Item `i` depends on `seed + i` alone. */
export interface FuzzRun {
  readonly seed: number
  readonly count: number
  readonly signal: AbortSignal
  /** Called often; `done` never falls. */
  readonly onProgress: (done: number) => void
}

/** After so many a part ends: they will have one cause. */
const failuresKept = 20

/** Collects what a part sees. */
export class FuzzTally implements FuzzReport {
  done = 0
  readonly failures: FuzzFailure[] = []
  readonly outcomes: Record<string, number> = {}

  count(outcome: string): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1
  }

  fail(seed: number, says: string): void {
    if (this.failures.length < failuresKept) this.failures.push({ seed, says })
  }

  get isFull(): boolean {
    return this.failures.length >= failuresKept
  }
}
