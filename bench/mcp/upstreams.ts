import { join } from 'node:path'
import { startBenchProcess, untilReady } from '../measure/bench-process.ts'
import { addressIn } from '../subjects/floor.ts'
import { toolsPerServer } from './scenarios.ts'

const programs = join(import.meta.dirname, 'upstream')

/** How a server is reached, as an `mcpServers` file says it. */
export type Upstream = { readonly url: string } | { readonly command: string; readonly args: readonly string[] }

/** By the names that a gateway gives them. */
export type Upstreams = Readonly<Record<string, Upstream>>

export interface UpstreamOptions {
  readonly servers: number
  /** In what time each comes and goes; 0: all stay. */
  readonly flapMs: number
  readonly core: number | undefined
  readonly signal: AbortSignal
}

export interface RunningUpstreams extends AsyncDisposable {
  /** `http://host:port` of all. */
  readonly origin: string
  readonly upstreams: Upstreams
}

/** Simulated servers of HTTP, all in one process. The caller disposes of them. */
export async function startUpstreams({ servers, flapMs, core, signal }: UpstreamOptions): Promise<RunningUpstreams> {
  const args = [join(programs, 'http.ts'), ...[servers, toolsPerServer, flapMs].map(String)]
  const running = await startBenchProcess({ command: process.execPath, args, core })
  const origin = await untilReady(running, () => addressIn(running.output()), 10_000, signal).catch(async (error) => {
    await running[Symbol.asyncDispose]()
    throw error
  })
  return {
    origin,
    upstreams: upstreamsOf(servers, (index) => ({ url: `${origin}/${index}/mcp` })),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}

/** Simulated servers of which each is a process that the gateway starts. */
export const stdioUpstreams = (servers: number): Upstreams =>
  upstreamsOf(servers, (index) => ({
    command: process.execPath,
    args: [join(programs, 'stdio.ts'), String(index), String(toolsPerServer)],
  }))

const upstreamsOf = (servers: number, at: (index: number) => Upstream): Upstreams =>
  Object.fromEntries(Array.from({ length: servers }, (_, index) => [serverName(index), at(index)]))

export const serverName = (index: number): string => `s-${index}`
