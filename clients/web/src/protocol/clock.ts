/** Time, as far as this client needs it; tests bring their own. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Calls once, later. @returns how to call it off. */
  after(ms: number, work: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms)
    return () => clearTimeout(timer)
  },
}
