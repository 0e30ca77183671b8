import type { AddressInfo } from 'node:net'
import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Registry } from 'prom-client'
import { type ModelProfile, modelProfileSpec } from '../../../../services/common/contracts/model-profile.ts'
import type { Principal } from '../../../../services/common/contracts/principal.ts'
import type { CredentialRecord, Snapshot } from '../../../../services/common/contracts/settings.ts'
import { createHttpServer } from '../../../../services/common/http/http-server.ts'
import { createLogger } from '../../../../services/common/telemetry/create-logger.ts'
import { FakeIdentity } from '../../../../services/common/testing/fake-identity.ts'
import { createMcpEndpoint } from '../../../../services/mcp/endpoint/create-mcp-endpoint.ts'
import type { EndpointLimits } from '../../../../services/mcp/endpoint/endpoint-deps.ts'
import type { AuditEntry } from '../../../../services/mcp/store/store.ts'
import { FakeAggregator } from './fake-aggregator.ts'
import { FakeOwnParts } from './fake-own-parts.ts'

/** Tokens of the house; the credential of each has the same name. */
export type TokenName = 'admin' | 'anna' | 'ben' | 'reader'

const principals: Readonly<Record<TokenName, Principal>> = {
  admin: { id: 'user:admin', user: 'admin', role: 'admin', scopes: ['admin'], credentialId: 'admin' },
  anna: { id: 'user:anna', user: 'anna', role: 'member', scopes: ['chat', 'read', 'tools'], credentialId: 'anna' },
  ben: { id: 'user:ben', user: 'ben', role: 'member', scopes: ['chat', 'read', 'tools'], credentialId: 'ben' },
  reader: { id: 'user:ria', user: 'ria', role: 'guest', scopes: ['read'], credentialId: 'reader' },
}

const recordOf = ({ credentialId: id, role, scopes, user }: Principal): CredentialRecord => ({
  id,
  role,
  scopes,
  ...(user === undefined ? {} : { user }),
})

/** A profile that offers the tools of `servers`. */
export const profileOf = (name: string, servers: readonly string[]): ModelProfile => ({
  ...modelProfileSpec.parse({ targets: [{ adapter: 'demo', model: 'demo' }], tools: { servers } }),
  name,
  origin: 'config',
  revision: 1,
  created_at: 0,
  updated_at: 0,
})

/** Settings that tests swap. */
class Swapped {
  #listen: ((snapshot: Snapshot) => void) | undefined
  snapshot: Snapshot = {
    epoch: 'test',
    revision: 1,
    profiles: [profileOf('small', ['fake'])],
    users: [],
    credentials: Object.values(principals).map(recordOf),
  }

  current(): Snapshot {
    return this.snapshot
  }

  onSwap(listen: (snapshot: Snapshot) => void, signal: AbortSignal): void {
    this.#listen = listen
    signal.addEventListener('abort', () => {
      this.#listen = undefined
    })
  }

  swap(change: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...change, revision: this.snapshot.revision + 1 }
    this.#listen?.(this.snapshot)
  }
}

export interface HouseOptions {
  readonly aggregator?: FakeAggregator
  readonly limits?: Partial<EndpointLimits>
  readonly clock?: () => number
  /** How long tokens are good from now on, milliseconds. Default: for ever. */
  readonly expiresInMs?: number
}

export type EndpointHouse = Awaited<ReturnType<typeof openEndpoint>>

/** The endpoint on a real listener, in front of a fake aggregator; real clients of both eras connect to it. */
export async function openEndpoint({
  aggregator = new FakeAggregator(),
  limits = {},
  clock = Date.now,
  expiresInMs,
}: HouseOptions = {}) {
  const log = createLogger({ level: 'fatal', pretty: 'never' })
  const metrics = new Registry()
  const own = new FakeOwnParts()
  const settings = new Swapped()
  const ending = expiresInMs === undefined ? {} : { expiresAt: clock() + expiresInMs }
  const known = Object.entries(principals).map(([token, principal]) => [token, { ...principal, ...ending }])
  const identity = new FakeIdentity(Object.fromEntries(known), clock)
  const audit: Omit<AuditEntry, 'at'>[] = []
  const endpoint = createMcpEndpoint({
    aggregator,
    own,
    settings,
    identity,
    sealKey: Buffer.alloc(32, 7),
    audit: { record: (entry) => void audit.push(entry) },
    log,
    clock,
    version: '0.0.0',
    metrics,
    limits,
  })
  const app = createHttpServer({
    hostPolicy: { allowedHosts: ['127.0.0.1', 'localhost'], allowedOrigins: [], scheme: 'http' },
    bodyLimitBytes: 1024 * 1024,
    log,
  })
  await endpoint.register(app)
  await endpoint.start(new AbortController().signal)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const clients: Client[] = []
  return {
    url,
    aggregator,
    own,
    settings,
    identity,
    audit,
    metrics,
    endpoint,
    /** An unmodified client of the SDK. */
    async connect(
      mode: 'modern' | 'legacy',
      { token = 'anna', path = '/mcp', ...options }: { token?: TokenName; path?: string } & ClientOptions = {},
    ): Promise<Client> {
      const client = new Client(
        { name: 'test', version: '1' },
        { ...options, versionNegotiation: { mode: mode === 'legacy' ? 'legacy' : 'auto' } },
      )
      const transport = new StreamableHTTPClientTransport(new URL(`${url}${path}`), {
        requestInit: { headers: { Authorization: `Bearer ${token}` } },
      })
      clients.push(client)
      await client.connect(transport)
      return client
    },
    async close(): Promise<void> {
      await Promise.all(clients.map((client) => client.close()))
      await endpoint.stop(AbortSignal.timeout(1000))
      await app.close()
    },
  }
}
