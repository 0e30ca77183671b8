import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBenchProcess, untilReady } from '../measure/bench-process.ts'
import { pipe } from '../subjects/floor.ts'
import { adminToken, startHearth } from '../subjects/hearth-process.ts'
import { answers, freePort } from '../subjects/peers.ts'
import type { McpTarget, Transport } from './client/connection.ts'
import type { McpScenarioName } from './scenarios.ts'
import type { Upstreams } from './upstreams.ts'

/** A way from the load client to simulated MCP servers. */
export interface McpSubject {
  /** As `--only` takes it. */
  readonly name: string
  /** For the tables. */
  readonly title: string
  readonly description: string
  readonly scenarios: readonly McpScenarioName[]
  /** Why it cannot be measured here, and what to do; undefined when it can. */
  unavailable(): string | undefined
  /** Starts it in a process of its own. The caller disposes of it. */
  start(context: McpContext): Promise<RunningMcp>
}

export interface McpContext {
  /** Where the simulated servers of HTTP are, `http://host:port`. */
  readonly origin: string
  readonly upstreams: Upstreams
  readonly core: number | undefined
  readonly signal: AbortSignal
}

export interface RunningMcp extends AsyncDisposable {
  /** The process whose CPU and memory count; undefined for the direct way. */
  readonly pid: number | undefined
  /** All servers are behind these. */
  readonly targets: readonly McpTarget[]
}

const direct: McpSubject = {
  name: 'direct',
  title: 'direct',
  description: 'the load client calls the servers themselves; streamable HTTP with sessions (2025-06-18)',
  scenarios: ['calls'],
  unavailable: () => undefined,
  start: ({ upstreams }) =>
    Promise.resolve({
      pid: undefined,
      targets: urlsOf(upstreams).map((url) => ({ url, transport: 'legacy' })),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
}

/** What Node costs before a gateway does anything. */
const relay: McpSubject = {
  name: 'relay',
  title: 'raw Node pipe',
  description: 'bench/pipe.ts before the same servers: passes bytes on, looks at none; streamable HTTP with sessions',
  scenarios: ['calls'],
  unavailable: () => undefined,
  start: async ({ origin, upstreams, core, signal }) => {
    const running = await pipe.start({ upstream: origin, core, signal })
    return {
      pid: running.pid,
      targets: urlsOf(upstreams).map((url) => ({
        url: url.replace(origin, running.target.url),
        transport: 'legacy',
      })),
      [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
    }
  },
}

const urlsOf = (upstreams: Upstreams): readonly string[] =>
  Object.values(upstreams).flatMap((upstream) => ('url' in upstream ? [upstream.url] : []))

/** Config of Hearth with these servers, whose changes wait for nobody. */
export const mcpSettings = (upstreams: Upstreams): object => ({
  servers: Object.fromEntries(
    Object.entries(upstreams).map(([name, upstream]) => [name, { trust: 'high', ...upstream }]),
  ),
})

const hearth = (
  name: string,
  title: string,
  transports: readonly Exclude<Transport, 'sse'>[],
  scenarios: readonly McpScenarioName[],
): McpSubject => ({
  name,
  title,
  description: `this checkout as \`npm start\` runs it: authentication, audit of every call, metrics; ${transports.map((one) => wires[one]).join(' and ')}`,
  scenarios,
  unavailable: () => undefined,
  start: async ({ upstreams, core, signal }) => {
    const running = await startHearth({ settings: { mcp: mcpSettings(upstreams) }, core, signal })
    return {
      pid: running.pid,
      targets: transports.map((transport) => ({ url: `${running.url}/mcp`, transport, token: adminToken })),
      [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
    }
  },
})

const wires = {
  modern: 'streamable HTTP of 2026-07-28',
  legacy: 'streamable HTTP with a session (2025-06-18)',
} as const

const peers = join(import.meta.dirname, '..', 'peers')
const hubProgram = 'node_modules/mcp-hub/dist/cli.js'
const readyMs = 90_000

const mcpHub: McpSubject = {
  name: 'mcp-hub',
  title: 'mcp-hub 4.2.1',
  description: 'mcp-hub 4.2.1 of npm, bound to the loopback; HTTP with SSE (2024-11-05), the only way in that it has',
  scenarios: ['calls', 'list', 'memory-http', 'memory-stdio'],
  unavailable: () =>
    existsSync(join(peers, hubProgram)) ? undefined : 'mcp-hub 4.2.1 is not installed: run bench/peers/setup',
  start: async ({ upstreams, core, signal }) => {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-bench-hub-'))
    const config = join(folder, 'servers.json')
    await writeFile(config, JSON.stringify({ mcpServers: upstreams }))
    const port = await freePort()
    const running = await startBenchProcess({
      command: process.execPath,
      args: ['--import', './loopback-only.mjs', hubProgram, '--port', String(port), '--config', config],
      cwd: peers,
      // It keeps a log, and what it learnt, in the home folder.
      env: {
        NODE_ENV: 'production',
        HOME: folder,
        XDG_STATE_HOME: folder,
        XDG_CONFIG_HOME: folder,
        XDG_DATA_HOME: folder,
      },
      core,
    })
    const dispose = async (): Promise<void> => {
      await running[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    }
    const url = `http://127.0.0.1:${port}`
    try {
      await untilReady(running, () => answers(`${url}/api/health`), readyMs, signal)
    } catch (error) {
      await dispose()
      throw error
    }
    return { pid: running.pid, targets: [{ url: `${url}/mcp`, transport: 'sse' }], [Symbol.asyncDispose]: dispose }
  },
}

/** Of the token bench, which starts its house itself: it needs a vendor too. */
const house = (name: string, title: string, description: string): McpSubject => ({
  ...hearth(name, title, ['modern', 'legacy'], ['tokens']),
  description,
})

/** Everything that can be measured, in the order of the tables. */
export const mcpSubjects: readonly McpSubject[] = [
  direct,
  relay,
  hearth('hearth-modern', 'Hearth, modern client', ['modern'], ['calls', 'list']),
  hearth('hearth-legacy', 'Hearth, legacy client', ['legacy'], ['calls', 'list']),
  hearth('hearth', 'Hearth', ['modern', 'legacy'], ['listeners', 'memory-http', 'memory-stdio']),
  house('hearth-quiet', 'Hearth without servers', 'the token bench by WebSocket, `gateway.merge: never`'),
  house('hearth-flapping', 'Hearth with flapping servers', 'the same while MCP servers come and go'),
  mcpHub,
]
