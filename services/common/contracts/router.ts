import type { Principal } from './principal.ts'
import type { RunEvent } from './run-event.ts'
import type { CancelReason, EmbeddingAnswer, EmbeddingRequest, RunRef, RunRequest, RunView } from './run-request.ts'

/** Runs: one request to completion. A run belongs to neither client nor gateway. */
export interface Router {
  /**
   * Admits a run and returns at once; it goes on by itself until its one terminal event.
   * @throws HearthError `caller_model_unknown`, `caller_not_found` (conversation), `policy_access_denied`,
   *   `policy_rate_limited` (profile limits, full lane), `gateway_draining`, `gateway_config_unavailable`.
   */
  start(request: RunRequest, caller: Principal, signal: AbortSignal): Promise<RunRef>
  /**
   * The events of a run after number `startingAfter` (-1: all), in batches, ending after the terminal event. Where the
   * wanted part was trimmed, the first event is a `response.snapshot` under the number of the last event it includes,
   * and the numbers go on after it. Aborting `signal` only ends the reading. A run that nobody reads for its profile's
   * `detach_ttl_seconds` is cancelled; an ended one is kept for as long, within the bounds of the log.
   * @throws HearthError `caller_not_found` for a run that is not this caller's or is no longer kept.
   */
  attach(
    runId: string,
    startingAfter: number,
    caller: Principal,
    signal: AbortSignal,
  ): AsyncIterable<readonly RunEvent[]>
  /** Runs of this caller: those that go on, oldest first, or that one run while it is kept. */
  runs(wanted: { readonly runId: string } | 'live', caller: Principal, signal: AbortSignal): Promise<readonly RunView[]>
  /** Idempotent; resolves when the cancel is accepted, the terminal event follows on the stream. Unknown runs: `caller_not_found`. */
  cancel(runId: string, reason: CancelReason, caller: Principal): Promise<void>
  /**
   * Vectors from the first target of the profile that can be asked. Aborting `signal` closes the vendor's socket.
   * @throws HearthError as `start`; `caller_unsupported_feature` when that target has no embeddings; `provider_*`.
   */
  embed(request: EmbeddingRequest, caller: Principal, signal: AbortSignal): Promise<EmbeddingAnswer>
}
