import { join } from 'node:path'
import { createAdapterSet } from '../adapters/registry.ts'
import type { AdapterSet } from '../common/contracts/adapter-set.ts'
import type { Router } from '../common/contracts/router.ts'
import type { Part } from '../common/lifecycle/part.ts'
import { Readiness } from '../common/lifecycle/readiness.ts'
import { SettingsMirror } from '../common/settings/settings-mirror.ts'
import { createRegistry, OperationsListener } from '../common/telemetry/operations.ts'
import { createRouter } from '../router/router.ts'
import { AdapterReadiness } from './adapter-readiness.ts'
import { removeAddress, writeAddress } from './address-file.ts'
import { LiveConfig } from './live-config.ts'
import { createMcpRole, type McpRole, type McpSeams, remoteMcp } from './mcp-role.ts'
import { createMcpTools, type McpTools } from './mcp-tools.ts'
import { createPublicSide } from './public-side.ts'
import { remoteAdapters, remoteRouter, serveAdapters, serveRouter } from './seams-over-grpc.ts'
import type { House, HouseOptions, Wiring } from './wiring.ts'

/** Builds the roles of this process and joins them: by function call where both ends are here, else over the network. */
export async function composeHouse(options: HouseOptions): Promise<House> {
  const readiness = new Readiness()
  const live = new LiveConfig(options.loaded, readiness, options.log)
  const wiring: Wiring = { ...options, live, readiness, registry: createRegistry() }
  const settings = settingsOf(wiring)
  const adapters = adaptersOf(wiring)
  const router = settings && routerOf(wiring, settings, adapters?.set)
  const publicSide = settings && (await createPublicSide(wiring, { ...settings, router: router?.router }))
  const operations = operationsOf(wiring, settings?.mcp)
  const parts = [
    operations.listener,
    live,
    ...partsOf(settings),
    operations.address,
    ...partsOf(adapters),
    ...partsOf(router),
    ...(publicSide ?? []),
  ]
  return { parts, readiness }
}

const partsOf = (side: { readonly parts: readonly Part[] } | undefined): readonly Part[] => side?.parts ?? []

interface SettingsSide {
  readonly mcp: McpSeams
  /** mcp when it runs in this process. */
  readonly own: McpRole | undefined
  /** With `own`. */
  readonly tools: McpTools | undefined
  readonly mirror: SettingsMirror
  readonly parts: readonly Part[]
}

/** mcp, here or elsewhere, and this process's copy of the settings; nothing for a process of adapters alone. */
function settingsOf(wiring: Wiring): SettingsSide | undefined {
  const { roles, readiness, log } = wiring
  if (!roles.has('mcp') && !roles.has('gateway') && !roles.has('router')) return undefined
  const own = roles.has('mcp') ? createMcpRole(wiring) : undefined
  const mcp = own ?? mcpElsewhere(wiring)
  const mirror = new SettingsMirror({ settings: mcp.settings, bus: mcp.bus, readiness, log })
  const tools = own && createMcpTools(wiring, own, mirror)
  return {
    mcp,
    own,
    tools,
    mirror,
    parts: [...partsOf(own), mirror, ...(tools === undefined ? [] : [tools.aggregator])],
  }
}

function mcpElsewhere({ loaded, log }: Wiring): McpSeams {
  return remoteMcp(loaded.config.endpoints.mcp ?? '', loaded.secrets.clusterToken ?? '', log)
}

interface Adapters {
  readonly set: AdapterSet
  readonly parts: readonly Part[]
}

/** The adapters of this process; those of another one when only the router is here. */
function adaptersOf(wiring: Wiring): Adapters | undefined {
  const { roles, live, log, readiness } = wiring
  if (!roles.has('adapters')) return roles.has('router') ? remoteAdapters(wiring) : undefined
  const { set, parts } = createAdapterSet({
    config: () => live.current().config,
    missing: () => live.current().missing,
    dataDir: live.current().paths.dataDir,
    log: log.child({ role: 'adapters' }),
  })
  const served = roles.has('router') ? [] : [serveAdapters(wiring, set)]
  return { set, parts: [...parts, new AdapterReadiness(set, readiness), ...served] }
}

interface RouterSide {
  readonly router: Router
  readonly parts: readonly Part[]
}

/** The router of this process; that of another one when only the gateway is here. */
function routerOf(
  wiring: Wiring,
  { mcp, mirror }: SettingsSide,
  adapters: AdapterSet | undefined,
): RouterSide | undefined {
  const { roles, loaded, log, registry } = wiring
  if (!roles.has('router') || adapters === undefined) return roles.has('gateway') ? remoteRouter(wiring) : undefined
  const { router, part } = createRouter(
    {
      adapters,
      history: mcp.history,
      settings: () => mirror.current(),
      log: log.child({ role: 'router' }),
      metrics: registry,
    },
    { queuedPerLane: loaded.config.gateway.limits.queued_per_lane },
  )
  const served = roles.has('gateway') ? [] : [serveRouter(wiring, router)]
  return { router, parts: [part, ...served] }
}

interface OperationsSide {
  readonly listener: Part
  /** Tells programs of this machine where the listener is; starts after the store, whose lock guards the data folder. */
  readonly address: Part
}

function operationsOf(wiring: Wiring, mcp: McpSeams | undefined): OperationsSide {
  const { loaded, roles, readiness, registry, log, tell } = wiring
  const { host, port, open_metrics: openMetrics } = loaded.config.operations
  const file = join(loaded.paths.dataDir, 'operations-address')
  const listener = new OperationsListener({
    host,
    port,
    openMetrics,
    allowedHosts: loaded.config.gateway.allowed_hosts,
    yieldPort: !roles.has('gateway'),
    readiness,
    registry,
    mayRead: async (token) => {
      const caller = await mcp?.identity.authenticate(token, AbortSignal.timeout(5000)).catch(() => undefined)
      return caller?.scopes.includes('read') === true || caller?.scopes.includes('admin') === true
    },
    log,
  })
  let address = ''
  return {
    listener: {
      name: listener.name,
      start: async () => {
        await listener.start()
        address = `http://${host}:${listener.port}`
        tell('operations', `${address}/readyz`)
      },
      stop: () => listener.stop(),
    },
    address: {
      name: 'operations address',
      start: async () => (roles.has('gateway') ? writeAddress(file, address) : undefined),
      stop: () => removeAddress(file, address),
    },
  }
}
