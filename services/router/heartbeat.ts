/** Calls `onSilence` whenever nothing was touched for `intervalMs`. One timer, re-armed only when it fires. */
export class Heartbeat {
  readonly #intervalMs: number
  readonly #clock: () => number
  readonly #onSilence: () => void
  #touchedAt = 0
  #timer: NodeJS.Timeout | undefined

  constructor(intervalMs: number, clock: () => number, onSilence: () => void) {
    this.#intervalMs = intervalMs
    this.#clock = clock
    this.#onSilence = onSilence
  }

  start(): void {
    this.touch()
    this.#arm(this.#intervalMs)
  }

  touch(): void {
    this.#touchedAt = this.#clock()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => {
      const left = this.#touchedAt + this.#intervalMs - this.#clock()
      if (left <= 0) this.#onSilence()
      this.#arm(left <= 0 ? this.#intervalMs : left)
    }, ms)
    this.#timer.unref()
  }
}
