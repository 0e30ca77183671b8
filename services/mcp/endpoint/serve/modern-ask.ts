import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  LOG_LEVEL_META_KEY,
  type LoggingLevel,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Ask, Caller } from '../requests/ask.ts'

/** A request of 2026-07-28 and later says everything itself; the SDK has checked the envelope. */
export function modernAsk({ mcpReq }: ServerContext, caller: Caller): Ask {
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {}
  return {
    caller,
    era: 'modern',
    capabilities: (envelope[CLIENT_CAPABILITIES_META_KEY] ?? {}) as ClientCapabilities,
    logLevel: envelope[LOG_LEVEL_META_KEY] as LoggingLevel | undefined,
    progressToken: mcpReq._meta?.progressToken,
    inputResponses: mcpReq.inputResponses,
    requestState: mcpReq.requestState(),
    signal: mcpReq.signal,
    notify: (notification) => {
      // A client that left gets no more; its request ends by its signal.
      mcpReq.notify(notification).catch(() => undefined)
    },
  }
}
