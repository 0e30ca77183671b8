import { LiveSet } from '../../../common/collections/live-set.ts'

interface Flight {
  /** Why it may not go on; undefined: it may. */
  readonly refused: () => Error | undefined
  readonly abort: AbortController
}

/** Requests that are under way, so that they can be cut when what they use is switched off. */
export class Flights {
  readonly #flying = new LiveSet<Flight>()

  async fly<Value>(
    refused: () => Error | undefined,
    signal: AbortSignal,
    go: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const flight: Flight = { refused, abort: new AbortController() }
    const onAbort = (): void => flight.abort.abort(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    using _flying = this.#flying.add(flight)
    try {
      return await go(flight.abort.signal)
    } catch (error) {
      // Whatever the cut call says of itself, this is why.
      const cut = signal.aborted ? undefined : flight.abort.signal.reason
      throw cut ?? error
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Cuts all that may not go on. */
  cutRefused(): void {
    for (const { refused, abort } of this.#flying.values()) {
      const error = refused()
      if (error !== undefined) abort.abort(error)
    }
  }
}
