import type { Clock } from '../../../../clients/web/src/protocol/clock.ts'

/** A clock that runs `factor` times as fast as the real one. */
export function fastClock(factor: number): Clock {
  const startedAt = Date.now()
  return {
    now: () => Math.round(startedAt + (Date.now() - startedAt) * factor),
    after(ms, work) {
      const timer = setTimeout(work, ms / factor)
      return () => clearTimeout(timer)
    },
  }
}
