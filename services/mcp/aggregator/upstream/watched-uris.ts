/** Who wants to hear of which resources: counted, so that the last to go ends it. */
export class WatchedUris {
  readonly #counts = new Map<string, number>()
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get uris(): readonly string[] {
    return [...this.#counts.keys()]
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0
  }

  add(uri: string): Disposable {
    const before = this.#counts.get(uri) ?? 0
    this.#counts.set(uri, before + 1)
    if (before === 0) this.#onChange()
    let isHeld = true
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return
        isHeld = false
        this.#remove(uri)
      },
    }
  }

  #remove(uri: string): void {
    const left = (this.#counts.get(uri) ?? 1) - 1
    if (left > 0) {
      this.#counts.set(uri, left)
      return
    }
    this.#counts.delete(uri)
    this.#onChange()
  }
}
