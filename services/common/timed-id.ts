import { randomUUID } from 'node:crypto'

/**
 * 32 hex characters: 48 bits of time, then 80 random bits. Later ids sort behind earlier ones, which keeps the indexes
 * of the database compact; nothing relies on it for order.
 */
export function createTimedId(clock: () => number): string {
  // Of a UUID, whose randomness Node draws ahead, the 20 digits that are all random.
  const random = randomUUID()
  return clock().toString(16).padStart(12, '0') + random.slice(0, 8) + random.slice(24)
}
