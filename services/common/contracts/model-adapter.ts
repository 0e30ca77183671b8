import type { GenerateEvent } from './generate-event.ts'
import type { Embeddings, EmbedRequest, GenerateRequest } from './generate-request.ts'

/** One external system that generates text or pictures. Implemented by each folder of services/adapters. */
export interface ModelAdapter {
  /** What can be asked of this adapter now. Cheap; called before every run. */
  describe(): AdapterInfo
  /**
   * One attempt at one target. Yields batches: all events that one upstream read produced, never empty.
   * The last event is `finish`, preceded by `usage` when the vendor reports it; every `-start` has its `-end` before.
   * Aborting `signal` closes the vendor's socket and makes the iterator throw `caller_cancelled`.
   * @throws HearthError `provider_*` on any failure of the vendor; its stream ending without a terminator is
   *   `provider_stream_truncated`, never a success. Nothing is retried here.
   */
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<readonly GenerateEvent[]>
  /**
   * Texts to vectors. Aborting `signal` closes the vendor's socket and rejects with `caller_cancelled`.
   * @throws HearthError `caller_unsupported_feature` where the adapter has no embeddings, `provider_*`.
   */
  embed(request: EmbedRequest, signal: AbortSignal): Promise<Embeddings>
}

export interface AdapterInfo {
  /** Name of the adapter: `openai`, `anthropic`, `local`, `demo`. */
  readonly name: string
  readonly connections: readonly ConnectionInfo[]
}

/** One key or server of an adapter. */
export interface ConnectionInfo {
  readonly name: string
  readonly state: ConnectionState
}

export type ConnectionState =
  | { readonly status: 'ready'; readonly models?: readonly string[] }
  | { readonly status: 'loading'; readonly reason: string; readonly progress?: number }
  /** `reason` says what to do, such as "set OPENAI_API_KEY". */
  | { readonly status: 'disabled'; readonly reason: string }
