import type { Readable } from 'node:stream'
import type { Anthropic } from '@anthropic-ai/sdk'
import type { MessageCreateParamsStreaming } from '@anthropic-ai/sdk/resources/messages'
import type { AnthropicConnection, Config } from '../../common/config/config-schema.ts'
import type { MissingName } from '../../common/config/loaded-config.ts'
import type { GenerateRequest } from '../../common/contracts/generate-request.ts'
import type { ConnectionInfo, ConnectionState, ModelAdapter } from '../../common/contracts/model-adapter.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { Part } from '../../common/lifecycle/part.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import { type AttemptTimers, startAttemptTimers } from '../attempt-timers.ts'
import { createHttpTransport, type HttpTransport } from '../http-transport.ts'
import { streamError } from '../vendor-failure.ts'
import { readVendorStream } from '../vendor-stream.ts'
import { createAnthropicClients } from './anthropic-client.ts'
import { mapError } from './map-error.ts'
import { mapRequest } from './map-request.ts'
import { messagesDialect } from './map-stream.ts'

export interface AnthropicAdapterDeps {
  /** Read at every call, so that keys and servers change without a restart. */
  readonly connections: () => Config['adapters']['anthropic']['connections']
  /** Names that the configuration asks for and nobody has set. Default: none. */
  readonly missing?: () => readonly MissingName[]
  readonly log: Logger
}

/** Anthropic's Messages API, and every server that speaks it. `stop` closes its sockets. */
export function createAnthropicAdapter(deps: AnthropicAdapterDeps): ModelAdapter & Part {
  const transport = createHttpTransport()
  const clients = createAnthropicClients(transport)
  return {
    describe: () => ({ name: 'anthropic', connections: describeConnections(deps) }),
    async *generate(request, signal) {
      const settings = readyConnection(deps, request.connection)
      const { body, dropped } = mapRequest(request, settings.api_version)
      if (dropped.length > 0) yield [{ type: 'parameters-dropped', names: dropped }]
      const timers = startAttemptTimers(request.timeouts, signal)
      const toFailure = (error: unknown) => mapError(error, connectionPath(request.connection))
      try {
        timers.signal.throwIfAborted()
        const stream = await openMessages(clients(settings), transport, body, timers)
        yield* readVendorStream(stream, messagesDialect, { transport, timers, mapError: toFailure })
      } catch (error) {
        throw noted(deps.log, timers.failure() ?? toFailure(error), request)
      } finally {
        timers.dispose()
      }
    },
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

function noted(log: Logger, failure: HearthError, { runId, attempt, connection }: GenerateRequest): HearthError {
  log.debug({ runId, attempt, connection, code: failure.code, ...failure.details }, 'anthropic attempt failed')
  return failure
}

const connectionPath = (name: string) => `adapters.anthropic.connections.${name}`

/** Also those that the configuration had to leave out for want of a name. */
function describeConnections(deps: AnthropicAdapterDeps): readonly ConnectionInfo[] {
  const connections = deps.connections()
  const missing = deps.missing?.() ?? []
  const prefix = connectionPath('')
  const wanting = missing.map(({ connection }) => connection).filter((path) => path.startsWith(prefix))
  const names = new Set([...Object.keys(connections), ...wanting.map((path) => path.slice(prefix.length))])
  return [...names].map((name) => ({ name, state: stateOf(name, connections[name], missing) }))
}

/** An absent key is a server that needs none; a key that came out empty is a key still to be set. */
function stateOf(
  name: string,
  settings: AnthropicConnection | undefined,
  missing: readonly MissingName[],
): ConnectionState {
  const variable = missing.find(({ connection }) => connection === connectionPath(name))?.name
  if (settings !== undefined && settings.api_key !== '' && variable === undefined) return { status: 'ready' }
  return { status: 'disabled', reason: `set ${variable ?? 'ANTHROPIC_API_KEY'} (or ${connectionPath(name)}.api_key)` }
}

function readyConnection(deps: AnthropicAdapterDeps, name: string): AnthropicConnection {
  const state = describeConnections(deps).find((connection) => connection.name === name)?.state
  const settings = deps.connections()[name]
  if (settings !== undefined && state?.status === 'ready') return settings
  const todo = state?.status === 'disabled' ? state.reason : `add ${connectionPath(name)}, or name another connection`
  throw new HearthError('gateway_no_adapter', `The connection anthropic/${name} cannot serve: ${todo}.`)
}
