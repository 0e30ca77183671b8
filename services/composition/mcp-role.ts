import type { FastifyInstance } from 'fastify'
import { MemoryBus } from '../common/bus/memory-bus.ts'
import type { LoadedConfig } from '../common/config/loaded-config.ts'
import type { History } from '../common/contracts/history.ts'
import type { Identity } from '../common/contracts/identity.ts'
import type { ChangeBus, Settings } from '../common/contracts/settings.ts'
import type { Part } from '../common/lifecycle/part.ts'
import type { Readiness } from '../common/lifecycle/readiness.ts'
import { createRestHistory } from '../common/rest/rest-history.ts'
import { createRestIdentity } from '../common/rest/rest-identity.ts'
import { createRestSettings } from '../common/rest/rest-settings.ts'
import type { SettingsMirror } from '../common/settings/settings-mirror.ts'
import type { Logger } from '../common/telemetry/logger.ts'
import { registerApi } from '../mcp/api/register-api.ts'
import { registerInternal } from '../mcp/api/register-internal.ts'
import { apiPrefix } from '../mcp/api/route-table.ts'
import { createStore } from '../mcp/store/create-store.ts'
import type { DeclaredDocument, Store } from '../mcp/store/store.ts'
import { type AdminToken, readAdminToken } from './admin-token.ts'
import type { LiveConfig } from './live-config.ts'
import type { McpTools } from './mcp-tools.ts'

/** What the other roles need of mcp, wherever it runs. */
export interface McpSeams {
  readonly settings: Settings
  readonly identity: Identity
  readonly history: History
  readonly bus: ChangeBus
}

/** mcp in this process. */
export interface McpRole extends McpSeams {
  readonly store: Store
  readonly parts: readonly Part[]
  /** Known after the parts have started. */
  firstStart(): { readonly admin: AdminToken; readonly isFirst: boolean }
}

export interface McpRoleDeps {
  readonly live: LiveConfig
  readonly readiness: Readiness
  readonly log: Logger
}

export function createMcpRole({ live, readiness, log }: McpRoleDeps): McpRole {
  const { paths, secrets } = live.current()
  const bus = new MemoryBus()
  const store = createStore(
    { bus, clock: Date.now, log: log.child({ role: 'mcp' }), readiness },
    { path: paths.storePath, dataDir: paths.dataDir },
  )
  const declared = new DeclaredSettings(store, live, secrets.adminToken)
  return {
    store,
    bus,
    settings: store.settings,
    identity: store.identity,
    history: store.history,
    parts: [store, declared],
    firstStart: () => declared.firstStart(),
  }
}

/** Brings what config.yaml declares, and the admin token, into the store: at start and after every edit. */
class DeclaredSettings implements Part {
  readonly name = 'declared settings'
  readonly #store: Store
  readonly #live: LiveConfig
  readonly #adminSecret: string | undefined
  #first: { readonly admin: AdminToken; readonly isFirst: boolean } | undefined

  constructor(store: Store, live: LiveConfig, adminSecret: string | undefined) {
    this.#store = store
    this.#live = live
    this.#adminSecret = adminSecret
    live.onChange((loaded) => store.declare(declaredDocument(loaded)))
  }

  async start(): Promise<void> {
    const loaded = this.#live.current()
    const isFirst = (await this.#store.version()).revision === 0
    const admin = await readAdminToken(loaded.paths.dataDir, this.#adminSecret)
    await this.#store.declare(declaredDocument(loaded))
    await this.#store.tokens.ensureAdmin(admin.secret)
    this.#first = { admin, isFirst }
  }

  async stop(): Promise<void> {}

  firstStart(): { readonly admin: AdminToken; readonly isFirst: boolean } {
    if (this.#first === undefined) throw new Error('asked before the start')
    return this.#first
  }
}

const declaredDocument = ({ config, declaredVersion, paths, serverFiles }: LoadedConfig): DeclaredDocument => ({
  version: declaredVersion,
  source: paths.configFile,
  serverFiles,
  profiles: config.profiles,
  users: config.users,
  mcpServers: config.mcp.servers,
  homeDevices: config.devices,
})

/** For one request to mcp and its whole answer, milliseconds. */
const requestTimeoutMs = 10_000

/** mcp in another process, over REST. Nobody rings there: the slow poll carries changes. */
export function remoteMcp(baseUrl: string, clusterToken: string, log: Logger): McpSeams {
  const options = { baseUrl, clusterToken, timeoutMs: requestTimeoutMs, log }
  return {
    settings: createRestSettings(options),
    identity: createRestIdentity(options),
    history: createRestHistory(options),
    bus: new MemoryBus(),
  }
}

export interface McpRoutesDeps {
  readonly store: Store
  readonly mirror: SettingsMirror
  readonly tools: McpTools
  /** Internal routes exist only with it. */
  readonly clusterToken: string | undefined
  readonly log: Logger
}

/**
 * REST for people and programs, `/mcp` for their tools, and the seams for other roles. A settings write is answered after this process serves it:
 * once acknowledged, it is so.
 */
export async function mountMcp(
  app: FastifyInstance,
  { store, mirror, tools, clusterToken, log }: McpRoutesDeps,
): Promise<void> {
  app.addHook('onSend', async ({ method, url }) => {
    const isRead = method === 'GET' || method === 'HEAD'
    if (!isRead && url.startsWith(apiPrefix)) await mirror.refresh()
  })
  const { aggregator, endpoint, signIn, allowApiCommands } = tools
  const context = { store, aggregator, allowApiCommands, clock: Date.now, ...(signIn === undefined ? {} : { signIn }) }
  await registerApi(app, { ...context, log })
  await endpoint.register(app)
  if (clusterToken !== undefined) await registerInternal(app, { store, clusterToken, log })
}
