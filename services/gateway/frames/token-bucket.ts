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

/** One step: takes a token, or says how long until there is one. */
export function takeToken(
  bucket: Bucket,
  rate: Rate,
  now: number,
): { readonly bucket: Bucket; readonly waitMs: number } {
  const elapsed = Math.max(0, now - bucket.at)
  const tokens = Math.min(rate.burst, bucket.tokens + (elapsed / 1000) * rate.perSecond)
  if (tokens >= 1) return { bucket: { tokens: tokens - 1, at: now }, waitMs: 0 }
  return { bucket: { tokens, at: now }, waitMs: Math.ceil(((1 - tokens) / rate.perSecond) * 1000) }
}
