/** One after another, in the order they came. Its users wait for their turn, each with one task, so it needs no bound. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve()

  run<Value>(task: () => Promise<Value>): Promise<Value> {
    const turn = this.#last.then(task)
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** Resolves when all that came so far is done. */
  async idle(): Promise<void> {
    await this.#last
  }
}
