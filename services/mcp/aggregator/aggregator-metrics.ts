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
}

/** `countTools` says how many tools there are by state, asked when metrics are read. */
export function createAggregatorMetrics(
  registry: Registry | undefined,
  countTools: () => ReadonlyMap<string, number>,
): AggregatorMetrics {
  const nothing = (): void => undefined
  if (registry === undefined) return { answered: nothing, looked: nothing, swapped: nothing }
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
  return {
    answered: ({ server, method, outcome, ms }) => {
      requests.inc({ server, method, outcome })
      seconds.observe({ method }, ms / 1000)
    },
    looked: (outcome) => looks.inc({ outcome }),
    swapped: () => swaps.inc(),
  }
}
