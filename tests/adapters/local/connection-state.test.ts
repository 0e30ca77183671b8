import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalAdapter } from '../../../services/adapters/local/adapter.ts'
import { connectionState } from '../../../services/adapters/local/connection-state.ts'
import { noCrashes, restartAtMs } from '../../../services/adapters/local/restart-policy.ts'
import { ask, log, never, plainConnection, textRequest } from './local-harness.ts'

const model = { model: 'tiny', path: '/models/tiny.gguf' }
const facts = {
  isInstalled: true,
  modelsDirectory: '/models',
  models: [model],
  owner: { engine: undefined, crashes: noCrashes, isUnloadable: () => false },
  nowMs: 50_000,
}

describe('the state of a local connection', () => {
  test('is ready with its models', () => {
    expect(connectionState(facts)).toEqual({ status: 'ready', models: ['tiny'] })
  })

  test('is loading with progress while its engine loads', () => {
    const engine = { model: 'tiny', status: { status: 'loading', progress: 0.25 } } as const
    expect(connectionState({ ...facts, owner: { ...facts.owner, engine } })).toEqual({
      status: 'loading',
      reason: 'Loading tiny.',
      progress: 0.25,
    })
  })

  test('leaves out models that cannot be loaded, and is disabled when no other is there', () => {
    const broken = { model: 'broken', path: '/models/broken.gguf' }
    const owner = { ...facts.owner, isUnloadable: (path: string) => path === broken.path }
    expect(connectionState({ ...facts, models: [broken, model], owner })).toEqual({ status: 'ready', models: ['tiny'] })
    expect(connectionState({ ...facts, models: [broken], owner })).toMatchObject({
      status: 'disabled',
      reason: expect.stringContaining('broken.gguf'),
    })
  })

  test('is disabled while restarts after crashes are held back', () => {
    const crashes = { count: 4, lastAtMs: 49_500 }
    const state = connectionState({ ...facts, owner: { ...facts.owner, crashes } })
    expect(state).toMatchObject({ status: 'disabled', reason: expect.stringContaining('4 times') })
    expect(connectionState({ ...facts, nowMs: 52_000, owner: { ...facts.owner, crashes } }).status).toBe('ready')
  })
})

test('restarts: twice at once, then after 1, 2, 4 and at most 30 seconds', () => {
  const delays = Array.from({ length: 10 }, (_, count) => restartAtMs({ count, lastAtMs: 1000 }) - 1000)
  expect(delays).toEqual([-1000, -1000, -1000, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
})

describe('the adapter without an engine', () => {
  let dataDir: string
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'hearth-local-'))
    await mkdir(join(dataDir, 'models'))
  })
  afterAll(() => rm(dataDir, { recursive: true }))

  const embedded = { ...plainConnection, context_tokens: 512, sequences: 1, threads: 1 }
  const adapterOf = (options: { readonly engineDirectory?: string }) =>
    createLocalAdapter({ connections: () => ({ embedded }), dataDir, log, ...options })

  test('no model: says the command and the folder', async () => {
    const adapter = adapterOf({ engineDirectory: await installedEngine(dataDir) })
    await adapter.start(never)
    await adapter.whenLoaded(never)
    const [connection] = adapter.describe().connections
    expect(connection?.state.status).toBe('disabled')
    const reason = connection?.state.status === 'disabled' ? connection.state.reason : ''
    expect(reason).toContain('npm run hearth -- model fetch')
    expect(reason).toContain(join(dataDir, 'models'))
    expect((await ask(adapter, textRequest('tiny'))).error).toMatchObject({
      code: 'gateway_no_adapter',
      message: expect.stringContaining('model fetch'),
    })
  })

  test('no engine package: says how to install it, and starts all the same', async () => {
    const adapter = adapterOf({ engineDirectory: dataDir })
    await adapter.start(never)
    await adapter.whenLoaded(never)
    expect(adapter.describe()).toEqual({
      name: 'local',
      connections: [
        {
          name: 'embedded',
          state: { status: 'disabled', reason: expect.stringContaining('npm ci in services/adapters/local/engine') },
        },
      ],
    })
    await adapter.stop(never)
  })

  test('models are the GGUF files of the folder, lower-case, and appear without a restart', async () => {
    const adapter = adapterOf({ engineDirectory: await installedEngine(dataDir) })
    for (const name of ['Beta.GGUF', 'alpha.gguf', 'notes.txt']) await writeFile(join(dataDir, 'models', name), '')
    expect(adapter.describe().connections[0]?.state).toEqual({ status: 'ready', models: ['alpha', 'beta'] })
    expect((await ask(adapter, textRequest('gamma'))).error).toMatchObject({
      code: 'gateway_no_adapter',
      message: expect.stringContaining('alpha, beta'),
    })
  })

  test('a connection nobody configured is refused by name', async () => {
    const { error } = await ask(adapterOf({}), textRequest('tiny', { connection: 'attic' }))
    expect(error).toMatchObject({ code: 'gateway_no_adapter', message: expect.stringContaining('attic') })
  })
})

/** A folder that looks as if the engine's packages were installed. */
async function installedEngine(parent: string): Promise<string> {
  const directory = join(parent, 'engine')
  await mkdir(join(directory, 'node_modules/node-llama-cpp'), { recursive: true })
  await writeFile(join(directory, 'node_modules/node-llama-cpp/package.json'), '{}')
  return directory
}
