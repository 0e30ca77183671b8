const firstRetryMs = 500
const longestRetryMs = 60_000
/** Having listened for so long, earlier failures are forgotten. */
const settledMs = 5000

/** How many listenings in a row came to nothing, after one more that broke; `listenedMs` is 0 when it was never open. */
export const failuresAfter = (failures: number, listenedMs: number): number =>
  listenedMs >= settledMs ? 1 : failures + 1

/** Milliseconds until the next listening after so many failures, 1 or more. */
export const retryMs = (failures: number): number =>
  Math.min(firstRetryMs * 2 ** Math.min(failures - 1, 10), longestRetryMs)
