import type { AdapterSet } from '../common/contracts/adapter-set.ts'
import type { FinishReason, GenerateEvent } from '../common/contracts/generate-event.ts'
import type { GenerateRequest } from '../common/contracts/generate-request.ts'
import type { AttemptRecord } from '../common/contracts/run-event.ts'
import { HearthError, toHearthError } from '../common/errors/hearth-error.ts'
import { forEachBatch } from '../common/streams/for-each-batch.ts'
import type { AnswerState } from './answer-state.ts'
import type { Target } from './targets.ts'

export interface AttemptDeps {
  readonly adapters: AdapterSet
  readonly clock: () => number
  /** Takes a batch; returns where the answer stands after it. */
  readonly onBatch: (batch: readonly GenerateEvent[]) => AnswerState
}

/** What one try at one target came to. */
export type AttemptResult =
  | { readonly type: 'finished'; readonly reason: FinishReason; readonly record: AttemptRecord }
  | { readonly type: 'failed'; readonly error: HearthError; readonly record: AttemptRecord }

/** One try at one target. Never throws; a stream that ends without `finish` is `provider_stream_truncated`. */
export async function runAttempt(
  { adapters, clock, onBatch }: AttemptDeps,
  target: Target,
  work: { readonly request: GenerateRequest; readonly signal: AbortSignal },
): Promise<AttemptResult> {
  const startedAt = clock()
  let firstTokenMs: number | undefined
  let reason: FinishReason | undefined
  let dropped: readonly string[] = []
  const record = (outcome: AttemptRecord['outcome'], error?: HearthError): AttemptRecord => ({
    attempt: work.request.attempt,
    provider: target.adapter,
    connection: target.connection,
    model: target.model,
    outcome,
    ...(outcome === 'failed' && error !== undefined ? { error_code: error.code } : {}),
    ...(error?.details.vendorStatus === undefined ? {} : { vendor_status: error.details.vendorStatus }),
    ...(dropped.length === 0 ? {} : { dropped_parameters: dropped }),
    duration_ms: elapsed(startedAt, clock()),
    ...(firstTokenMs === undefined ? {} : { first_token_ms: firstTokenMs }),
  })
  try {
    await forEachBatch(adapters.generate(target.adapter, work.request, work.signal), work.signal, (batch) => {
      const state = onBatch(batch)
      reason = state.finish
      dropped = state.droppedParameters
      if (state.hasContent) firstTokenMs ??= elapsed(startedAt, clock())
    })
    if (reason === undefined) throw truncated()
    return { type: 'finished', reason, record: record('completed') }
  } catch (thrown) {
    const error = toHearthError(thrown)
    return { type: 'failed', error, record: record(error.code === 'caller_cancelled' ? 'cancelled' : 'failed', error) }
  }
}

const elapsed = (from: number, to: number): number => Math.max(0, Math.round(to - from))

const truncated = () =>
  new HearthError('provider_stream_truncated', 'The answer broke off without its terminator; the part so far is kept.')
