/** Crashes since the last answer that was finished. */
export interface CrashRecord {
  readonly count: number
  readonly lastAtMs: number
}

export const noCrashes: CrashRecord = { count: 0, lastAtMs: 0 }

const freeRestarts = 2
const firstDelayMs = 1000
const maxDelayMs = 30_000

/** When the next start is allowed: at once after two crashes, then 1, 2, 4 … 30 s after the last. */
export function restartAtMs({ count, lastAtMs }: CrashRecord): number {
  if (count <= freeRestarts) return 0
  return lastAtMs + Math.min(firstDelayMs * 2 ** (count - freeRestarts - 1), maxDelayMs)
}
