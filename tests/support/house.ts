import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)))

/** A Hearth process under test, started as a user would, on free ports. */
export interface House extends AsyncDisposable {
  /** Public address, such as `http://127.0.0.1:40123`; empty when no public listener runs. */
  readonly url: string
  readonly operationsUrl: string
  /** Address of the gRPC listener of this process, `host:port`. */
  readonly grpc: string
  readonly dataDir: string
  readonly configFile: string
  readonly process: ChildProcess
  adminToken(): Promise<string>
  /** Everything it printed so far, output and log. */
  output(): string
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
}

export interface HouseOptions {
  /** config.yaml text; default: an empty one, so every default holds. */
  readonly config?: string
  readonly env?: Readonly<Record<string, string>>
  readonly args?: readonly string[]
  /** Use (and keep) this folder instead of a temporary one. */
  readonly dataDir?: string
  /** Put this GGUF in the models folder, under this name. */
  readonly model?: { readonly file: string; readonly name: string }
  readonly readyTimeoutMs?: number
}

/** Starts `services/main.ts` and waits for its ready line. */
export async function startHouse(options: HouseOptions = {}): Promise<House> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-house-'))
  const dataDir = options.dataDir ?? join(folder, 'data')
  const configFile = join(folder, 'config.yaml')
  await writeFile(configFile, options.config ?? '{}\n')
  await placeModel(dataDir, options.model)
  const child = spawn(process.execPath, [join(root, 'services/main.ts'), ...(options.args ?? [])], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...plainEnvironment(), ...freePorts, HEARTH_CONFIG: configFile, HEARTH_DATA_DIR: dataDir, ...options.env },
  })
  const chunks: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()))
  const output = (): string => chunks.join('')
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    await rm(folder, { recursive: true, force: true })
    return child.exitCode
  }
  try {
    await untilReady(child, output, options.readyTimeoutMs ?? 45_000)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return {
    url: printed(output(), 'address'),
    operationsUrl: printed(output(), 'operations'),
    grpc: printed(output(), 'grpc'),
    dataDir,
    configFile,
    process: child,
    adminToken: async () => (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim(),
    output,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}

const freePorts = {
  HEARTH_GATEWAY__PORT: '0',
  HEARTH_OPERATIONS__PORT: '0',
  HEARTH_MCP__PORT: '0',
  HEARTH_GRPC__ROUTER_PORT: '0',
  HEARTH_GRPC__ADAPTERS_PORT: '0',
}

/** This process's environment without anything that would configure Hearth or a vendor. */
function plainEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(HEARTH_|OPENAI_|ANTHROPIC_|VITEST|NODE_)/.test(name))
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']))
}

async function placeModel(dataDir: string, model: HouseOptions['model']): Promise<void> {
  if (model === undefined) return
  const models = join(dataDir, 'models')
  await mkdir(models, { recursive: true })
  await symlink(model.file, join(models, `${model.name}.gguf`)).catch(() =>
    cp(model.file, join(models, `${model.name}.gguf`)),
  )
}

/** The value after a label in the start-up lines, such as `  address     http://…`. */
function printed(output: string, label: string): string {
  return new RegExp(`^ +${label} +(\\S+)`, 'm').exec(output)?.[1] ?? ''
}

async function untilReady(child: ChildProcess, output: () => string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!/^Ready in /m.test(output())) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`Hearth exited ${child.exitCode}: ${output()}`)
    if (Date.now() > deadline) throw new Error(`Hearth was not ready in ${timeoutMs} ms: ${output()}`)
    await sleep(20)
  }
}
