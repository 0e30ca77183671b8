/** Tells when something has not been read for a while. Owns one timer, which keeps no process alive. */
export class UnreadTimer {
  readonly #ms: number
  readonly #tell: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(ms: number, tell: () => void) {
    this.#ms = ms
    this.#tell = tell
  }

  /** Nobody reads any more. */
  start(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#tell, this.#ms)
    this.#timer.unref()
  }

  /** Somebody reads, or there is nothing left to wait for. */
  stop(): void {
    clearTimeout(this.#timer)
  }
}
