import type { Aggregator } from '../aggregator/aggregator.ts'
import type { UpstreamSignIn } from '../aggregator/upstream.ts'
import type { Store } from '../store/store.ts'

/** What routes work with. */
export interface ApiContext {
  readonly store: Store
  readonly aggregator: Aggregator
  /** Absent: the house signs in nowhere. */
  readonly signIn?: UpstreamSignIn
  /** `mcp.allow_api_commands`, as it is now. */
  readonly allowApiCommands: () => boolean
  /** Epoch milliseconds. */
  readonly clock: () => number
}
