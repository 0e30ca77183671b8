export interface FlapPlan {
  readonly index: number
  readonly servers: number
  /** One round of being there and being gone; 0: always there. */
  readonly flapMs: number
}

/**
 * Whether a server is there, and the version of its catalog, so long after the start. Each is there for the first half of
 * its round, with a new catalog for each quarter; the rounds of all servers are spread evenly. Pure.
 */
export function flapAt({ index, servers, flapMs }: FlapPlan, sinceStartMs: number): { isUp: boolean; version: number } {
  if (flapMs === 0) return { isUp: true, version: 0 }
  const rounds = sinceStartMs / flapMs + index / servers
  return { isUp: rounds % 1 < 0.5, version: Math.floor(rounds * 4) }
}
