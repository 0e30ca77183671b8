import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CallToolResult, Result } from '@modelcontextprotocol/client'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { onTestFinished } from 'vitest'
import { createSecretSource } from '../../../../services/common/config/secret-source.ts'
import { type McpServer, mcpServerSpec } from '../../../../services/common/contracts/mcp-server.ts'
import { createUpstreamPool } from '../../../../services/mcp/aggregator/upstream/create-upstream-pool.ts'
import { startOf } from '../../../../services/mcp/aggregator/upstream/stdio/process-ledger.ts'
import type { UpstreamPoolDeps } from '../../../../services/mcp/aggregator/upstream/upstream-pool-deps.ts'
import type {
  Asker,
  Exchange,
  Upstream,
  UpstreamPool,
  UpstreamSignIn,
  UpstreamStatus,
} from '../../../../services/mcp/aggregator/upstream.ts'

type Spec = Record<string, unknown>

/** A server as the settings have it. */
export const serverOf = (name: string, spec: Spec, origin: McpServer['origin'] = 'config'): McpServer => ({
  ...mcpServerSpec.parse(spec),
  name,
  origin,
  revision: 1,
  created_at: 0,
  updated_at: 0,
})

const lineServer = fileURLToPath(new URL('line-server.ts', import.meta.url))

/** Our own small server on standard streams. */
export const lineOf = (name: string, args: readonly string[] = [], spec: Spec = {}): McpServer =>
  serverOf(name, { command: process.execPath, args: [lineServer, ...args], ...spec })

/** A server of an npm package. */
export const packageOf = (name: string, path: string, args: readonly string[] = [], spec: Spec = {}): McpServer =>
  serverOf(name, {
    command: process.execPath,
    args: [join(import.meta.dirname, '../../../../node_modules', path), ...args],
    ...spec,
  })

export interface House {
  readonly pool: UpstreamPool & UpstreamSignIn
  readonly registry: Registry
  readonly dataDir: string
  readonly lists: string[]
  readonly updates: (readonly [string, string])[]
  readonly statuses: UpstreamStatus[]
  readonly verdicts: Map<string, string>
  get(name: string): Upstream
}

export interface HouseOptions
  extends Partial<Pick<UpstreamPoolDeps, 'allowApiCommands' | 'clock' | 'onDisable' | 'limits'>> {
  readonly dataDir?: string
  readonly verdicts?: Map<string, string>
  readonly variables?: Readonly<Record<string, string>>
  /** What is kept sealed of sign-ins; absent: nobody signs in. */
  readonly box?: Map<string, string>
}

/** A pool with the given servers; stopped, and its folder removed, when the test is over. */
export function startPool(servers: readonly McpServer[], options: HouseOptions = {}): House {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'hearth-upstreams-'))
  const verdicts = options.verdicts ?? new Map<string, string>()
  const lists: string[] = []
  const updates: (readonly [string, string])[] = []
  const statuses: UpstreamStatus[] = []
  const registry = new Registry()
  const variables = new Map(
    Object.entries(options.variables ?? {}).map(([name, value]) => [name, { name, value, place: name }]),
  )
  const pool = createUpstreamPool({
    listener: {
      onListsChanged: (name) => lists.push(name),
      onResourceUpdated: (name, uri) => updates.push([name, uri]),
      onStatus: (status) => statuses.push(status),
    },
    secrets: createSecretSource({ variables: () => variables, allowed: () => [] }),
    verdicts: {
      get: (server, hash) => verdicts.get(`${server} ${hash}`),
      set: (server, hash, prior) => {
        if (prior === undefined) verdicts.delete(`${server} ${hash}`)
        else verdicts.set(`${server} ${hash}`, prior)
      },
    },
    limits: options.limits ?? { spawns: 4 },
    allowApiCommands: options.allowApiCommands ?? (() => false),
    ...(options.onDisable === undefined ? {} : { onDisable: options.onDisable }),
    ...(options.box === undefined ? {} : { signIn: signInWith(options.box) }),
    dataDir,
    log: pino({ level: 'silent' }),
    clock: options.clock ?? Date.now,
    metrics: registry,
  })
  pool.apply(servers)
  onTestFinished(async () => {
    await pool.stop(AbortSignal.timeout(3000))
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
  })
  const get = (name: string): Upstream => {
    const upstream = pool.get(name)
    if (upstream === undefined) throw new Error(`no upstream ${name}`)
    return upstream
  }
  return { pool, registry, dataDir, lists, updates, statuses, verdicts, get }
}

const signInWith = (box: Map<string, string>): NonNullable<UpstreamPoolDeps['signIn']> => ({
  redirectUrl: () => 'http://127.0.0.1:8080/mcp/sign-in',
  box: {
    get: (name) => Promise.resolve(box.get(name)),
    set: (name, secret) => Promise.resolve(void box.set(name, secret)),
    remove: (name) => Promise.resolve(void box.delete(name)),
  },
})

export const nobody: Asker = { principal: 'user:test', capabilities: {} }

/** A call of a tool. */
export const callOf = (
  name: string,
  args: Readonly<Record<string, unknown>> = {},
  more: Partial<Exchange> = {},
): Exchange =>
  ({
    method: 'tools/call',
    params: { name, arguments: args },
    asker: nobody,
    signal: new AbortController().signal,
    ...more,
  }) as Exchange

/** The text of a complete answer. */
export async function textOf(upstream: Upstream, exchange: Exchange): Promise<string> {
  const { result } = await upstream.exchange(exchange)
  return firstText(result)
}

function firstText(result: CallToolResult | Result): string {
  const content = (result as CallToolResult).content[0]
  return content?.type === 'text' ? content.text : ''
}

/** Is the process there, and not a zombie? */
export const isRunning = (pid: number): boolean => startOf(pid) !== undefined

/** Resolves when it holds. @throws after `ms`. */
export async function until(holds: () => boolean, ms = 5000): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end; ) {
    if (holds()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`it does not hold after ${ms} ms: ${holds}`)
}
