import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { serverFlags } from '../../scripts/bootstrap/plan.mjs'
import type { LoadTarget } from '../load/load-job.ts'
import { type BenchProcess, startBenchProcess, untilReady } from '../measure/bench-process.ts'
import type { RunningSubject, Subject, SubjectContext } from './subject.ts'

const root = resolve(import.meta.dirname, '..', '..')
const token = 'bench-admin-token-0123456789abcdef'
const readyMs = 45_000

type Wire = 'ws' | 'http'
type Merge = 'never' | 'auto'

/** Hearth as `npm start` runs it: all roles in one process, history in SQLite, authentication, run log, metrics. */
export function hearth(wire: Wire, merge: Merge): Subject {
  const way = wire === 'ws' ? 'WebSocket `hearth.v1`, one socket a stream' : '`POST /v1/chat/completions`'
  return {
    name: `hearth-${wire}-${merge}`,
    title: `Hearth, ${wire === 'ws' ? 'WebSocket' : 'HTTP'}${merge === 'auto' ? ', merge auto' : ''}`,
    description: `this checkout, all roles in one process; ${way}; \`gateway.merge: ${merge}\``,
    tokensUnpaced: 2000,
    unavailable: () => undefined,
    start: (context) => startHearth(context, wire, merge),
  }
}

async function startHearth(context: SubjectContext, wire: Wire, merge: Merge): Promise<RunningSubject> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const running = await spawnHearth(folder, context, merge)
    const dispose = async (): Promise<void> => {
      await running[Symbol.asyncDispose]()
      await removeFolder()
    }
    try {
      const url = await untilReady(running, () => addressOf(running.output()), readyMs, context.signal)
      return { pid: running.pid, target: targetAt(url, wire), [Symbol.asyncDispose]: dispose }
    } catch (error) {
      await running[Symbol.asyncDispose]()
      throw error
    }
  } catch (error) {
    await removeFolder()
    throw error
  }
}

async function spawnHearth(folder: string, { upstream, core }: SubjectContext, merge: Merge): Promise<BenchProcess> {
  const config = join(folder, 'config.yaml')
  await writeFile(config, JSON.stringify(settings(upstream, merge), undefined, 2))
  return startBenchProcess({
    command: process.execPath,
    args: [...serverFlags, join(root, 'services', 'main.ts')],
    cwd: root,
    core,
    env: {
      HEARTH_CONFIG: config,
      HEARTH_DATA_DIR: join(folder, 'data'),
      HEARTH_ADMIN_TOKEN: token,
      HEARTH_GATEWAY__PORT: '0',
      HEARTH_OPERATIONS__PORT: '0',
      HEARTH_LOG__LEVEL: 'warn',
    },
  })
}

/** config.yaml; JSON is YAML too. Limits are raised where the bench opens more from one client than a house would. */
const settings = (upstream: string, merge: Merge): object => ({
  gateway: {
    merge,
    limits: { connections_per_credential: 10_000 },
  },
  adapters: {
    openai: { connections: { default: { base_url: `${upstream}/v1`, api_key: 'bench' } } },
    local: { connections: {} },
    demo: { connections: {} },
  },
  profiles: {
    bench: {
      default: true,
      targets: [{ adapter: 'openai', connection: 'default', model: 'bench' }],
      timeouts: { headers_ms: 60_000, first_token_ms: 60_000 },
    },
  },
})

const addressOf = (output: string): string | undefined =>
  /^Ready in /m.test(output) ? /^ +address +(\S+)/m.exec(output)?.[1] : undefined

function targetAt(url: string, wire: Wire): LoadTarget {
  if (wire === 'ws') return { type: 'hearth', url, token, profile: 'bench' }
  return { type: 'http', wire: 'openai', url, headers: { authorization: `Bearer ${token}` }, model: 'bench' }
}
