const shortestMs = 50
const longestMs = 30_000
const calmMs = 2000

/** How restless an upstream is: how often in a row it said that its lists changed. */
export interface Unrest {
  readonly streak: number
  /** When it was looked at last, milliseconds of any clock; undefined: never. */
  readonly lookedAtMs: number | undefined
}

export const calm: Unrest = { streak: 0, lookedAtMs: undefined }

/**
 * How long to wait after it said that its lists changed: 50 ms, so that a burst is one look; then twice as long each time
 * it goes on, up to 30 s, so that one that never rests costs nearly nothing. Rest makes good.
 */
export function nextLook(
  { streak, lookedAtMs }: Unrest,
  nowMs: number,
): { readonly waitMs: number; readonly streak: number } {
  if (lookedAtMs === undefined) return { waitMs: shortestMs, streak: 0 }
  const restedMs = nowMs - lookedAtMs
  const gapMs = gapOf(streak)
  if (restedMs > Math.max(calmMs, 2 * gapMs)) return { waitMs: shortestMs, streak: 0 }
  return { waitMs: Math.max(shortestMs, gapMs - restedMs), streak: streak + 1 }
}

const gapOf = (streak: number): number => Math.min(longestMs, shortestMs * 2 ** Math.min(streak, 20))

const paceMs = 100

/** One look after another at all that are restless, so that hundreds of them together cost as little as a few. */
export class SlowLane {
  #freeAtMs = Number.NEGATIVE_INFINITY

  /** How long the next one waits for its turn. */
  wait(nowMs: number): number {
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + paceMs
    return this.#freeAtMs - nowMs
  }
}
