import type { LoggingLevel, Server, ServerContext } from '@modelcontextprotocol/server'
import type { Question } from '../../aggregator/upstream.ts'
import type { Ask, Caller } from '../requests/ask.ts'

export interface LegacyClient {
  readonly caller: Caller
  readonly server: Server
  readonly logLevel: LoggingLevel
  /** How long a person may take to answer, milliseconds. */
  readonly answerMs: number
}

/** A request inside a session: what the client can do it said when the session began. */
export function legacyAsk({ mcpReq }: ServerContext, { caller, server, logLevel, answerMs }: LegacyClient): Ask {
  return {
    caller,
    era: 'legacy',
    capabilities: server.getClientCapabilities() ?? {},
    logLevel,
    progressToken: mcpReq._meta?.progressToken,
    inputResponses: mcpReq.inputResponses,
    requestState: mcpReq.requestState(),
    signal: mcpReq.signal,
    notify: (notification) => {
      // A client that left gets no more; its session ends by itself.
      mcpReq.notify(notification).catch(() => undefined)
    },
    ask: ({ method, params }: Question) =>
      mcpReq.send(
        { method, ...(params === undefined ? {} : { params: { ...params } }) },
        { timeout: answerMs, signal: mcpReq.signal },
      ),
  }
}
