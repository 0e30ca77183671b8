import type { Failure } from '../../protocol/hearth-client.ts'

/** What is wrong with a try, as the form shows it. */
export type PairProblem =
  | { readonly kind: 'code-short'; readonly missing: number }
  | { readonly kind: 'name-missing' }
  | { readonly kind: 'wrong' }
  /** Epoch milliseconds. */
  | { readonly kind: 'limited'; readonly until: number }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** When the house does not say how long: its window for wrong codes. */
const limitMs = 60_000

export function problemOf(failure: Failure, now: number): PairProblem {
  switch (failure.code) {
    case 'policy_unauthenticated':
      return { kind: 'wrong' }
    case 'policy_rate_limited':
      return { kind: 'limited', until: now + (failure.retryAfterMs ?? limitMs) }
    default:
      return { kind: 'failed', failure }
  }
}
