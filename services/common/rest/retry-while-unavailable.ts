import { setTimeout as sleep } from 'node:timers/promises'
import { HearthError } from '../errors/hearth-error.ts'
import type { Logger } from '../telemetry/logger.ts'

export interface RetryOptions {
  /** Bound of all waits together, milliseconds. */
  readonly forMs: number
  /** What is tried again, for the log. */
  readonly what: string
  readonly log: Logger
  /** 0..1, spreads the waits of many callers. */
  readonly random: () => number
}

const firstDelayMs = 100
const maxDelayMs = 2000

/**
 * Repeats idempotent work while the store cannot be reached: waits double from 100 ms to 2 s, with jitter, until `forMs`
 * of waiting is used up. @throws the last error; any other error at once.
 */
export async function retryWhileUnavailable<Result>(
  work: () => Promise<Result>,
  { forMs, what, log, random }: RetryOptions,
): Promise<Result> {
  let waitedMs = 0
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(2 * delayMs, maxDelayMs)) {
    try {
      return await work()
    } catch (error) {
      if (!isUnavailable(error) || waitedMs + delayMs > forMs) throw error
      if (waitedMs === 0) log.warn({ err: error }, `${what} waits for the mcp role`)
    }
    waitedMs += delayMs
    await sleep(delayMs * (0.5 + random() / 2))
  }
}

const isUnavailable = (error: unknown): boolean => error instanceof HearthError && error.code === 'store_unavailable'
