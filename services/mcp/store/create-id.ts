import { randomBytes } from 'node:crypto'

/**
 * 32 hex characters: 48 bits of time, then 80 random bits. Later ids sort behind earlier ones, which keeps the indexes
 * of the database compact; nothing relies on it for order.
 */
export function createTimedId(clock: () => number): string {
  return clock().toString(16).padStart(12, '0') + randomBytes(10).toString('hex')
}
