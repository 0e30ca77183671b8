import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Counted of requests to upstreams and of looks at them. */
export interface AggregatorMetrics {
  answered(request: {
    readonly server: string
    readonly method: string
    readonly outcome: string
    readonly ms: number
  }): void
  looked(outcome: 'news' | 'same' | 'failed'): void
  swapped(): void
  /** Forgets the figures of all others. */
  keepOnly(servers: ReadonlySet<string>): void
}

/** `countTools` says how many tools there are by state, asked when metrics are read. */
export function createAggregatorMetrics(
  registry: Registry | undefined,
  countTools: () => ReadonlyMap<string, number>,
): AggregatorMetrics {
  const nothing = (): void => undefined
  if (registry === undefined) return { answered: nothing, looked: nothing, swapped: nothing, keepOnly: nothing }
  const registers = [registry]
  const requests = new Counter({
    name: 'hearth_mcp_requests_total',
    help: 'Requests to external MCP servers by server, method and outcome',
    labelNames: ['server', 'method', 'outcome'],
    registers,
  })
  const seconds = new Histogram({
    name: 'hearth_mcp_request_seconds',
    help: 'Time of requests to external MCP servers by method, waiting included',
    labelNames: ['method'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers,
  })
  const looks = new Counter({
    name: 'hearth_mcp_looks_total',
    help: 'Looks at what external MCP servers offer, by outcome',
    labelNames: ['outcome'],
    registers,
  })
  const swaps = new Counter({ name: 'hearth_mcp_catalog_swaps_total', help: 'Changes of the tool catalog', registers })
  new Gauge({
    name: 'hearth_mcp_tools',
    help: 'Tools of external MCP servers by state',
    labelNames: ['state'],
    registers,
    collect() {
      this.reset()
      for (const [state, count] of countTools()) this.set({ state }, count)
    },
  })
  /** By server what it has figures of; methods and outcomes are closed sets. */
  const counted = new Map<string, Map<string, { readonly method: string; readonly outcome: string }>>()
  const note = (server: string, method: string, outcome: string): void => {
    const ofServer = counted.get(server) ?? new Map()
    counted.set(server, ofServer.set(`${method} ${outcome}`, { method, outcome }))
  }
  return {
    answered: ({ server, method, outcome, ms }) => {
      note(server, method, outcome)
      requests.inc({ server, method, outcome })
      seconds.observe({ method }, ms / 1000)
    },
    looked: (outcome) => looks.inc({ outcome }),
    swapped: () => swaps.inc(),
    keepOnly: (servers) => {
      for (const [server, labels] of counted) {
        if (servers.has(server)) continue
        for (const { method, outcome } of labels.values()) requests.remove({ server, method, outcome })
        counted.delete(server)
      }
    },
  }
}
