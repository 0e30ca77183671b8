import type http from 'node:http'
import type { ConnectionParts, McpConnection, McpTarget } from './connection.ts'
import { openModern, openSessionful } from './http-connection.ts'
import { openSse } from './sse-connection.ts'

/** Opens a connection as its target says. Rejects when the other side does not open one. */
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
