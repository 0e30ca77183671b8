import { Counter, Gauge, type Registry } from 'prom-client'

/** What is counted of the WebSockets and the HTTP requests; without a registry nothing is. */
export interface GatewayMetrics {
  opened(): void
  closed(code: number): void
  /** Default: one. */
  frame(direction: 'in' | 'out', type: string, count?: number): void
  /** An HTTP request has ended. `route` is the path of a route we have, or `unknown`. */
  readonly answered: (route: string, status: number) => void
}

const knownCodes = new Set([1000, 1001, 1002, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1013])

/** Clients choose codes too: what no table knows is `other`, so that labels stay few. */
const codeLabel = (code: number): string =>
  knownCodes.has(code) || (code >= 4400 && code <= 4500) ? String(code) : 'other'

export function createGatewayMetrics(registry: Registry | undefined): GatewayMetrics {
  const nothing = (): void => undefined
  if (registry === undefined) return { opened: nothing, closed: nothing, frame: nothing, answered: nothing }
  const registers = [registry]
  const connections = new Gauge({ name: 'hearth_ws_connections', help: 'Open WebSockets', registers })
  const frames = new Counter({
    name: 'hearth_ws_frames_total',
    help: 'WebSocket messages by direction and type',
    labelNames: ['direction', 'type'],
    registers,
  })
  const closes = new Counter({
    name: 'hearth_ws_closes_total',
    help: 'Ended WebSockets by close code',
    labelNames: ['code'],
    registers,
  })
  const requests = new Counter({
    name: 'hearth_http_requests_total',
    help: 'Ended requests of the OpenAI-compatible routes by route and status; 499: the client left before',
    labelNames: ['route', 'status'],
    registers,
  })
  return {
    opened: () => connections.inc(),
    closed: (code) => {
      connections.dec()
      closes.inc({ code: codeLabel(code) })
    },
    frame: (direction, type, count = 1) => frames.inc({ direction, type }, count),
    answered: (route, status) => requests.inc({ route, status: String(status) }),
  }
}
