import type { ConnectionParts, McpConnection } from './connection.ts'
import { exchange, type OpenStream, openStream } from './exchange.ts'
import {
  envelope,
  initializeParams,
  messageIn,
  modernRevision,
  notificationText,
  requestText,
  resultOf,
  sessionfulRevision,
  tellsOfTools,
} from './message.ts'

/** No session: every request says all. */
export function openModern({ url, agent, headers }: ConnectionParts): Promise<McpConnection> {
  let lastId = 0
  let stream: OpenStream | undefined
  const requestOf = (method: string, params: Readonly<Record<string, unknown>>, id: number) => ({
    url,
    agent,
    headers: {
      ...headers,
      'mcp-protocol-version': modernRevision,
      'mcp-method': method,
      ...(typeof params['name'] === 'string' && { 'mcp-name': params['name'] }),
    },
    body: requestText(id, method, { ...params, _meta: envelope }),
  })
  return Promise.resolve({
    ask: async (method, params) => {
      lastId += 1
      const id = lastId
      return resultOf(messageIn((await exchange(requestOf(method, params, id))).text, id))
    },
    listen: async (onTools) => {
      lastId += 1
      const request = requestOf('subscriptions/listen', { notifications: { toolsListChanged: true } }, lastId)
      const acknowledged = Promise.withResolvers<void>()
      stream = await openStream(
        request,
        ({ data }) => {
          acknowledged.resolve()
          if (tellsOfTools(data)) onTools()
        },
        () => acknowledged.reject(new Error('The stream of news ended.')),
      )
      await acknowledged.promise
    },
    close: () => stream?.close(),
  })
}

/** Opens a session; news come over a stream of its own. */
export async function openSessionful(parts: ConnectionParts): Promise<McpConnection> {
  const { url, agent } = parts
  let lastId = 0
  let stream: OpenStream | undefined
  const opening = { url, agent, headers: parts.headers, body: requestText(0, 'initialize', initializeParams) }
  const first = await exchange(opening)
  resultOf(messageIn(first.text, 0))
  const session = first.headers['mcp-session-id']
  const headers = {
    ...parts.headers,
    'mcp-protocol-version': sessionfulRevision,
    ...(typeof session === 'string' && { 'mcp-session-id': session }),
  }
  await exchange({ url, agent, headers, body: notificationText('notifications/initialized') })
  return {
    ask: async (method, params) => {
      lastId += 1
      const id = lastId
      const { text } = await exchange({ url, agent, headers, body: requestText(id, method, params) })
      return resultOf(messageIn(text, id))
    },
    listen: async (onTools) => {
      const onEvent = ({ data }: { readonly data: string }): void => {
        if (tellsOfTools(data)) onTools()
      }
      stream = await openStream({ url, agent, headers }, onEvent, () => undefined)
    },
    close: () => stream?.close(),
  }
}
