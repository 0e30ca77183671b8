import { OpenAI } from 'openai'
import type { HttpTransport } from '../http-transport.ts'

/** A server that speaks OpenAI's API, and its key. */
export interface OpenaiServer {
  /** Up to and with /v1. */
  readonly base_url: string
  /** Unset: a server that needs none. */
  readonly api_key?: string | undefined
}

const maxClients = 32
/** The SDK's own timer only covers the headers; ours cover everything, so its is put out of the way. */
const sdkTimeoutMs = 2 ** 31 - 1

/** SDK clients by their server, the longest unused one dropped first. They hold no sockets: the transport does. */
export function createOpenaiClients(transport: HttpTransport): (server: OpenaiServer) => OpenAI {
  const clients = new Map<string, OpenAI>()
  return (server) => {
    const key = JSON.stringify([server.base_url, server.api_key])
    const client = clients.get(key) ?? createClient(server, transport)
    clients.delete(key)
    clients.set(key, client)
    for (const [oldest] of clients) {
      if (clients.size <= maxClients) break
      clients.delete(oldest)
    }
    return client
  }
}

const createClient = (server: OpenaiServer, transport: HttpTransport): OpenAI =>
  new OpenAI({
    baseURL: server.base_url,
    apiKey: server.api_key ?? 'no-key-needed',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: sdkTimeoutMs,
    logLevel: 'off',
    fetch: (input, init) => transport.fetch(input, { ...init, headers: ownHeaders(init?.headers, server) }),
  })

const sent: ReadonlySet<string> = new Set(['accept', 'content-type', 'user-agent'])

/**
 * The SDK adds the headers of the variable OPENAI_CUSTOM_HEADERS, facts about this machine, and a key where there is none:
 * only the connection's own key leaves the house.
 */
function ownHeaders(headers: RequestInit['headers'], { api_key: key }: OpenaiServer): Headers {
  const own = new Headers([...new Headers(headers)].filter(([name]) => sent.has(name)))
  if (key !== undefined) own.set('authorization', `Bearer ${key}`)
  return own
}
