import type { Clock } from './clock.ts'

export interface SilenceWatchDeps {
  readonly clock: Clock
  readonly onQuiet: () => void
  readonly onDead: () => void
}

/** Nothing came for this long: ask. */
const quietMs = 25_000
/** Nothing came after asking. */
const answerMs = 10_000

/** Notices that the other end is gone. Pings of the server are answered below us and cannot be seen in a browser. */
export class SilenceWatch {
  readonly #deps: SilenceWatchDeps
  #heardAt: number
  #askedAt: number | undefined
  #stopTimer: () => void

  constructor(deps: SilenceWatchDeps) {
    this.#deps = deps
    this.#heardAt = deps.clock.now()
    this.#stopTimer = deps.clock.after(quietMs, () => this.#look())
  }

  /** Something came. Called for every frame. */
  heard(): void {
    this.#heardAt = this.#deps.clock.now()
    this.#askedAt = undefined
  }

  /** Asks now. */
  probe(): void {
    if (this.#askedAt !== undefined) return
    this.#askedAt = this.#deps.clock.now()
    this.#lookIn(answerMs)
    this.#deps.onQuiet()
  }

  end(): void {
    this.#stopTimer()
  }

  #look(): void {
    const silentMs = this.#deps.clock.now() - this.#heardAt
    if (this.#askedAt !== undefined) this.#deps.onDead()
    else if (silentMs < quietMs) this.#lookIn(quietMs - silentMs)
    else this.probe()
  }

  #lookIn(ms: number): void {
    this.#stopTimer()
    this.#stopTimer = this.#deps.clock.after(ms, () => this.#look())
  }
}
