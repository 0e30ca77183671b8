import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { serverFlags } from '../../scripts/bootstrap/plan.mjs'
import { type BenchProcess, startBenchProcess, untilReady } from '../measure/bench-process.ts'

const root = resolve(import.meta.dirname, '..', '..')
const readyMs = 45_000

/** Of the admin of every house that the bench starts. */
export const adminToken = 'bench-admin-token-0123456789abcdef'

export interface HearthOptions {
  /** config.yaml as an object: JSON is YAML too. */
  readonly settings: object
  readonly core: number | undefined
  readonly signal: AbortSignal
}

export interface RunningHearth extends AsyncDisposable {
  readonly pid: number
  /** `http://host:port` of the public listener. */
  readonly url: string
}

/** This checkout as `npm start` runs it, in a folder of its own. Resolves once it is ready; the caller disposes of it. */
export async function startHearth({ settings, core, signal }: HearthOptions): Promise<RunningHearth> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const running = await spawnHearth(folder, settings, core)
    const dispose = async (): Promise<void> => {
      await running[Symbol.asyncDispose]()
      await removeFolder()
    }
    try {
      const url = await untilReady(running, () => addressOf(running.output()), readyMs, signal)
      return { pid: running.pid, url, [Symbol.asyncDispose]: dispose }
    } catch (error) {
      await running[Symbol.asyncDispose]()
      throw error
    }
  } catch (error) {
    await removeFolder()
    throw error
  }
}

async function spawnHearth(folder: string, settings: object, core: number | undefined): Promise<BenchProcess> {
  const config = join(folder, 'config.yaml')
  await writeFile(config, JSON.stringify(settings, undefined, 2))
  return startBenchProcess({
    command: process.execPath,
    args: [...serverFlags, join(root, 'services', 'main.ts')],
    cwd: root,
    core,
    env: {
      HEARTH_CONFIG: config,
      HEARTH_DATA_DIR: join(folder, 'data'),
      HEARTH_ADMIN_TOKEN: adminToken,
      HEARTH_GATEWAY__PORT: '0',
      HEARTH_OPERATIONS__PORT: '0',
      HEARTH_LOG__LEVEL: 'warn',
    },
  })
}

const addressOf = (output: string): string | undefined =>
  /^Ready in /m.test(output) ? /^ +address +(\S+)/m.exec(output)?.[1] : undefined
