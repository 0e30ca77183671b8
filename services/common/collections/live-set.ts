import { LiveMap } from './live-map.ts'

/** What is under way now; see `LiveMap` for why it is no `Set`. */
export class LiveSet<Value> {
  readonly #values = new LiveMap<number, Value>()
  #lastId = 0

  get size(): number {
    return this.#values.size
  }

  /** Until it is disposed of. */
  add(value: Value): Disposable {
    this.#lastId += 1
    const id = this.#lastId
    this.#values.set(id, value)
    return { [Symbol.dispose]: () => void this.#values.delete(id) }
  }

  /** A copy: it may be changed meanwhile. */
  values(): readonly Value[] {
    return this.#values.values()
  }
}
