import type { AddressInfo } from 'node:net'
import type { Identity } from '../../../../services/common/contracts/identity.ts'
import { mcpServerSpec } from '../../../../services/common/contracts/mcp-server.ts'
import { createHttpServer } from '../../../../services/common/http/http-server.ts'
import type { UpstreamSignIn } from '../../../../services/mcp/aggregator/upstream.ts'
import { registerApi } from '../../../../services/mcp/api/register-api.ts'
import { registerInternal } from '../../../../services/mcp/api/register-internal.ts'
import type { NewToken, Store } from '../../../../services/mcp/store/store.ts'
import { never, openTestStore, personSpec, profileSpec, silent } from '../../store/open-test-store.ts'
import { FakeAggregator } from './fake-aggregator.ts'

const clusterToken = 'cluster-token-of-the-tests'
export const bodyLimitBytes = 1_048_576

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Parsed JSON, else the text. */
  readonly body: unknown
}

export interface RequestOptions {
  /** Default: the admin's. Null: none. */
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is. */
  readonly raw?: string | Uint8Array
}

export interface ApiUnderTest extends AsyncDisposable {
  readonly store: Store
  readonly aggregator: FakeAggregator
  /** Of config.yaml. */
  readonly switches: { allowApiCommands: boolean }
  readonly url: string
  readonly adminToken: string
  stopStore(): Promise<void>
  /** Moves the clock, which otherwise stands still. */
  advance(ms: number): void
  tokenOf(token: Partial<NewToken>): Promise<string>
  call(method: string, path: string, options?: RequestOptions): Promise<Answer>
}

/**
 * The API on a real listener and a real store, with the declared profile `declared`, user `anna` and MCP server `filed`.
 * `identity` stands in for the store's own.
 */
export async function startApi(identity?: Identity, signIn?: UpstreamSignIn): Promise<ApiUnderTest> {
  const opened = await openTestStore()
  const { store } = opened
  const adminToken = 'admin-token-of-the-tests'
  await store.tokens.ensureAdmin(adminToken)
  await store.declare({
    version: 'v1',
    profiles: { declared: profileSpec() },
    users: { anna: personSpec() },
    mcpServers: { filed: mcpServerSpec.parse({ url: 'http://127.0.0.1:9/mcp', headers: { a: 'Bearer ${KEY}' } }) },
    homeDevices: {},
  })
  const aggregator = new FakeAggregator(store)
  await aggregator.sync()
  let now = 0
  const switches = { allowApiCommands: false }
  const app = createHttpServer({
    hostPolicy: { allowedHosts: ['127.0.0.1'], allowedOrigins: [], scheme: 'http' },
    bodyLimitBytes,
    log: silent,
  })
  await registerApi(app, {
    store: identity === undefined ? store : withIdentity(store, identity),
    aggregator,
    ...(signIn === undefined ? {} : { signIn }),
    allowApiCommands: () => switches.allowApiCommands,
    log: silent,
    clock: () => now,
  })
  await registerInternal(app, { store, clusterToken, log: silent })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return {
    store,
    aggregator,
    switches,
    url,
    adminToken,
    stopStore: () => store.stop(never),
    advance: (ms) => {
      now += ms
      opened.advance(ms)
    },
    tokenOf: async (token) => (await store.tokens.create({ name: 'test', ...token })).secret,
    call: (method, path, options = {}) => call(`${url}${path}`, method, { token: adminToken, ...options }),
    [Symbol.asyncDispose]: async () => {
      await app.close()
      await opened[Symbol.asyncDispose]()
    },
  }
}

const withIdentity = (store: Store, identity: Identity): Store => ({
  identity,
  settings: store.settings,
  history: store.history,
  profiles: store.profiles,
  users: store.users,
  mcpServers: store.mcpServers,
  homeDevices: store.homeDevices,
  catalog: store.catalog,
  audit: store.audit,
  sealed: store.sealed,
  tokens: store.tokens,
  devices: store.devices,
  conversations: store.conversations,
  version: () => store.version(),
  changes: (page) => store.changes(page),
  declare: (document) => store.declare(document),
})

async function call(url: string, method: string, { token, headers, json, raw }: RequestOptions): Promise<Answer> {
  const body = json === undefined ? raw : JSON.stringify(json)
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === null || token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text }
}
