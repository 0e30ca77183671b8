import type { Principal } from '../../../common/contracts/principal.ts'
import type { Origin } from '../../../common/contracts/resource.ts'
import type { Aggregator } from '../../aggregator/aggregator.ts'
import type { CatalogTool } from '../../aggregator/catalog.ts'
import type { UpstreamState, UpstreamStatus } from '../../aggregator/upstream.ts'
import { isGuest } from '../../api/access.ts'
import { errorFor } from '../../api/server-view.ts'

export interface ServerSummary {
  readonly name: string
  readonly enabled: boolean
  readonly origin: Origin
  readonly state: UpstreamState
  readonly last_error: string | null
  /** Tools that may be called. */
  readonly tools: number
  readonly tools_off: number
  readonly tools_quarantined: number
}

type Sum = Pick<ServerSummary, 'tools' | 'tools_off' | 'tools_quarantined'>

const nothing: Sum = { tools: 0, tools_off: 0, tools_quarantined: 0 }

/** Every server with its state and its tools counted, by name, with the rights of REST. */
export function serverSummaries(
  aggregator: Pick<Aggregator, 'catalog' | 'statuses'>,
  caller: Principal,
): readonly ServerSummary[] {
  if (isGuest(caller)) return []
  const { servers, tools } = aggregator.catalog()
  const statuses = new Map(aggregator.statuses().map((status) => [status.name, status]))
  const sums = sumTools(tools.values())
  return [...servers.values()]
    .map(({ name, enabled, origin }) => ({
      name,
      enabled,
      origin,
      ...stateOf(statuses.get(name), enabled, caller),
      ...(sums.get(name) ?? nothing),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

const stateOf = (
  status: UpstreamStatus | undefined,
  enabled: boolean,
  caller: Principal,
): Pick<ServerSummary, 'state' | 'last_error'> => ({
  state: enabled ? (status?.state ?? 'cold') : 'off',
  last_error: errorFor(caller, status),
})

function sumTools(tools: Iterable<CatalogTool>): ReadonlyMap<string, Sum> {
  const sums = new Map<string, Sum>()
  for (const tool of tools) {
    const column = columnOf(tool)
    if (column === undefined) continue
    const sum = sums.get(tool.server) ?? nothing
    sums.set(tool.server, { ...sum, [column]: sum[column] + 1 })
  }
  return sums
}

function columnOf({ state, enabled }: CatalogTool): keyof Sum | undefined {
  if (state === 'gone') return undefined
  if (state === 'quarantined') return 'tools_quarantined'
  return enabled ? 'tools' : 'tools_off'
}
