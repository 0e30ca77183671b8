import type { Readable } from 'node:stream'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { AttemptTimers } from '../../attempt-timers.ts'
import type { HttpTransport } from '../../http-transport.ts'
import { refusalOf } from '../../vendor-failure.ts'
import { keyHeaders } from './await-model.ts'
import type { ServerConnection } from './connection.ts'
import { nativeUrl } from './server-url.ts'

/** Whom to ask, and what. */
export interface OllamaCallTo {
  readonly connection: ServerConnection
  /** The connection's, such as `adapters.local.connections.workshop`. */
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * `POST /api/chat`: the body of a good answer, which the caller owns.
 * @throws HearthError for a refusal, `provider_stream_error` for anything but JSON; what the socket throws.
 */
export async function openOllamaStream(
  { connection, path, body }: OllamaCallTo,
  transport: HttpTransport,
  timers: AttemptTimers,
): Promise<Readable> {
  const response = await transport.fetch(nativeUrl(connection.base_url, 'api/chat'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...keyHeaders(connection) },
    body: JSON.stringify(body),
    signal: timers.signal,
  })
  timers.onHeaders()
  const { status, headers } = response
  if (status >= 300) throw refusalOf({ status, headers, codes: [], path })
  const stream = transport.takeBody(response)
  if (stream !== undefined && (headers.get('content-type') ?? 'json').includes('json')) return stream
  stream?.destroy()
  throw new HearthError(
    'provider_stream_error',
    `The server answered with something other than JSON; check that ${path}.base_url points to Ollama (usually ending in :11434/v1).`,
  )
}
