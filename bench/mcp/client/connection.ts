import type http from 'node:http'
import { openModern, openSessionful } from './http-connection.ts'
import { openSse } from './sse-connection.ts'

/** `modern`: revision 2026-07-28; `legacy`: streamable HTTP with a session, before it; `sse`: HTTP with SSE of 2024-11-05. */
export type Transport = 'modern' | 'legacy' | 'sse'

/** Where and how to ask. Plain data: it goes to another process. */
export interface McpTarget {
  readonly url: string
  readonly transport: Transport
  /** Sent as a bearer token; undefined: none. */
  readonly token?: string | undefined
}

/** A client that does no more than it must, so that the other side is measured. */
export interface McpConnection {
  /** The result of a request. @throws Error for an answer that is an error, and for none. */
  ask(method: string, params: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>
  /** Resolves when the other side tells from now on; calls back each time it says that its tools changed. */
  listen(onTools: () => void): Promise<void>
  close(): void
}

export interface ConnectionParts {
  readonly url: URL
  readonly agent: http.Agent
  readonly headers: Readonly<Record<string, string>>
}

export function connect({ url, transport, token }: McpTarget, agent: http.Agent): Promise<McpConnection> {
  const parts: ConnectionParts = {
    url: new URL(url),
    agent,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
  }
  switch (transport) {
    case 'modern':
      return openModern(parts)
    case 'legacy':
      return openSessionful(parts)
    case 'sse':
      return openSse(parts)
  }
}
