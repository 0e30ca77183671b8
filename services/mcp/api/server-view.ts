import type { z } from 'zod'
import type { McpServer } from '../../common/contracts/mcp-server.ts'
import type { Principal } from '../../common/contracts/principal.ts'
import type { Aggregator } from '../aggregator/aggregator.ts'
import { redactUri } from '../aggregator/calls/redact.ts'
import type { CatalogTool } from '../aggregator/catalog.ts'
import type { UpstreamStatus } from '../aggregator/upstream.ts'
import { hasScope } from './access.ts'
import type { serverStatusView, serverView } from './schemas/server-schema.ts'

type StatusView = z.output<typeof serverStatusView>

/**
 * Servers with how they are now, for one caller. Who may not change settings sees which variables and headers they have, not
 * their values, of addresses not what may be a secret, and that there was an error, not which.
 */
export function serverViewer(
  caller: Principal,
  aggregator: Pick<Aggregator, 'catalog' | 'statuses'>,
): (server: McpServer) => z.output<typeof serverView> {
  const statuses = new Map(aggregator.statuses().map((status) => [status.name, status]))
  const tools = Map.groupBy(aggregator.catalog().tools.values(), ({ server }) => server)
  const seesValues = hasScope(caller, ['settings'])
  return (server) => {
    const status = statuses.get(server.name)
    const shown = seesValues ? server : withoutValues(server)
    return {
      ...shown,
      status:
        status === undefined
          ? null
          : { ...viewOfStatus(status, tools.get(server.name) ?? []), last_error: errorFor(caller, status) },
    }
  }
}

function viewOfStatus(status: UpstreamStatus, tools: readonly CatalogTool[]): Omit<StatusView, 'last_error'> {
  const count = (what: ToolCount): number => tools.filter((tool) => countOf(tool) === what).length
  return {
    state: status.state,
    era: status.era ?? null,
    protocol_version: status.protocolVersion ?? null,
    retry_at: status.retryAt ?? null,
    restarts: status.restarts,
    calls_in_flight: status.callsInFlight,
    latency_ms: status.latencyMs ?? null,
    pid: status.pid ?? null,
    memory_bytes: status.memoryBytes ?? null,
    tools: { on: count('on'), off: count('off'), quarantined: count('quarantined') },
  }
}

/** What went wrong at a server, in words of its program: they may hold anything that it knows. */
export function errorFor(caller: Principal, status: UpstreamStatus | undefined): string | null {
  if (status?.lastError === undefined) return null
  return hasScope(caller, ['settings']) ? status.lastError : hidden
}

type ToolCount = keyof StatusView['tools']

function countOf({ state, enabled }: CatalogTool): ToolCount | undefined {
  if (state === 'gone') return undefined
  if (state === 'quarantined') return 'quarantined'
  return enabled ? 'on' : 'off'
}

/** References are no secrets, but people write secrets where references belong. */
function withoutValues(server: McpServer): McpServer {
  const { url, args, env, headers, oauth } = server
  return {
    ...server,
    ...(url === undefined ? {} : { url: redactUri(url) }),
    ...(args === undefined ? {} : { args: args.map(() => hidden) }),
    ...(env === undefined ? {} : { env: hideAll(env) }),
    ...(headers === undefined ? {} : { headers: hideAll(headers) }),
    ...(oauth?.client_secret ? { oauth: { ...oauth, client_secret: hidden } } : {}),
  }
}

const hidden = '…'

const hideAll = (texts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.keys(texts).map((name) => [name, hidden]))
