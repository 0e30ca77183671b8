import type {
  AdapterInfo as WireAdapterInfo,
  ConnectionInfo as WireConnectionInfo,
} from '../../../proto/gen/hearth/v1/adapter.ts'
import type { AdapterInfo, ConnectionInfo, ConnectionState } from '../contracts/model-adapter.ts'
import { dropUndefined, present } from './wire-values.ts'

type WireState = NonNullable<WireConnectionInfo['state']>

export const encodeAdapterInfo = ({ name, connections }: AdapterInfo): WireAdapterInfo => ({
  name,
  connections: connections.map((connection) => ({ name: connection.name, state: encodeState(connection.state) })),
})

export const decodeAdapterInfo = ({ name, connections }: WireAdapterInfo): AdapterInfo => ({
  name,
  connections: connections.map(
    (connection): ConnectionInfo => ({ name: connection.name, state: decodeState(present(connection.state, 'state')) }),
  ),
})

function encodeState(state: ConnectionState): WireState {
  switch (state.status) {
    case 'ready':
      return { $case: 'ready', value: { models: state.models === undefined ? undefined : { names: state.models } } }
    case 'loading':
      return { $case: 'loading', value: { reason: state.reason, progress: state.progress } }
    case 'disabled':
      return { $case: 'disabled', value: { reason: state.reason } }
  }
}

function decodeState({ $case, value }: WireState): ConnectionState {
  switch ($case) {
    case 'ready':
      return { status: 'ready', ...dropUndefined({ models: value.models?.names }) }
    case 'loading':
      return { status: 'loading', ...dropUndefined(value) }
    case 'disabled':
      return { status: 'disabled', reason: value.reason }
  }
}
