import { setTimeout as sleep } from 'node:timers/promises'
import { Client, type ClientOptions, StreamableHTTPClientTransport, type Tool } from '@modelcontextprotocol/client'
import { api } from './api.ts'
import type { House } from './house.ts'

/** What `mcp.servers.<name>` of config.yaml may be. */
export type DeclaredServer = Readonly<Record<string, unknown>>

/** config.yaml (JSON is YAML) with these servers, whose changes wait for nobody. */
export const mcpConfig = (
  servers: Readonly<Record<string, DeclaredServer>>,
  more: Readonly<Record<string, unknown>> = {},
): string => {
  const trusting = Object.entries(servers).map(([name, server]) => [name, { trust: 'high', ...server }])
  return `${JSON.stringify({ mcp: { servers: Object.fromEntries(trusting) }, ...more })}\n`
}

export interface ConnectOptions {
  readonly era?: 'modern' | 'legacy'
  /** Default: `/mcp`. */
  readonly path?: string
  readonly token?: string
  readonly client?: ClientOptions
  /** Told when the list of tools changed. */
  readonly onTools?: () => void
}

/** A client of the SDK at the house's MCP address. */
export async function connectMcp(house: House, options: ConnectOptions = {}): Promise<Client> {
  const { era = 'modern', path = '/mcp', onTools } = options
  const token = options.token ?? (await house.adminToken())
  const client = new Client(
    { name: 'test', version: '1' },
    {
      versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' },
      ...(onTools && { listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: onTools } } }),
      ...options.client,
    },
  )
  const headers = { authorization: `Bearer ${token}` }
  await client.connect(new StreamableHTTPClientTransport(new URL(`${house.url}${path}`), { requestInit: { headers } }))
  return client
}

/** Server and own name of a listed tool. */
const originOf = ({ _meta }: Tool): string => `${String(_meta?.['hearth/server'])}/${String(_meta?.['hearth/tool'])}`

/** Tools of upstreams in the list, as `server/tool` to the name that clients see. */
export async function exposedNames(client: Client): Promise<ReadonlyMap<string, string>> {
  const { tools } = await client.listTools(undefined, { cacheMode: 'bypass' })
  const foreign = tools.filter(({ _meta }) => _meta?.['hearth/server'] !== undefined)
  return new Map(foreign.map((tool) => [originOf(tool), tool.name]))
}

/** Looks at the upstream now. @throws Error with the answer of the house. */
export async function refresh(house: House, server: string): Promise<void> {
  const { status, body } = await api(house, 'POST', `/api/v1/mcp/servers/${server}/refresh`)
  if (status >= 300) throw new Error(`${server} could not be refreshed: ${status} ${JSON.stringify(body)}`)
}

/** Resolves when the list has tools of each of these servers. */
export async function untilListed(client: Client, servers: readonly string[], timeoutMs = 30_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const origins = [...(await exposedNames(client)).keys()]
    const missing = servers.filter((server) => !origins.some((origin) => origin.startsWith(`${server}/`)))
    if (missing.length === 0) return
    if (Date.now() > deadline) throw new Error(`No tools of ${missing.join(', ')} after ${timeoutMs} ms.`)
    await sleep(50)
  }
}
