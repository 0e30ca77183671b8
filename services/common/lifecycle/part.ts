/** A piece of the process with a life of its own. A constructor assigns; `start` works. */
export interface Part {
  readonly name: string
  /** Resolves when it serves. Aborting `signal` gives the start up. */
  start(signal: AbortSignal): Promise<void>
  /** Stops accepting, finishes what runs, closes what it owns. When `deadline` aborts it must let go at once. Idempotent. */
  stop(deadline: AbortSignal): Promise<void>
}
