import { isLoopback } from '../http/is-loopback.ts'
import type { Config, LocalConnection } from './config-schema.ts'
import { configSchema } from './config-schema.ts'
import type { Explained } from './explain-issue.ts'

/** What one key's schema cannot say, as an ordered list of rules. */
export function brokenRules(config: Config): readonly Explained[] {
  return [lanNeedsHosts(config), ...ownSecrets(config), ...mixedLocalKeys(config)].filter(
    (broken) => broken !== undefined,
  )
}

/** A LAN bind needs the host names that clients use: anything else would let a foreign page reach us by DNS rebinding. */
function lanNeedsHosts({ gateway }: Config): Explained | undefined {
  const shipped = configSchema.parse({}).gateway.allowed_hosts
  const isShipped = JSON.stringify(gateway.allowed_hosts) === JSON.stringify(shipped)
  if (isLoopback(gateway.host) || !isShipped) return undefined
  const message = `is open to the LAN, so gateway.allowed_hosts must list the names and addresses that clients use, such as [localhost, 127.0.0.1, hearth.lan] (or HEARTH_GATEWAY__ALLOWED_HOSTS=localhost,127.0.0.1,hearth.lan)`
  return { path: ['gateway', 'host'], message }
}

/** Whoever may add a server by the API would get these, and with them the house. */
const houseSecrets: readonly string[] = ['HEARTH_ADMIN_TOKEN', 'HEARTH_CLUSTER_TOKEN', 'HEARTH_TOKEN']

const ownSecrets = ({ secrets }: Config): readonly Explained[] =>
  secrets.allow.flatMap((name, index) =>
    houseSecrets.includes(name)
      ? [{ path: ['secrets', 'allow', index], message: 'is a secret of the house itself, which no server may get' }]
      : [],
  )

const engineKeys = ['models_dir', 'context_tokens', 'sequences', 'threads'] as const
const serverKeys = ['flavor', 'api_key', 'num_ctx'] as const

/** A key that means nothing where it stands is a mistake that nobody would notice. */
function mixedLocalKeys({ adapters }: Config): readonly Explained[] {
  const connections = Object.entries(adapters.local.connections)
  return connections.flatMap(([name, connection]) =>
    wrongLocalKeys(connection).map(({ key, message }) => ({
      path: ['adapters', 'local', 'connections', name, key],
      message,
    })),
  )
}

function wrongLocalKeys(connection: LocalConnection): readonly { readonly key: string; readonly message: string }[] {
  const plain = configSchema.parse({ adapters: { local: { connections: { plain: {} } } } }).adapters.local.connections[
    'plain'
  ]
  const isSet = (key: keyof LocalConnection) => connection[key] !== plain?.[key]
  if (connection.base_url === null) {
    const message = 'is about a server: set base_url beside it, or leave it out for the embedded engine'
    return serverKeys.filter(isSet).map((key) => ({ key, message }))
  }
  const message =
    'is about the embedded engine: leave it out where base_url names a server, which has settings of its own'
  const wrong = engineKeys.filter(isSet).map((key) => ({ key, message }))
  if (connection.num_ctx === null || connection.flavor === 'ollama') return wrong
  return [
    ...wrong,
    { key: 'num_ctx', message: 'is an option of Ollama: set flavor: ollama beside it, or leave it out' },
  ]
}
