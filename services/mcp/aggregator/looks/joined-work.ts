/**
 * One at a time; whoever asks while it runs gets the next run, which all of them share: it has begun after they asked.
 */
export class JoinedWork {
  readonly #work: () => Promise<void>
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(work: () => Promise<void>) {
    this.#work = work
  }

  run(): Promise<void> {
    if (this.#next !== undefined) return this.#next
    if (this.#running === undefined) return this.#begin()
    this.#next = this.#after(this.#running)
    return this.#next
  }

  /** For whom a run that has begun already will do. */
  join(): Promise<void> {
    return this.#running ?? this.run()
  }

  /** Resolves when nothing runs and nothing waits. */
  async idle(): Promise<void> {
    for (let work = this.#next ?? this.#running; work !== undefined; work = this.#next ?? this.#running)
      await Promise.allSettled([work])
  }

  #begin(): Promise<void> {
    const running = this.#work().finally(() => {
      if (this.#running === running) this.#running = undefined
    })
    this.#running = running
    return running
  }

  async #after(before: Promise<void>): Promise<void> {
    await Promise.allSettled([before])
    this.#next = undefined
    await this.#begin()
  }
}
