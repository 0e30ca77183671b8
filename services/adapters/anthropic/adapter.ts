import type { Readable } from 'node:stream'
import type { Anthropic } from '@anthropic-ai/sdk'
import type { MessageCreateParamsStreaming } from '@anthropic-ai/sdk/resources/messages'
import type { AnthropicConnection } from '../../common/config/config-schema.ts'
import type { GenerateRequest } from '../../common/contracts/generate-request.ts'
import type { ModelAdapter } from '../../common/contracts/model-adapter.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { Part } from '../../common/lifecycle/part.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { AttemptTimers } from '../attempt-timers.ts'
import { type ConnectionSettings, createConnections } from '../connections.ts'
import { createHttpTransport, type HttpTransport } from '../http-transport.ts'
import { vendorAttempt } from '../vendor-attempt.ts'
import { streamError } from '../vendor-failure.ts'
import { readVendorStream } from '../vendor-stream.ts'
import { createAnthropicClients } from './anthropic-client.ts'
import { mapError } from './map-error.ts'
import { mapRequest } from './map-request.ts'
import { messagesDialect } from './map-stream.ts'

export interface AnthropicAdapterDeps extends ConnectionSettings<AnthropicConnection> {
  readonly log: Logger
}

/** Anthropic's Messages API, and every server that speaks it. `stop` closes its sockets. */
export function createAnthropicAdapter(deps: AnthropicAdapterDeps): ModelAdapter & Part {
  const transport = createHttpTransport()
  const clients = createAnthropicClients(transport)
  const connections = createConnections({ adapter: 'anthropic', keyVariable: 'ANTHROPIC_API_KEY' }, deps)
  return {
    describe: () => ({ name: 'anthropic', connections: connections.describe() }),
    generate: (request, signal) =>
      vendorAttempt({
        request,
        signal,
        transport,
        mapError: (error) => mapError(error, connections.pathOf(request.connection)),
        note: (failure) => note(deps.log, failure, request),
        async *begin(reading) {
          const settings = connections.ready(request.connection)
          const { body, dropped } = mapRequest(request, settings.api_version)
          if (dropped.length > 0) yield [{ type: 'parameters-dropped', names: dropped }]
          const stream = await openMessages(clients(settings), transport, body, reading.timers)
          return readVendorStream(stream, messagesDialect, reading)
        },
      }),
    embed: async () => {
      throw new HearthError(
        'caller_unsupported_feature',
        'The anthropic adapter has no embeddings; use another target.',
      )
    },
    name: 'anthropic',
    start: async () => undefined,
    stop: async () => transport.close(),
  }
}

/** The body of a good answer. `client.messages.create` would print warnings about models on the console. */
async function openMessages(
  client: Anthropic,
  transport: HttpTransport,
  body: MessageCreateParamsStreaming,
  timers: AttemptTimers,
): Promise<Readable> {
  const response = await client.post('/v1/messages', { body, signal: timers.signal, stream: true }).asResponse()
  timers.onHeaders()
  const stream = transport.takeBody(response)
  const type = response.headers.get('content-type') ?? 'text/event-stream'
  if (stream !== undefined && type.includes('text/event-stream')) return stream
  stream?.destroy()
  throw streamError(
    'The server answered with something other than an event stream, so base_url may not point to a Messages API (it ends before /v1)',
  )
}

const note = (log: Logger, failure: HearthError, { runId, attempt, connection }: GenerateRequest): void =>
  log.debug({ runId, attempt, connection, code: failure.code, ...failure.details }, 'anthropic attempt failed')
