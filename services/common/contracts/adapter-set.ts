import type { GenerateEvent } from './generate-event.ts'
import type { Embeddings, EmbedRequest, GenerateRequest } from './generate-request.ts'
import type { AdapterInfo } from './model-adapter.ts'

/** Every model adapter the router can reach, in this process or behind gRPC. */
export interface AdapterSet {
  /** What each adapter can do now; asked before every run. @throws HearthError `gateway_no_adapter` when none can be reached. */
  describe(signal: AbortSignal): Promise<readonly AdapterInfo[]>
  /** `ModelAdapter.generate` of the adapter of that name; an unknown name throws `gateway_no_adapter`. */
  generate(adapter: string, request: GenerateRequest, signal: AbortSignal): AsyncIterable<readonly GenerateEvent[]>
  /** `ModelAdapter.embed` of the adapter of that name; an unknown name rejects with `gateway_no_adapter`. */
  embed(adapter: string, request: EmbedRequest, signal: AbortSignal): Promise<Embeddings>
}
