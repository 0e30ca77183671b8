/** What a taken slot is given back with; giving it back twice does nothing. */
export type Release = () => void

interface Waiter {
  readonly take: (release: Release) => void
}

/**
 * So many at the same time, and a bounded line of those who wait, first come first served.
 */
export class Slots {
  #limit: number
  readonly #maxWaiting: number
  #taken = 0
  readonly #waiting = new Set<Waiter>()

  constructor(limit: number, maxWaiting: number) {
    this.#limit = limit
    this.#maxWaiting = maxWaiting
  }

  get taken(): number {
    return this.#taken
  }

  get waiting(): number {
    return this.#waiting.size
  }

  setLimit(limit: number): void {
    this.#limit = limit
    this.#serve()
  }

  /**
   * Undefined at once when the line is full.
   * @throws the reason of `signal`, and leaves the line.
   */
  async take(signal: AbortSignal): Promise<Release | undefined> {
    signal.throwIfAborted()
    if (this.#taken < this.#limit && this.#waiting.size === 0) return this.#grant()
    if (this.#waiting.size >= this.#maxWaiting) return undefined
    return new Promise<Release>((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(waiter)
        reject(signal.reason)
      }
      const waiter: Waiter = {
        take: (release) => {
          signal.removeEventListener('abort', leave)
          resolve(release)
        },
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.add(waiter)
    })
  }

  /** At once, over the limit if need be: for who had one and gave it away for a while, before anybody else goes on. */
  retake(): Release {
    return this.#grant()
  }

  #grant(): Release {
    this.#taken += 1
    let given = false
    return () => {
      if (given) return
      given = true
      this.#taken -= 1
      this.#serve()
    }
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      if (this.#taken >= this.#limit) return
      this.#waiting.delete(waiter)
      waiter.take(this.#grant())
    }
  }
}
