/** Bounds of the router itself; profiles and users have their own. */
export interface RouterLimits {
  /** Admitted runs that have not ended. */
  readonly runs: number
  /** Runs waiting in one lane, beside the one whose turn it is. */
  readonly queuedPerLane: number
  /** Bytes of the pictures that all runs together were given: a run holds them until it ends. */
  readonly pictureBytes: number
  /** Events of one run kept for readers. */
  readonly logEvents: number
  readonly logBytes: number
  /** Bytes kept of all ended runs together: the oldest are forgotten first. */
  readonly endedLogBytes: number
  /** A run that is to end with its client and that nobody reads is cancelled after this: a cancel may be lost. */
  readonly unreadMs: number
  /** Silence on a run after which its phase is repeated. */
  readonly heartbeatMs: number
  /** How long the end of a run waits for a store that does not take the answer. */
  readonly historyMs: number
  /** How long cancelled runs may take to end when a drain runs out of time. */
  readonly drainGraceMs: number
  readonly idempotencyKeys: number
  readonly idempotencyMs: number
}

export const defaultRouterLimits: RouterLimits = {
  runs: 10_000,
  queuedPerLane: 16,
  pictureBytes: 512 * 1024 * 1024,
  logEvents: 100_000,
  logBytes: 8 * 1024 * 1024,
  endedLogBytes: 64 * 1024 * 1024,
  unreadMs: 5000,
  heartbeatMs: 10_000,
  historyMs: 10_000,
  drainGraceMs: 2000,
  idempotencyKeys: 10_000,
  idempotencyMs: 24 * 3_600_000,
}
