/**
 * Between callbacks that put and one reader that takes all there is at once. Unbounded by itself: whoever puts states the
 * bound (here an answer is never longer than the model's context window).
 */
export class Mailbox<Item> {
  #items: Item[] = []
  #end: { readonly error?: unknown } | undefined
  #wake = Promise.withResolvers<void>()

  put(items: readonly Item[]): void {
    if (items.length === 0 || this.#end !== undefined) return
    this.#items.push(...items)
    this.#wake.resolve()
  }

  /** The reader gets what was put before, then ends. */
  close(): void {
    this.#finish({})
  }

  /** The reader gets what was put before, then `error`. */
  fail(error: unknown): void {
    this.#finish({ error })
  }

  /** Batches, never empty. One reader only. */
  async *batches(): AsyncGenerator<readonly Item[], void, void> {
    while (true) {
      if (this.#items.length > 0) {
        const batch = this.#items
        this.#items = []
        yield batch
      } else if (this.#end !== undefined) {
        if ('error' in this.#end) throw this.#end.error
        return
      } else {
        this.#wake = Promise.withResolvers<void>()
        await this.#wake.promise
      }
    }
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end ??= end
    this.#wake.resolve()
  }
}
