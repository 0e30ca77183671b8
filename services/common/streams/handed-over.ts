/**
 * The batches of `begin`, then those of the stream that it returns: what `yield*` does, which costs every batch of that
 * stream four promises more. For one reader at a time.
 */
export const handedOver = <Batch>(begin: Beginning<Batch>): AsyncIterableIterator<Batch, void> => new HandedOver(begin)

/** Undefined: there are no more. */
export type Beginning<Batch> = AsyncGenerator<Batch, AsyncIterableIterator<Batch, void> | undefined, void>

const over = { done: true, value: undefined } as const

class HandedOver<Batch> implements AsyncIterableIterator<Batch, void> {
  readonly #begin: Beginning<Batch>
  #rest: AsyncIterableIterator<Batch, void> | undefined
  #isLeft = false

  constructor(begin: Beginning<Batch>) {
    this.#begin = begin
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Batch, void>> {
    return this.#rest === undefined ? this.#nextOfBegin() : this.#rest.next()
  }

  async return(): Promise<IteratorResult<Batch, void>> {
    this.#isLeft = true
    if (this.#rest === undefined) await this.#begin.return(undefined)
    else await this.#rest.return?.()
    return over
  }

  async #nextOfBegin(): Promise<IteratorResult<Batch, void>> {
    const result = await this.#begin.next()
    if (result.done !== true) return result
    const rest = result.value
    if (rest === undefined) return over
    // The reader may have left while it was opened.
    if (this.#isLeft) await rest.return?.()
    this.#rest = rest
    return rest.next()
  }
}
