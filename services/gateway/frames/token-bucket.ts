/** How much of a rate is used up. Times are monotonic milliseconds. */
export interface Bucket {
  readonly tokens: number
  readonly at: number
}

export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

export const fullBucket = (rate: Rate, now: number): Bucket => ({ tokens: rate.burst, at: now })

/** One step: takes a token, or as many as something costs, or says how long until there are that many. */
export function takeToken(
  bucket: Bucket,
  rate: Rate,
  now: number,
  cost = 1,
): { readonly bucket: Bucket; readonly waitMs: number } {
  const elapsed = Math.max(0, now - bucket.at)
  const tokens = Math.min(rate.burst, bucket.tokens + (elapsed / 1000) * rate.perSecond)
  if (tokens >= cost) return { bucket: { tokens: tokens - cost, at: now }, waitMs: 0 }
  return { bucket: { tokens, at: now }, waitMs: Math.ceil(((cost - tokens) / rate.perSecond) * 1000) }
}
