/** One measured line of the acceptance program. */
export interface Figure {
  readonly what: string
  readonly value: string
  /** False: the promise behind it does not hold; the program exits 1. */
  readonly holds: boolean
}

/** What a scenario gets: a place to say what it is doing, and how to end early. */
export interface AcceptContext {
  readonly say: (line: string) => void
  readonly signal: AbortSignal
  /** A quick run inside the tests: smaller loads, order and outcome only, no promise about time or memory. */
  readonly isSample: boolean
}

export type Scenario = (context: AcceptContext) => Promise<readonly Figure[]>

export const ms = (value: number): string => `${Math.round(value)} ms`

export const figure = (what: string, value: string, holds = true): Figure => ({ what, value, holds })
