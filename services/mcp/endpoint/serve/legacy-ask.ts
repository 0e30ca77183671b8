import type { LoggingLevel, RequestOptions, Result, Server, ServerContext } from '@modelcontextprotocol/server'
import type { Question } from '../../aggregator/upstream.ts'
import type { DirectAnswer } from '../direct/direct-answer.ts'
import type { SessionCall } from '../direct/session-call.ts'
import type { Ask, Caller } from '../requests/ask.ts'

export interface LegacyClient {
  readonly caller: Caller
  readonly server: Server
  readonly logLevel: LoggingLevel
  /** How long a person may take to answer, milliseconds. */
  readonly answerMs: number
}

/** A request inside a session: what the client can do it said when the session began. */
export function legacyAsk({ mcpReq }: ServerContext, client: LegacyClient): Ask {
  const send: Send = (request, options) => mcpReq.send(request, options)
  return {
    ...common(client, mcpReq.signal, send),
    progressToken: mcpReq._meta?.progressToken,
    inputResponses: mcpReq.inputResponses,
    requestState: mcpReq.requestState(),
    notify: (notification) => {
      // A client that left gets no more; its session ends by itself.
      mcpReq.notify(notification).catch(() => undefined)
    },
  }
}

/** The same for a call that is answered without the SDK; questions go through the SDK, which knows the answers. */
export function directAsk(
  { id, progressToken }: SessionCall,
  client: LegacyClient,
  { answer, signal }: { readonly answer: DirectAnswer; readonly signal: AbortSignal },
): Ask {
  const send: Send = (request, options) => client.server.request(request, { ...options, relatedRequestId: id })
  return {
    ...common(client, signal, send),
    progressToken,
    inputResponses: undefined,
    requestState: undefined,
    notify: (notification) => answer.notify(notification),
  }
}

type Send = (
  request: Pick<Question, 'method'> & { readonly params?: Record<string, unknown> },
  options: RequestOptions,
) => Promise<Result>

const common = ({ caller, server, logLevel, answerMs }: LegacyClient, signal: AbortSignal, send: Send) => ({
  caller,
  era: 'legacy' as const,
  capabilities: server.getClientCapabilities() ?? {},
  logLevel,
  signal,
  ask: ({ method, params }: Question) =>
    send({ method, ...(params === undefined ? {} : { params: { ...params } }) }, { timeout: answerMs, signal }),
})
