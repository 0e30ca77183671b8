import type { AddressInfo } from 'node:net'
import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Registry } from 'prom-client'
import { MemoryBus } from '../../../services/common/bus/memory-bus.ts'
import { createSecretSource } from '../../../services/common/config/secret-source.ts'
import type { Role, Scope } from '../../../services/common/contracts/principal.ts'
import { createHttpServer } from '../../../services/common/http/http-server.ts'
import { Readiness } from '../../../services/common/lifecycle/readiness.ts'
import { SettingsMirror } from '../../../services/common/settings/settings-mirror.ts'
import { createAggregator } from '../../../services/mcp/aggregator/create-aggregator.ts'
import { createUpstreamPool } from '../../../services/mcp/aggregator/upstream/create-upstream-pool.ts'
import { createMcpEndpoint } from '../../../services/mcp/endpoint/create-mcp-endpoint.ts'
import { createOwnParts } from '../../../services/mcp/endpoint/own/create-own-parts.ts'
import { silent as log, never, openTestStore, personSpec } from '../store/open-test-store.ts'

export type WholeMcp = Awaited<ReturnType<typeof openWholeMcp>>

/** Store, aggregator, upstream pool, own parts and endpoint, all real, on a port; clients of both eras connect to it. */
export async function openWholeMcp() {
  const bus = new MemoryBus()
  const opened = await openTestStore({ bus, startAt: Date.now() })
  const { store, folder: dataDir } = opened
  const [clock, metrics, allowApiCommands] = [Date.now, new Registry(), () => false]
  const secrets = createSecretSource({ variables: () => new Map(), allowed: () => [] })
  const aggregator = createAggregator({
    ...{ store, bus, clock, log, onDisable: () => 'finish' },
    pool: (listener, verdicts) =>
      createUpstreamPool({
        listener,
        verdicts,
        secrets,
        limits: { spawns: 4 },
        allowApiCommands,
        dataDir,
        log,
        clock,
        metrics,
      }),
  })
  const mirror = new SettingsMirror({ settings: store.settings, bus, readiness: new Readiness(), log })
  const own = createOwnParts({ store, aggregator, bus, log, clock, allowApiCommands })
  const endpoint = createMcpEndpoint({
    ...{ aggregator, own, settings: mirror, identity: store.identity, audit: store.audit, log, clock },
    sealKey: Buffer.alloc(32, 7),
    version: '0.0.0',
  })
  await mirror.start()
  await aggregator.start(never)
  const hostPolicy = { allowedHosts: ['127.0.0.1'], allowedOrigins: [], scheme: 'http' } as const
  const app = createHttpServer({ hostPolicy, bodyLimitBytes: 1024 * 1024, log })
  await endpoint.register(app)
  await endpoint.start(never)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/mcp`
  const clients: Client[] = []

  /** A token of a user of that name, who is made if need be. */
  const tokenOf = async (user: string, scopes: readonly Scope[], role: Role = 'member'): Promise<string> => {
    if ((await store.users.get(user)) === undefined) await store.users.create(user, personSpec(role))
    const { secret } = await store.tokens.create({ name: 'test', user, scopes })
    await mirror.refresh()
    return secret
  }
  const connect = async (era: 'modern' | 'legacy', token: string, options: ClientOptions = {}): Promise<Client> => {
    const mode = era === 'modern' ? { pin: '2026-07-28' } : 'legacy'
    const client = new Client({ name: 'test', version: '1' }, { ...options, versionNegotiation: { mode } })
    clients.push(client)
    const requestInit = { headers: { authorization: `Bearer ${token}` } }
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }))
    return client
  }
  const close = async (): Promise<void> => {
    await Promise.all(clients.map((client) => client.close()))
    await endpoint.stop(AbortSignal.timeout(1000))
    await app.close()
    await aggregator.stop(AbortSignal.timeout(5000))
    await mirror.stop()
    await opened.close()
  }
  return { store, aggregator, url, tokenOf, connect, [Symbol.asyncDispose]: close }
}
