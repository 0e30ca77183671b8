import type { Config, OpenaiConnection } from '../../common/config/config-schema.ts'
import type { MissingName } from '../../common/config/loaded-config.ts'
import type { GenerateRequest } from '../../common/contracts/generate-request.ts'
import type { ConnectionInfo, ConnectionState, ModelAdapter } from '../../common/contracts/model-adapter.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import type { Part } from '../../common/lifecycle/part.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import { startAttemptTimers } from '../attempt-timers.ts'
import { mapError } from '../chat-completions/map-error.ts'
import { mapRequest } from '../chat-completions/map-request.ts'
import { chatDialect } from '../chat-completions/map-stream.ts'
import { openChatStream } from '../chat-completions/open-stream.ts'
import { createOpenaiClients } from '../chat-completions/openai-client.ts'
import { createHttpTransport } from '../http-transport.ts'
import { readVendorStream } from '../vendor-stream.ts'

export interface OpenaiAdapterDeps {
  /** Read at every call, so that keys and servers change without a restart. */
  readonly connections: () => Config['adapters']['openai']['connections']
  /** Names that the configuration asks for and nobody has set. Default: none. */
  readonly missing?: () => readonly MissingName[]
  readonly log: Logger
}

/** OpenAI Chat Completions, and every server that speaks it. `stop` closes its sockets. */
export function createOpenaiAdapter(deps: OpenaiAdapterDeps): ModelAdapter & Part {
  const transport = createHttpTransport()
  const clients = createOpenaiClients(transport)
  return {
    describe: () => ({ name: 'openai', connections: describeConnections(deps) }),
    async *generate(request, signal) {
      const settings = readyConnection(deps, request.connection)
      const body = mapRequest(request, settings.base_url)
      const timers = startAttemptTimers(request.timeouts, signal)
      const toFailure = (error: unknown) => mapError(error, connectionPath(request.connection))
      try {
        timers.signal.throwIfAborted()
        const stream = await openChatStream(clients(settings), transport, body, timers)
        const dialect = chatDialect(`call_${request.runId.slice(-16)}_${request.attempt}_`)
        yield* readVendorStream(stream, dialect, { transport, timers, mapError: toFailure })
      } catch (error) {
        throw noted(deps.log, timers.failure() ?? toFailure(error), request)
      } finally {
        timers.dispose()
      }
    },
    embed: async () => {
      throw new HearthError('caller_unsupported_feature', 'The openai adapter has no embeddings; use another target.')
    },
    name: 'openai',
    start: async () => undefined,
    stop: async () => transport.close(),
  }
}

function noted(log: Logger, failure: HearthError, { runId, attempt, connection }: GenerateRequest): HearthError {
  log.debug({ runId, attempt, connection, code: failure.code, ...failure.details }, 'openai attempt failed')
  return failure
}

const connectionPath = (name: string) => `adapters.openai.connections.${name}`

/** Also those that the configuration had to leave out for want of a name. */
function describeConnections(deps: OpenaiAdapterDeps): readonly ConnectionInfo[] {
  const connections = deps.connections()
  const prefix = connectionPath('')
  const wanting = (deps.missing?.() ?? []).map(({ connection }) => connection).filter((path) => path.startsWith(prefix))
  const names = new Set([...Object.keys(connections), ...wanting.map((path) => path.slice(prefix.length))])
  return [...names].map((name) => ({ name, state: stateOf(name, connections[name], deps.missing?.() ?? []) }))
}

/** An absent key is a server that needs none; a key that came out empty is a key still to be set. */
function stateOf(
  name: string,
  settings: OpenaiConnection | undefined,
  missing: readonly MissingName[],
): ConnectionState {
  const variable = missing.find(({ connection }) => connection === connectionPath(name))?.name
  if (settings !== undefined && settings.api_key !== '' && variable === undefined) return { status: 'ready' }
  return { status: 'disabled', reason: `set ${variable ?? 'OPENAI_API_KEY'} (or ${connectionPath(name)}.api_key)` }
}

function readyConnection(deps: OpenaiAdapterDeps, name: string): OpenaiConnection {
  const state = describeConnections(deps).find((connection) => connection.name === name)?.state
  const settings = deps.connections()[name]
  if (settings !== undefined && state?.status === 'ready') return settings
  const todo = state?.status === 'disabled' ? state.reason : `add ${connectionPath(name)}, or name another connection`
  throw new HearthError('gateway_no_adapter', `The connection openai/${name} cannot serve: ${todo}.`)
}
