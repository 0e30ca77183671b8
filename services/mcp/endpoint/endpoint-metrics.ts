import { Counter, Gauge, type Registry } from 'prom-client'
import type { Era } from '../aggregator/upstream.ts'
import { type Held, held } from './requests/token-usage.ts'

/** What is counted of clients of the endpoint. */
export interface EndpointMetrics {
  /** A request of a client was taken. */
  taken(era: Era): void
}

/** `count` says how many of each are open, asked when metrics are read. Without a registry nothing is counted. */
export function createEndpointMetrics(registry: Registry | undefined, count: (what: Held) => number): EndpointMetrics {
  if (registry === undefined) return { taken: () => undefined }
  const registers = [registry]
  const requests = new Counter({
    name: 'hearth_mcp_client_requests_total',
    help: 'Requests of MCP clients by the era of the protocol they speak',
    labelNames: ['era'],
    registers,
  })
  new Gauge({
    name: 'hearth_mcp_client_open',
    help: 'Calls, listeners, sessions of MCP clients, and calls that wait for a person',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const kind of held) this.set({ kind }, count(kind))
    },
  })
  return { taken: (era) => requests.inc({ era }) }
}
