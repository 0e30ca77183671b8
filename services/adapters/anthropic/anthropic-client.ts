import { Anthropic } from '@anthropic-ai/sdk'
import type { AnthropicConnection } from '../../common/config/config-schema.ts'
import type { HttpTransport } from '../http-transport.ts'

const maxClients = 32
/** The SDK's own timer only covers the headers; ours cover everything, so its is put out of the way. */
const sdkTimeoutMs = 2 ** 31 - 1

/** SDK clients by their connection, the longest unused one dropped first. They hold no sockets: the transport does. */
export function createAnthropicClients(transport: HttpTransport): (connection: AnthropicConnection) => Anthropic {
  const clients = new Map<string, Anthropic>()
  return (connection) => {
    const key = JSON.stringify([connection.base_url, connection.api_key, connection.api_version])
    const client = clients.get(key) ?? createClient(connection, transport)
    clients.delete(key)
    clients.set(key, client)
    for (const [oldest] of clients) {
      if (clients.size <= maxClients) break
      clients.delete(oldest)
    }
    return client
  }
}

/** A key is always given: without one the SDK looks for credentials in the environment and in files. */
const createClient = (connection: AnthropicConnection, transport: HttpTransport): Anthropic =>
  new Anthropic({
    baseURL: connection.base_url,
    apiKey: connection.api_key ?? 'no-key-needed',
    webhookKey: null,
    maxRetries: 0,
    timeout: sdkTimeoutMs,
    logLevel: 'off',
    openTelemetry: false,
    defaultHeaders: headersOf(connection),
    fetch: (input, init) => transport.fetch(input, { ...init, headers: ownHeaders(init?.headers) }),
  })

/**
 * From 2026-10-21 the key is a bearer token, before it was `x-api-key`; a server without a key gets neither.
 * Source: https://platform.claude.com/docs/en/api/migration-2026-10-21, read 2026-11-22.
 */
function headersOf({ api_key: key, api_version: version }: AnthropicConnection) {
  const isBearer = key !== undefined && version >= '2026-10-21'
  return {
    'anthropic-version': version,
    authorization: isBearer ? `Bearer ${key}` : null,
    'x-api-key': isBearer ? null : (key ?? null),
  }
}

const sent: ReadonlySet<string> = new Set([
  'accept',
  'anthropic-version',
  'authorization',
  'content-type',
  'user-agent',
  'x-api-key',
])

/** The SDK adds the headers of the variable ANTHROPIC_CUSTOM_HEADERS and facts about this machine; neither leaves it. */
const ownHeaders = (headers: RequestInit['headers']): Headers =>
  new Headers([...new Headers(headers)].filter(([name]) => sent.has(name)))
