import { setTimeout as sleep } from 'node:timers/promises'

/** Bounds a batch when the reader is slower than the pace. */
const longestBatch = 256
const longestTimerMs = 2 ** 31 - 1

/**
 * `items` at a steady rate, the first at once: each batch holds what is due by now, so a pace faster than a timer's tick
 * comes in larger batches. One timer at a time; an abort throws at once.
 */
export async function* paced<Item>(
  items: readonly Item[],
  perSecond: number,
  signal: AbortSignal,
): AsyncGenerator<readonly Item[], void> {
  const startedAtMs = performance.now()
  let given = 0
  while (given < items.length) {
    const dueAtMs = startedAtMs + (given / perSecond) * 1000
    const waitMs = dueAtMs - performance.now()
    if (waitMs > 0) await sleep(Math.min(waitMs, longestTimerMs), undefined, { signal })
    signal.throwIfAborted()
    const due = Math.floor(((performance.now() - startedAtMs) / 1000) * perSecond) + 1
    const batch = items.slice(given, Math.min(Math.max(due, given), given + longestBatch))
    given += batch.length
    if (batch.length > 0) yield batch
  }
}
