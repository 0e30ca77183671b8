/** Bounds of what is remembered: the least recently used goes first. */
export interface OnceLimits {
  readonly keys: number
  readonly ms: number
}

/** Makes a value once per key, also for callers that come while it is being made. A failure is not remembered. */
export class OnceByKey<Value> {
  readonly #limits: OnceLimits
  readonly #clock: () => number
  readonly #made = new Map<string, { readonly value: Promise<Value>; readonly at: number }>()

  constructor(limits: OnceLimits, clock: () => number) {
    this.#limits = limits
    this.#clock = clock
  }

  async get(key: string, make: () => Promise<Value>): Promise<{ readonly value: Value; readonly isNew: boolean }> {
    const known = this.#made.get(key)
    if (known !== undefined && this.#clock() - known.at < this.#limits.ms) {
      this.#remember(key, known)
      return { value: await known.value, isNew: false }
    }
    const entry = { value: make(), at: this.#clock() }
    this.#remember(key, entry)
    try {
      return { value: await entry.value, isNew: true }
    } catch (error) {
      if (this.#made.get(key) === entry) this.#made.delete(key)
      throw error
    }
  }

  #remember(key: string, entry: { readonly value: Promise<Value>; readonly at: number }): void {
    this.#made.delete(key)
    this.#made.set(key, entry)
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= this.#limits.keys) return
      this.#made.delete(oldest)
    }
  }
}
