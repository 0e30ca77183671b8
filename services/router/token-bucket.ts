/** A rate limit's memory. `tokens` were left at `at` (milliseconds of the router's clock). */
export interface TokenBucket {
  readonly tokens: number
  readonly at: number
}

/** Milliseconds until one token is there; 0: now. An unset bucket is full: a minute's worth may come at once. */
export function waitForToken(bucket: TokenBucket | undefined, perMinute: number, now: number): number {
  const { tokens } = refill(bucket, perMinute, now)
  return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 60_000) / perMinute)
}

export function takeToken(bucket: TokenBucket | undefined, perMinute: number, now: number): TokenBucket {
  const full = refill(bucket, perMinute, now)
  return { tokens: full.tokens - 1, at: now }
}

function refill(bucket: TokenBucket | undefined, perMinute: number, now: number): TokenBucket {
  if (bucket === undefined) return { tokens: perMinute, at: now }
  return { tokens: Math.min(perMinute, bucket.tokens + ((now - bucket.at) * perMinute) / 60_000), at: now }
}
