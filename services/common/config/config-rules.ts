import { isLoopback } from '../http/is-loopback.ts'
import type { Config } from './config-schema.ts'
import { configSchema } from './config-schema.ts'
import type { Explained } from './explain-issue.ts'

/** What one key's schema cannot say, as an ordered list of rules. */
export function brokenRules(config: Config): readonly Explained[] {
  return [lanNeedsHosts(config)].filter((broken) => broken !== undefined)
}

/** A LAN bind needs the host names that clients use: anything else would let a foreign page reach us by DNS rebinding. */
function lanNeedsHosts({ gateway }: Config): Explained | undefined {
  const shipped = configSchema.parse({}).gateway.allowed_hosts
  const isShipped = JSON.stringify(gateway.allowed_hosts) === JSON.stringify(shipped)
  if (isLoopback(gateway.host) || !isShipped) return undefined
  const message = `is open to the LAN, so gateway.allowed_hosts must list the names and addresses that clients use, such as [localhost, 127.0.0.1, hearth.lan] (or HEARTH_GATEWAY__ALLOWED_HOSTS=localhost,127.0.0.1,hearth.lan)`
  return { path: ['gateway', 'host'], message }
}
