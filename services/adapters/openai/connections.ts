import type { Config, OpenaiConnection } from '../../common/config/config-schema.ts'
import type { MissingName } from '../../common/config/loaded-config.ts'
import type { ConnectionInfo, ConnectionState } from '../../common/contracts/model-adapter.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'

export interface ConnectionSettings {
  /** Read at every call, so that keys and servers change without a restart. */
  readonly connections: () => Config['adapters']['openai']['connections']
  /** Names that the configuration asks for and nobody has set. Default: none. */
  readonly missing?: () => readonly MissingName[]
}

/** Where a connection stands in the configuration. */
export const connectionPath = (name: string) => `adapters.openai.connections.${name}`

/** Also those that the configuration had to leave out for want of a name. */
export function describeConnections(settings: ConnectionSettings): readonly ConnectionInfo[] {
  const connections = settings.connections()
  const missing = settings.missing?.() ?? []
  const prefix = connectionPath('')
  const wanting = missing.map(({ connection }) => connection).filter((path) => path.startsWith(prefix))
  const names = new Set([...Object.keys(connections), ...wanting.map((path) => path.slice(prefix.length))])
  return [...names].map((name) => ({ name, state: stateOf(name, connections[name], missing) }))
}

/** An absent key is a server that needs none; a key that came out empty is a key still to be set. */
function stateOf(
  name: string,
  connection: OpenaiConnection | undefined,
  missing: readonly MissingName[],
): ConnectionState {
  const variable = missing.find((each) => each.connection === connectionPath(name))?.name
  if (connection !== undefined && connection.api_key !== '' && variable === undefined) return { status: 'ready' }
  return { status: 'disabled', reason: `set ${variable ?? 'OPENAI_API_KEY'} (or ${connectionPath(name)}.api_key)` }
}

/** The connection of that name. @throws HearthError `gateway_no_adapter`, which says what to do. */
export function readyConnection(settings: ConnectionSettings, name: string): OpenaiConnection {
  const state = describeConnections(settings).find((connection) => connection.name === name)?.state
  const connection = settings.connections()[name]
  if (connection !== undefined && state?.status === 'ready') return connection
  const todo = state?.status === 'disabled' ? state.reason : `add ${connectionPath(name)}, or name another connection`
  throw new HearthError('gateway_no_adapter', `The connection openai/${name} cannot serve: ${todo}.`)
}
