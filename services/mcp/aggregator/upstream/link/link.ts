import type { Asker, Era } from '../../upstream.ts'
import type { ProcessGroup } from '../stdio/process-group.ts'
import type { Conversation } from './conversation.ts'
import type { UpstreamClient } from './upstream-client.ts'

/** A client for one exchange; given back when it is over. */
export interface LeasedClient extends Disposable {
  readonly client: UpstreamClient
}

/** A live way to one upstream, over which its protocol was agreed on. */
export interface Link {
  readonly era: Era
  readonly client: UpstreamClient
  /** Its exchanges, for what an upstream says and asks without naming one. */
  readonly conversation: Conversation
  readonly group: ProcessGroup | undefined
  /** The shared client, or one of its own where that is what tells the messages of exchanges apart. */
  lease(asker: Asker): Promise<LeasedClient>
  /** Resolves with why when it is lost without being closed; never rejects. */
  readonly lost: Promise<string>
  /** Ends what belongs to it, gently until `atOnce` aborts. Idempotent. */
  close(atOnce: AbortSignal): Promise<void>
}

/** What an upstream tells by itself, over a link. */
export interface LinkEvents {
  onListsChanged(): void
  onResourceUpdated(uri: string): void
}
