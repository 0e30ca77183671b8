import { setTimeout as sleep } from 'node:timers/promises'

/** Calls `read` every `everyMs` until the signal is aborted; resolves with the highest result. Rejects as `read` does. */
export async function watchPeak(read: () => Promise<number>, everyMs: number, signal: AbortSignal): Promise<number> {
  let peak = await read()
  while (!signal.aborted) {
    await sleep(everyMs, undefined, { signal }).catch(() => undefined)
    peak = Math.max(peak, await read())
  }
  return peak
}
