import type { ClientCapabilities, LoggingLevel, Notification, Result } from '@modelcontextprotocol/server'
import type { Principal } from '../../../common/contracts/principal.ts'
import type { Audience } from '../../aggregator/aggregator.ts'
import type { Era, Question } from '../../aggregator/upstream.ts'

/** Whose request it is, and what the address it came to shows. */
export interface Caller {
  readonly principal: Principal
  readonly audience: Audience
}

/** One request of a client, of either era, with everything the client said about itself. */
export interface Ask {
  readonly caller: Caller
  readonly era: Era
  readonly capabilities: ClientCapabilities
  /** Absent: it wants no log messages. */
  readonly logLevel: LoggingLevel | undefined
  /** Absent: it wants no progress. */
  readonly progressToken: string | number | undefined
  /** Of a retry: what it was asked for. */
  readonly inputResponses: Readonly<Record<string, unknown>> | undefined
  /** Of a retry: as it came, not yet opened. */
  readonly requestState: string | undefined
  /** The client left or cancelled. */
  readonly signal: AbortSignal
  /** On the stream of this request; lost when the client is gone. */
  notify(notification: Notification): void
  /** Asks a client with a session while its request runs; modern clients are answered `input_required` instead. */
  ask?(question: Question): Promise<Result>
}
