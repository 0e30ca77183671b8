import { Anthropic } from '@anthropic-ai/sdk'
import type { AnthropicConnection } from '../../common/config/config-schema.ts'
import type { HttpTransport } from '../http-transport.ts'
import { cacheClients, onlyHeaders, sdkTimeoutMs } from '../sdk-clients.ts'

/** The client of a connection. */
export const createAnthropicClients = (transport: HttpTransport): ((connection: AnthropicConnection) => Anthropic) =>
  cacheClients(
    ({ base_url, api_key, api_version }) => [base_url, api_key, api_version],
    (connection) => createClient(connection, transport),
  )

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
    fetch: (input, init) => transport.fetch(input, { ...init, headers: onlyHeaders(init?.headers, sent) }),
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

/** Not those of the variable ANTHROPIC_CUSTOM_HEADERS. */
const sent: ReadonlySet<string> = new Set([
  'accept',
  'anthropic-version',
  'authorization',
  'content-type',
  'user-agent',
  'x-api-key',
])
