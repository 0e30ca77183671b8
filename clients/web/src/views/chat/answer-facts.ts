import type { AttemptRecord, WireUsage } from '../../../../../services/common/contracts/run-event.ts'

/** What the details of an answer tell; undefined where nobody measured. */
export interface AnswerFacts {
  readonly target: { readonly provider: string; readonly connection: string; readonly model: string } | undefined
  readonly firstTokenMs: number | undefined
  readonly durationMs: number | undefined
  readonly tokensPerSecond: number | undefined
  readonly usage: WireUsage | null
  /** In the order they were made. */
  readonly attempts: readonly AttemptRecord[]
}

/** Times are those of the attempt that answered; before it, others may have failed. */
export function answerFacts(attempts: readonly AttemptRecord[], usage: WireUsage | null): AnswerFacts {
  const inOrder = attempts.toSorted((a, b) => a.attempt - b.attempt)
  const last = inOrder.at(-1)
  return {
    target:
      last === undefined ? undefined : { provider: last.provider, connection: last.connection, model: last.model },
    firstTokenMs: last?.first_token_ms,
    durationMs: last?.duration_ms,
    tokensPerSecond: last === undefined || usage === null ? undefined : pace(last, usage.output_tokens),
    usage,
    attempts: inOrder,
  }
}

/** Below this, a clock says nothing about a pace. */
const leastMs = 20

/** Tokens after the first, over the time they took; the first one's wait is told beside it. */
function pace(
  { duration_ms: durationMs, first_token_ms: firstTokenMs }: AttemptRecord,
  tokens: number,
): number | undefined {
  if (firstTokenMs === undefined || tokens < 2) return undefined
  const tookMs = durationMs - firstTokenMs
  return tookMs < leastMs ? undefined : ((tokens - 1) / tookMs) * 1000
}
