import type { MissingName } from '../common/config/loaded-config.ts'
import type { ConnectionInfo, ConnectionState } from '../common/contracts/model-adapter.ts'
import { HearthError } from '../common/errors/hearth-error.ts'

/** A server that may want a key. */
interface KeyedConnection {
  readonly api_key?: string | undefined
}

export interface ConnectionSettings<Connection extends KeyedConnection> {
  /** Read at every call, so that keys and servers change without a restart. */
  readonly connections: () => Readonly<Record<string, Connection>>
  /** Names that the configuration asks for and nobody has set. Default: none. */
  readonly missing?: () => readonly MissingName[]
}

/** The connections of one adapter, as they are now. */
export interface Connections<Connection> {
  /** Where a connection stands in the configuration. */
  pathOf(name: string): string
  /** Also those that the configuration had to leave out for want of a name. */
  describe(): readonly ConnectionInfo[]
  /** The connection of that name. @throws HearthError `gateway_no_adapter`, which says what to do. */
  ready(name: string): Connection
}

/** The vendor whose connections these are. */
interface Vendor {
  /** The adapter's name. */
  readonly adapter: string
  /** The variable that holds its key by custom. */
  readonly keyVariable: string
}

export function createConnections<Connection extends KeyedConnection>(
  { adapter, keyVariable }: Vendor,
  settings: ConnectionSettings<Connection>,
): Connections<Connection> {
  const pathOf = (name: string) => `adapters.${adapter}.connections.${name}`
  const stateOf = (name: string): ConnectionState => {
    const connection = settings.connections()[name]
    const variable = missingOf(settings).find((each) => each.connection === pathOf(name))?.name
    // An absent key is a server that needs none; a key that came out empty is a key still to be set.
    if (connection !== undefined && connection.api_key !== '' && variable === undefined) return { status: 'ready' }
    return { status: 'disabled', reason: `set ${variable ?? keyVariable} (or ${pathOf(name)}.api_key)` }
  }
  const describe = () => namesOf(settings, pathOf('')).map((name) => ({ name, state: stateOf(name) }))
  return {
    pathOf,
    describe,
    ready(name) {
      const state = describe().find((connection) => connection.name === name)?.state
      const connection = settings.connections()[name]
      if (connection !== undefined && state?.status === 'ready') return connection
      const todo = state?.status === 'disabled' ? state.reason : `add ${pathOf(name)}, or name another connection`
      throw new HearthError('gateway_no_adapter', `The connection ${adapter}/${name} cannot serve: ${todo}.`)
    },
  }
}

type Settings = ConnectionSettings<KeyedConnection>

const missingOf = (settings: Settings): readonly MissingName[] => settings.missing?.() ?? []

function namesOf(settings: Settings, prefix: string): readonly string[] {
  const wanting = missingOf(settings)
    .map(({ connection }) => connection)
    .filter((path) => path.startsWith(prefix))
  return [...new Set([...Object.keys(settings.connections()), ...wanting.map((path) => path.slice(prefix.length))])]
}
