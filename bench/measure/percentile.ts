/** The smallest value that `share` (0 to 1) of all are not above; 0 when there is none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}

/** p50 and p99 of values in any order. */
export function spreadOf(values: readonly number[]): { readonly p50: number; readonly p99: number } {
  const sorted = Float64Array.from(values).sort()
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) }
}

/** The middle value; of an even count the mean of the two in the middle. NaN when there is none. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]]
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2
}
