/** Failures in a row after which the breaker refuses calls. */
const openAfter = 5
const firstDelayMs = 500
const longestDelayMs = 300_000
/** Part of a delay that is left to chance, so that hundreds do not come back in the same moment. */
const jitter = 0.2

/** How an upstream has been doing; `failures` in a row. */
export type Health =
  | { readonly type: 'well'; readonly failures: number }
  /** Refused until `retryAt`; whoever comes after it tries. */
  | { readonly type: 'backoff'; readonly failures: number; readonly retryAt: number }
  /** The breaker: refused until `retryAt`, then one is let through. */
  | { readonly type: 'open'; readonly failures: number; readonly retryAt: number }
  /** Half open: one is under way, and decides. */
  | { readonly type: 'trial'; readonly failures: number }

export type HealthEvent =
  /** Ended without being asked. */
  | { readonly type: 'died' }
  | { readonly type: 'start_failed' }
  /** Runs, and answers nothing at all. */
  | { readonly type: 'hung' }
  /** Answered a request, its start too. `settled`: it had been up for a while, so earlier failures are history. */
  | { readonly type: 'answered'; readonly settled: boolean }
  /** The trial came to nothing that says something about the upstream, such as a caller who went away. */
  | { readonly type: 'trial_void' }
  | { readonly type: 'reset' }

export type Admission =
  | { readonly type: 'go'; readonly health: Health }
  | { readonly type: 'refused'; readonly retryAt: number }

export const wellHealth: Health = { type: 'well', failures: 0 }

/** May one more use it now? */
export function admit(health: Health, now: number): Admission {
  switch (health.type) {
    case 'well':
      return { type: 'go', health }
    case 'trial':
      return { type: 'refused', retryAt: now + firstDelayMs }
    case 'backoff':
      if (now < health.retryAt) return { type: 'refused', retryAt: health.retryAt }
      return { type: 'go', health: { type: 'well', failures: health.failures } }
    case 'open':
      if (now < health.retryAt) return { type: 'refused', retryAt: health.retryAt }
      return { type: 'go', health: { type: 'trial', failures: health.failures } }
  }
}

/** `chance` is in [0, 1). */
export function stepHealth(health: Health, event: HealthEvent, now: number, chance: number): Health {
  switch (event.type) {
    case 'reset':
      return wellHealth
    case 'answered':
      return { type: 'well', failures: event.settled ? 0 : health.failures }
    case 'trial_void':
      return health.type === 'trial' ? { type: 'open', failures: health.failures, retryAt: now } : health
    case 'died':
      // The first time after it was well it may start again at its next use.
      return health.failures === 0 ? { type: 'well', failures: 1 } : failed(health.failures + 1, now, chance)
    case 'start_failed':
      return failed(health.failures + 1, now, chance)
    case 'hung':
      return failed(Math.max(health.failures + 1, openAfter), now, chance)
  }
}

function failed(failures: number, now: number, chance: number): Health {
  const delayMs = Math.min(firstDelayMs * 2 ** Math.min(failures - 1, 20), longestDelayMs)
  const retryAt = now + Math.round(delayMs * (1 - jitter + 2 * jitter * chance))
  return { type: failures >= openAfter ? 'open' : 'backoff', failures, retryAt }
}
