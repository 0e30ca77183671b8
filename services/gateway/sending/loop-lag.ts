/** How often the event loop is looked at, milliseconds. */
const sampleMs = 20
/** Later than this, milliseconds, and the loop has more to do than it can. */
const lagMs = 5

/** Whether this process is behind with its work. One timer, looked at by all who send; owned by the gateway. */
export class LoopLag {
  readonly #elapsed: () => number
  #timer: NodeJS.Timeout | undefined
  #sampledAt = 0
  #isLagging = false

  /** `elapsed`: monotonic milliseconds. */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed
  }

  /** As of the last sample. */
  get isLagging(): boolean {
    return this.#isLagging
  }

  start(): void {
    this.#sampledAt = this.#elapsed()
    this.#timer ??= setInterval(() => this.#sample(), sampleMs)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#isLagging = false
  }

  #sample(): void {
    const now = this.#elapsed()
    this.#isLagging = now - this.#sampledAt > sampleMs + lagMs
    this.#sampledAt = now
  }
}
