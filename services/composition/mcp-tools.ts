import { randomBytes } from 'node:crypto'
import { createSecretSource } from '../common/config/secret-source.ts'
import type { ChangeBus } from '../common/contracts/settings.ts'
import type { Part } from '../common/lifecycle/part.ts'
import type { SettingsMirror } from '../common/settings/settings-mirror.ts'
import type { Aggregator } from '../mcp/aggregator/aggregator.ts'
import { createAggregator } from '../mcp/aggregator/create-aggregator.ts'
import { createUpstreamPool } from '../mcp/aggregator/upstream/create-upstream-pool.ts'
import type { UpstreamSignIn } from '../mcp/aggregator/upstream.ts'
import { apiPrefix } from '../mcp/api/route-table.ts'
import { signInPath } from '../mcp/api/routes/sign-ins.ts'
import { createMcpEndpoint, type McpEndpoint } from '../mcp/endpoint/create-mcp-endpoint.ts'
import { createOwnParts } from '../mcp/endpoint/own/create-own-parts.ts'
import type { Store } from '../mcp/store/store.ts'
import type { Wiring } from './wiring.ts'

/** External MCP servers, and `/mcp` in front of them. */
export interface McpTools {
  readonly aggregator: Aggregator & Part
  readonly endpoint: McpEndpoint
  readonly signIn: UpstreamSignIn | undefined
  readonly allowApiCommands: () => boolean
  /** Told where the house listens, once it does: people who signed in at a server come back there. */
  readonly listensAt: (url: string) => void
}

/** Processes that may be starting at the same time: each takes a third of a second of a core. */
const parallelSpawns = 4

export function createMcpTools(
  wiring: Wiring,
  { store, bus }: { readonly store: Store; readonly bus: ChangeBus },
  mirror: SettingsMirror,
): McpTools {
  const { live, registry: metrics, version } = wiring
  const log = wiring.log.child({ role: 'mcp' })
  const clock = Date.now
  const settings = () => live.current().config
  const allowApiCommands = () => settings().mcp.allow_api_commands
  const onDisable = () => settings().mcp.on_disable
  let listening = ''
  let signIn: UpstreamSignIn | undefined
  const aggregator = createAggregator({
    store,
    bus,
    pool: (listener, verdicts) => {
      const pool = createUpstreamPool({
        listener,
        verdicts,
        secrets: createSecretSource({
          variables: () => live.current().variables,
          allowed: () => settings().secrets.allow,
        }),
        signIn: { box: store.sealed, redirectUrl: () => `${listening}${apiPrefix}${signInPath}` },
        limits: { spawns: parallelSpawns },
        allowApiCommands,
        onDisable,
        dataDir: live.current().paths.dataDir,
        log,
        clock,
        metrics,
      })
      signIn = pool
      return pool
    },
    onDisable,
    clock,
    log,
    metrics,
  })
  const own = createOwnParts({ store, aggregator, bus, log, clock, allowApiCommands })
  // What was sealed before a restart is refused after it, as the upstream's half of a call is gone too.
  const sealKey = randomBytes(32)
  const { audit, identity } = store
  const endpoint = createMcpEndpoint({
    aggregator,
    own,
    identity,
    settings: mirror,
    sealKey,
    audit,
    log,
    metrics,
    clock,
    version,
  })
  const listensAt = (url: string): void => {
    listening = url
  }
  return { aggregator, endpoint, signIn, allowApiCommands, listensAt }
}
