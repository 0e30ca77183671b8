import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fetchModel } from '../../../scripts/fetch-model/fetch-model.ts'
import { huggingFace } from '../../../scripts/fetch-model/hugging-face.ts'
import { HubServer } from './hub-server.ts'
import { ModelsFolder, modelBytes, smallModel } from './small-model.ts'

const engine = resolve(import.meta.dirname, '../../../services/adapters/local/engine')
const isInstalled = existsSync(join(engine, 'node_modules/node-llama-cpp'))
const filePath = '/somebody/Small-GGUF/resolve/0123456789abcdef/Small.Q4_1.gguf'

afterEach(() => {
  vi.unstubAllEnvs()
})

describe.skipIf(!isInstalled)('the model from Hugging Face, by the downloader of node-llama-cpp', () => {
  it('comes from the pinned commit and is verified', async () => {
    using models = new ModelsFolder()
    await using hub = new HubServer(filePath, modelBytes)
    vi.stubEnv('HF_ENDPOINT', await hub.start())
    const outcome = await fetchModel({
      modelsDir: models.path,
      signal: new AbortController().signal,
      report: models.report,
      model: smallModel,
      sources: [huggingFace(engine)],
    })
    expect(outcome).toEqual({ status: 'fetched', path: models.target, bytes: modelBytes.length })
    expect(readFileSync(models.target)).toEqual(modelBytes)
    expect(readdirSync(models.path).sort()).toEqual(['small.gguf', 'small.gguf.sha256'])
    expect(hub.asked.some((asked) => asked.startsWith(`GET ${filePath}`))).toBe(true)
    expect(models.events.at(-1)).toEqual({ type: 'progress', share: 1 })
  })

  it('is refused when the bytes are not the pinned ones', async () => {
    using models = new ModelsFolder()
    await using hub = new HubServer(filePath, Buffer.alloc(modelBytes.length, 'another model'))
    vi.stubEnv('HF_ENDPOINT', await hub.start())
    const outcome = await fetchModel({
      modelsDir: models.path,
      signal: new AbortController().signal,
      report: models.report,
      model: smallModel,
      sources: [huggingFace(engine)],
    })
    expect(outcome).toMatchObject({ status: 'unavailable', reasons: [expect.stringContaining('SHA-256')] })
    expect(readdirSync(models.path)).toEqual([])
  })

  it('is given up at once where nobody answers', async () => {
    using models = new ModelsFolder()
    const hub = new HubServer(filePath, modelBytes)
    const address = await hub.start()
    await hub[Symbol.asyncDispose]()
    vi.stubEnv('HF_ENDPOINT', address)
    const outcome = await fetchModel({
      modelsDir: models.path,
      signal: new AbortController().signal,
      report: models.report,
      model: smallModel,
      sources: [huggingFace(engine)],
    })
    expect(outcome).toMatchObject({ status: 'unavailable', reasons: [expect.stringContaining('does not answer')] })
  })

  it('can be stopped while nothing comes, and leaves nothing', async () => {
    using models = new ModelsFolder()
    await using hub = new HubServer(filePath, modelBytes)
    hub.isStalling = true
    vi.stubEnv('HF_ENDPOINT', await hub.start())
    const abort = new AbortController()
    const fetching = fetchModel({
      modelsDir: models.path,
      signal: abort.signal,
      report: models.report,
      model: smallModel,
      sources: [huggingFace(engine)],
    })
    await vi.waitUntil(() => hub.asked.some((asked) => asked.startsWith('GET')), { timeout: 20_000 })
    abort.abort(new Error('stopped by the test'))
    await expect(fetching).rejects.toThrow('stopped by the test')
    expect(readdirSync(models.path)).toEqual([])
  })
})

it('says that the engine is not installed where its downloader is missing', async () => {
  using models = new ModelsFolder()
  const outcome = await fetchModel({
    modelsDir: models.path,
    signal: new AbortController().signal,
    report: models.report,
    model: smallModel,
    sources: [huggingFace(models.path)],
  })
  expect(outcome).toMatchObject({ status: 'unavailable', reasons: [expect.stringContaining('is not installed')] })
})
