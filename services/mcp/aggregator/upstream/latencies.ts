const kept = 32

/** The durations of the last calls, milliseconds. */
export class Latencies {
  readonly #values: number[] = []
  #next = 0

  add(ms: number): void {
    this.#values[this.#next] = ms
    this.#next = (this.#next + 1) % kept
  }

  /** Undefined before the first. */
  get median(): number | undefined {
    const sorted = this.#values.toSorted((a, b) => a - b)
    const middle = sorted[Math.floor(sorted.length / 2)]
    return middle === undefined ? undefined : Math.round(middle * 10) / 10
  }
}
