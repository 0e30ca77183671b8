import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { listen } from '../listen.ts'
import type { HttpWire } from '../load/load-job.ts'
import { startBenchProcess, untilReady } from '../measure/bench-process.ts'
import type { RunningSubject, Subject, SubjectContext } from './subject.ts'

const folder = join(import.meta.dirname, '..', 'peers')
const portkeyServer = 'node_modules/@portkey-ai/gateway/build/start-server.js'
const python = '.python/bin/python'

interface Peer {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly tokensUnpaced: number
  /** Left by bench/peers/setup; relative to bench/peers, like everything here. */
  readonly installed: string
  readonly command: string
  readonly args: (upstream: string, port: number) => readonly string[]
  readonly env?: (upstream: string) => Readonly<Record<string, string>>
  readonly wire: HttpWire
  readonly model: string
  readonly headers?: (upstream: string) => Readonly<Record<string, string>>
}

/** Other gateways, in the versions that bench/peers pins. */
export const peers: readonly Subject[] = (
  [
    {
      name: 'portkey',
      title: 'Portkey 1.15.2',
      description: '@portkey-ai/gateway 1.15.2, hono 4.9.7, @hono/node-server 1.13.5; Chat Completions in and out',
      tokensUnpaced: 1000,
      installed: portkeyServer,
      command: process.execPath,
      args: (_, port) => ['--import', './loopback-only.mjs', portkeyServer, `--port=${port}`, '--headless'],
      wire: 'openai',
      model: 'bench',
      headers: (upstream) => ({
        'x-portkey-provider': 'openai',
        'x-portkey-custom-host': `${upstream}/v1`,
        authorization: 'Bearer bench',
      }),
    },
    {
      name: 'musistudio-llms',
      title: '@musistudio/llms 1.0.53',
      description: 'core of claude-code-router 1.0.53; Anthropic Messages in, Chat Completions out',
      tokensUnpaced: 1000,
      installed: 'node_modules/@musistudio/llms/package.json',
      command: process.execPath,
      args: (upstream, port) => ['musistudio-llms.mjs', upstream, String(port)],
      wire: 'anthropic',
      model: 'upstream,bench',
    },
    {
      name: 'ai-sdk',
      title: 'AI SDK server 7.0.173',
      description: 'bench/peers/ai-sdk.mjs: ai 7.0.173, @ai-sdk/openai-compatible 3.0.92; UI message stream in and out',
      tokensUnpaced: 500,
      installed: 'node_modules/ai/package.json',
      command: process.execPath,
      args: (upstream, port) => ['ai-sdk.mjs', upstream, String(port)],
      wire: 'ui-message',
      model: 'bench',
    },
    {
      name: 'litellm',
      title: 'LiteLLM 1.93.0',
      description: 'litellm[proxy] 1.93.0, one worker, uvloop, no database, no callbacks; Chat Completions in and out',
      tokensUnpaced: 50,
      installed: python,
      command: join(folder, python),
      args: (_, port) => [
        '.python/bin/litellm',
        ...['--config', 'litellm.yaml', '--host', '127.0.0.1', '--port', String(port), '--num_workers', '1'],
      ],
      env: (upstream) => ({
        BENCH_UPSTREAM: `${upstream}/v1`,
        LITELLM_LOCAL_MODEL_COST_MAP: 'True',
        LITELLM_LOG: 'ERROR',
      }),
      wire: 'openai',
      model: 'bench',
      headers: () => ({ authorization: 'Bearer sk-bench' }),
    },
  ] satisfies readonly Peer[]
).map(subjectOf)

function subjectOf(peer: Peer): Subject {
  const { name, title, description, tokensUnpaced } = peer
  return {
    name,
    title,
    description,
    tokensUnpaced,
    unavailable: () =>
      existsSync(join(folder, peer.installed)) ? undefined : `${title} is not installed: run bench/peers/setup`,
    start: (context) => startPeer(peer, context),
  }
}

const readyMs = 90_000

async function startPeer(peer: Peer, { upstream, core, signal }: SubjectContext): Promise<RunningSubject> {
  const port = await freePort()
  const running = await startBenchProcess({
    command: peer.command,
    args: peer.args(upstream, port),
    cwd: folder,
    env: { NODE_ENV: 'production', ...peer.env?.(upstream) },
    core,
  })
  const url = `http://127.0.0.1:${port}`
  try {
    await untilReady(running, () => answers(url), readyMs, signal)
  } catch (error) {
    await running[Symbol.asyncDispose]()
    throw error
  }
  return {
    pid: running.pid,
    target: { type: 'http', wire: peer.wire, url, model: peer.model, headers: peer.headers?.(upstream) ?? {} },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}

/** No peer says which port it took. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const address = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return Number(new URL(address).port)
}

/** True once it answers anything; undefined before. */
export async function answers(url: string): Promise<true | undefined> {
  try {
    const response = await fetch(url)
    await response.body?.cancel()
    return true
  } catch {
    return undefined
  }
}
