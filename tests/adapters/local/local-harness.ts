import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { createLocalAdapter, type LocalAdapter } from '../../../services/adapters/local/adapter.ts'
import type { LocalConnection } from '../../../services/common/config/config-schema.ts'
import type { GenerateEvent } from '../../../services/common/contracts/generate-event.ts'
import type { GenerateRequest } from '../../../services/common/contracts/generate-request.ts'
import type { ModelAdapter } from '../../../services/common/contracts/model-adapter.ts'
import { type HearthError, toHearthError } from '../../../services/common/errors/hearth-error.ts'
import { type TinyGgufOptions, tinyGguf } from '../../../services/common/testing/tiny-gguf.ts'

export const log = pino({ level: process.env['HEARTH_TEST_LOG'] ?? 'silent' })
export const never = new AbortController().signal
export const engineDirectory = join(import.meta.dirname, '../../../services/adapters/local/engine')

/** Without its packages nothing here can be tested, so that is a failure and not a skip. */
function requireEngine(): void {
  if (existsSync(join(engineDirectory, 'node_modules/node-llama-cpp'))) return
  throw new Error('The packages of the local engine are missing: run npm ci in services/adapters/local/engine')
}

/** Models by name; the key is the name of the file, too. */
export type TinyModels = Readonly<Record<string, TinyGgufOptions>>

export interface LocalHouse extends AsyncDisposable {
  readonly adapter: LocalAdapter
  readonly modelsDirectory: string
}

/** The embedded engine with its defaults. */
export const plainConnection: LocalConnection = {
  base_url: null,
  models_dir: null,
  context_tokens: 4096,
  sequences: 4,
  threads: 'auto',
  flavor: 'openai',
  num_ctx: null,
}

/** An adapter with one connection `embedded` over a temporary folder of tiny models. Not started: models load when asked. */
export async function localHouse(models: TinyModels, connection: Partial<LocalConnection> = {}): Promise<LocalHouse> {
  requireEngine()
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-local-'))
  const modelsDirectory = join(dataDir, 'models')
  await mkdir(modelsDirectory)
  for (const [name, options] of Object.entries(models)) await writeModel(modelsDirectory, name, options)
  const settings = { ...plainConnection, context_tokens: 1024, sequences: 2, threads: 1, ...connection }
  const adapter = createLocalAdapter({ connections: () => ({ embedded: settings }), dataDir, log })
  return {
    adapter,
    modelsDirectory,
    [Symbol.asyncDispose]: async () => {
      await adapter.stop(AbortSignal.abort())
      await rm(dataDir, { recursive: true })
    },
  }
}

export const writeModel = (directory: string, name: string, options: TinyGgufOptions) =>
  writeFile(join(directory, `${name}.gguf`), tinyGguf(options))

export const textRequest = (model: string, overrides: Partial<GenerateRequest> = {}): GenerateRequest => ({
  runId: 'resp_test',
  attempt: 1,
  connection: 'embedded',
  model,
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Say something' }] }],
  tools: [],
  toolChoice: { type: 'auto' },
  responseFormat: { type: 'text' },
  parameters: { maxOutputTokens: 40 },
  timeouts: { headersMs: 20_000, firstTokenMs: 20_000, idleMs: 20_000, totalMs: 60_000 },
  ...overrides,
})

export const userSays = (text: string) => ({ role: 'user', content: [{ type: 'text', text }] }) as const

export interface Outcome {
  readonly events: readonly GenerateEvent[]
  readonly text: string
  readonly error: HearthError | undefined
  /** From the question to the first text, and to the end. */
  readonly firstTextMs: number
  readonly totalMs: number
}

/** Runs an answer to its end, keeping what came before a failure. */
export async function ask(adapter: ModelAdapter, request: GenerateRequest, signal = never): Promise<Outcome> {
  const events: GenerateEvent[] = []
  const startedAt = performance.now()
  let firstTextMs = Number.NaN
  let error: HearthError | undefined
  try {
    for await (const batch of adapter.generate(request, signal)) {
      events.push(...batch)
      if (Number.isNaN(firstTextMs) && textOf(batch) !== '') firstTextMs = performance.now() - startedAt
    }
  } catch (thrown) {
    error = toHearthError(thrown)
  }
  return { events, text: textOf(events), error, firstTextMs, totalMs: performance.now() - startedAt }
}

export const textOf = (events: readonly GenerateEvent[]) =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')

export const argumentsOf = (events: readonly GenerateEvent[]) =>
  events.map((event) => (event.type === 'tool-call-delta' ? event.arguments : '')).join('')

/** Without the phases, whose number depends on the machine. */
export const contentOf = (events: readonly GenerateEvent[]) => events.filter(({ type }) => type !== 'phase')

export function usageOf(events: readonly GenerateEvent[]) {
  const found = events.find((event) => event.type === 'usage')
  if (found === undefined) throw new Error('no usage was reported')
  return found.usage
}

export async function eventually(isTrue: () => boolean, what: string, withinMs = 20_000): Promise<void> {
  const end = performance.now() + withinMs
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(20)
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Processes named hearth-engine right below this one (Linux). */
export async function countEngines(): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const isOurs = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
      const title = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')
      return title.startsWith('hearth-engine') && stat.split(') ')[1]?.split(' ')[1] === String(process.pid)
    }),
  )
  return isOurs.filter(Boolean).length
}
