import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Router } from '../common/contracts/router.ts'
import { HearthError } from '../common/errors/hearth-error.ts'
import { createHttpServer } from '../common/http/http-server.ts'
import type { Part } from '../common/lifecycle/part.ts'
import type { SettingsMirror } from '../common/settings/settings-mirror.ts'
import { createGateway } from '../gateway/gateway.ts'
import { readConsoleFiles } from '../gateway/http/console-files.ts'
import { HttpListener } from './http-listener.ts'
import { type McpRole, type McpSeams, mountMcp } from './mcp-role.ts'
import type { McpTools } from './mcp-tools.ts'
import type { Wiring } from './wiring.ts'

export interface PublicNeeds {
  readonly mcp: McpSeams
  /** mcp when it runs here: its routes are mounted beside the gateway's, or on a listener of their own. */
  readonly own: McpRole | undefined
  /** With `own`. */
  readonly tools: McpTools | undefined
  readonly mirror: SettingsMirror
  readonly router: Router | undefined
}

/** Where `npm run build` leaves the page. */
const consoleFolder = fileURLToPath(new URL('../../clients/web/dist', import.meta.url))

/** The HTTP listener of this process with the roles that speak HTTP on it: gateway, mcp, or both. */
export async function createPublicSide(wiring: Wiring, needs: PublicNeeds): Promise<readonly Part[]> {
  if (wiring.roles.has('gateway')) return gatewaySide(wiring, needs)
  return mcpSide(wiring, needs)
}

async function gatewaySide(wiring: Wiring, needs: PublicNeeds): Promise<readonly Part[]> {
  const { mcp, own, tools, mirror, router } = needs
  const { gateway: config } = wiring.loaded.config
  if (router === undefined) throw new HearthError('gateway_internal', 'The gateway has no router.')
  const gateway = createGateway(
    {
      router,
      identity: mcp.identity,
      history: mcp.history,
      settings: mirror,
      bus: mcp.bus,
      clock: Date.now,
      log: wiring.log.child({ role: 'gateway' }),
      version: wiring.version,
      metrics: wiring.registry,
      consoleFiles: await readConsoleFiles(consoleFolder),
    },
    config,
  )
  const app = httpApp(wiring)
  gateway.attachTo(app.server)
  gateway.registerRoutes(app)
  const endpoints = await mountOn(app, wiring, needs)
  const listener = listenerOf(wiring, app, { ...config, portSetting: 'HEARTH_GATEWAY__PORT', own, tools })
  return [listener, gateway, ...endpoints]
}

async function mcpSide(wiring: Wiring, needs: PublicNeeds): Promise<readonly Part[]> {
  const { own, tools } = needs
  if (own === undefined) return []
  const { mcp: config } = wiring.loaded.config
  const app = httpApp(wiring)
  const endpoints = await mountOn(app, wiring, needs)
  return [listenerOf(wiring, app, { ...config, portSetting: 'HEARTH_MCP__PORT', own, tools }), ...endpoints]
}

/** What mcp answers here: its parts start after the listener and stop before it. */
async function mountOn(
  app: FastifyInstance,
  { loaded, log }: Wiring,
  { own, tools, mirror }: PublicNeeds,
): Promise<readonly Part[]> {
  if (own === undefined || tools === undefined) return []
  const { clusterToken } = loaded.secrets
  await mountMcp(app, { store: own.store, mirror, tools, clusterToken, log: log.child({ role: 'mcp' }) })
  return [tools.endpoint]
}

function httpApp({ loaded, log }: Wiring): FastifyInstance {
  const { gateway } = loaded.config
  return createHttpServer({
    hostPolicy: {
      allowedHosts: gateway.allowed_hosts,
      allowedOrigins: gateway.allowed_origins,
      scheme: gateway.tls === null ? 'http' : 'https',
    },
    bodyLimitBytes: gateway.limits.body_bytes,
    log,
    ...(gateway.tls === null ? {} : { tls: { certFile: gateway.tls.cert_file, keyFile: gateway.tls.key_file } }),
  })
}

interface ListenerNeeds {
  readonly host: string
  readonly port: number
  readonly portSetting: string
  readonly own: McpRole | undefined
  readonly tools: McpTools | undefined
}

function listenerOf({ loaded, roles, tell }: Wiring, app: FastifyInstance, needs: ListenerNeeds): HttpListener {
  const { host, port, portSetting, own, tools } = needs
  return new HttpListener({
    name: 'public listener',
    app,
    host,
    port,
    scheme: loaded.config.gateway.tls === null ? 'http' : 'https',
    portSetting,
    // Clients of this machine come in by the gateway; a lone mcp is for the other roles.
    ...(roles.has('gateway') ? { addressFile: join(loaded.paths.dataDir, 'address') } : {}),
    onListening: async (url) => {
      tell('address', url)
      tools?.listensAt(url)
      if (own !== undefined) await tellHowToEnter(own, roles.has('gateway') ? `${url}/#pair=` : '', tell)
    },
  })
}

/** The path of the token file, and at the first start of a store a single-use code that pairs a device to `admin`. */
async function tellHowToEnter(own: McpRole, linkPrefix: string, tell: Wiring['tell']): Promise<void> {
  const { admin, isFirst } = own.firstStart()
  tell('admin token', admin.file ?? 'HEARTH_ADMIN_TOKEN of the environment')
  if (!isFirst) return
  const { code } = await own.store.devices.openPairing('admin')
  tell('pair', `${linkPrefix}${code}   (once, within 10 minutes; a new one: npm run hearth -- pair)`)
}
