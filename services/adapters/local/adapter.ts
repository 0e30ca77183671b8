import type { Config, LocalConnection } from '../../common/config/config-schema.ts'
import type { MissingName } from '../../common/config/loaded-config.ts'
import type { ConnectionInfo, ModelAdapter } from '../../common/contracts/model-adapter.ts'
import { HearthError, toHearthError } from '../../common/errors/hearth-error.ts'
import type { Part } from '../../common/lifecycle/part.ts'
import { failingStream } from '../../common/streams/failing-stream.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import { EmbeddedModels, notServed } from './embedded-models.ts'
import { connectionPath, isServer } from './server/connection.ts'
import { ServerModels } from './server/server-models.ts'

type Connections = Config['adapters']['local']['connections']

interface LocalAdapterOptions {
  /** The connections as they are now; a changed one takes effect with its next answer. */
  readonly connections: () => Connections
  /** Names that the configuration asks for and nobody has set. Default: none. */
  readonly missing?: () => readonly MissingName[]
  /** Holds `models` unless a connection names another folder. */
  readonly dataDir: string
  readonly log: Logger
  /** Folder of the package `hearth-engine`. */
  readonly engineDirectory?: string
}

/** Models of this house: in an engine of our own, or behind servers such as Ollama. */
export interface LocalAdapter extends ModelAdapter, Part {
  /** Resolves when no connection is loading: each is ready or disabled. @throws `signal`'s reason. */
  whenLoaded(signal: AbortSignal): Promise<void>
}

/** `start` returns at once; the first model of each embedded connection, by name, is loaded in the background. */
export function createLocalAdapter(options: LocalAdapterOptions): LocalAdapter {
  const { connections, log } = options
  const missing = options.missing ?? (() => [])
  const embedded = new EmbeddedModels({ ...options, connections: () => embeddedOnly(connections()) })
  const servers = new ServerModels(log)
  const find = (name: string) => connections()[name] ?? unknownConnection(name, missing())
  const streamOf: ModelAdapter['generate'] = (request, signal) => {
    const connection = find(request.connection)
    if (!isServer(connection)) return embedded.generate(connection, request, signal)
    const state = serverState(request.connection, connection)
    if (state.status === 'disabled') throw notServed(state.reason)
    return servers.generate(connection, request, signal)
  }
  return {
    name: 'local',
    start: () => embedded.start(),
    stop: async (deadline) => {
      servers.close()
      await embedded.stop(deadline)
    },
    whenLoaded: (signal) => embedded.whenLoaded(signal),
    describe: () => {
      embedded.retire()
      const known = Object.entries(connections()).map(([name, each]) => ({
        name,
        state: isServer(each) ? serverState(name, each) : embedded.stateOf(name, each),
      }))
      return { name: 'local', connections: [...known, ...wanting(missing())] }
    },
    generate: (request, signal) => {
      try {
        return streamOf(request, signal)
      } catch (error) {
        return failingStream(toHearthError(error))
      }
    },
    embed: async (request, signal) => {
      const connection = find(request.connection)
      if (isServer(connection)) return servers.embed(connection, request, signal)
      throw new HearthError(
        'caller_unsupported_feature',
        'The embedded engine has no embeddings; name a target whose server has them.',
      )
    },
  }
}

const embeddedOnly = (connections: Connections): Connections =>
  Object.fromEntries(Object.entries(connections).filter(([, each]) => !isServer(each)))

/** Not asked whether it runs: that would cost every run a request. A dead one fails at once, with what to do. */
const serverState = (name: string, { api_key }: LocalConnection) =>
  api_key === ''
    ? ({ status: 'disabled', reason: `set ${connectionPath(name)}.api_key, or leave it out` } as const)
    : ({ status: 'ready' } as const)

/** Those that the configuration had to leave out for want of a name. */
function wanting(missing: readonly MissingName[]): readonly ConnectionInfo[] {
  const prefix = connectionPath('')
  return missing
    .filter(({ connection }) => connection.startsWith(prefix))
    .map(({ connection, name }) => ({
      name: connection.slice(prefix.length),
      state: { status: 'disabled', reason: `set ${name}, which ${connection} asks for` },
    }))
}

function unknownConnection(name: string, missing: readonly MissingName[]): never {
  const state = wanting(missing).find((each) => each.name === name)?.state
  throw notServed(state?.status === 'disabled' ? state.reason : `it has no connection named "${name}"`)
}
