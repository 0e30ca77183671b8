import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type FetchOutcome, fetchModel } from '../../../scripts/fetch-model/fetch-model.ts'
import type { ModelSource } from '../../../scripts/fetch-model/model-source.ts'
import { ModelsFolder, modelBytes, smallModel } from './small-model.ts'

const never = new AbortController().signal

/** A source that brings these bytes, half of them first. */
const bringing = (bytes: Buffer): ModelSource => ({
  name: 'a good source',
  async fetch({ folder, onProgress }) {
    const path = join(folder, 'whatever')
    await writeFile(path, bytes.subarray(0, bytes.length / 2))
    onProgress(0.5)
    await writeFile(path, bytes)
    return path
  },
})

const closed: ModelSource = { name: 'a closed source', fetch: () => Promise.reject(new Error('no route')) }

const fetchInto = (models: ModelsFolder, sources: readonly ModelSource[], signal = never): Promise<FetchOutcome> =>
  fetchModel({ modelsDir: models.path, signal, report: models.report, model: smallModel, sources })

describe('fetching the model', () => {
  it('puts the file under its name with its hash beside it, and leaves nothing else', async () => {
    using models = new ModelsFolder()
    const outcome = await fetchInto(models, [bringing(modelBytes)])
    expect(outcome).toEqual({ status: 'fetched', path: models.target, bytes: modelBytes.length })
    expect(readFileSync(models.target)).toEqual(modelBytes)
    expect(readdirSync(models.path).sort()).toEqual(['small.gguf', 'small.gguf.sha256'])
    expect(spawnSync('sha256sum', ['-c', 'small.gguf.sha256'], { cwd: models.path }).status).toBe(0)
    expect(models.events.map(({ type }) => type)).toEqual(['start', 'progress', 'progress'])
  })

  it('asks no source when the file was verified before, and does not read it again', async () => {
    using models = new ModelsFolder()
    await fetchInto(models, [bringing(modelBytes)])
    const other = Buffer.alloc(modelBytes.length, 'same size')
    writeFileSync(models.target, other)
    expect(await fetchInto(models, [closed])).toMatchObject({ status: 'present', path: models.target })
    expect(readFileSync(models.target)).toEqual(other)
  })

  it('accepts a right file that somebody put there, and marks it', async () => {
    using models = new ModelsFolder()
    writeFileSync(models.target, modelBytes)
    expect(await fetchInto(models, [closed])).toMatchObject({ status: 'present' })
    expect(readdirSync(models.path)).toContain('small.gguf.sha256')
  })

  it('sets a file of other content aside instead of overwriting it', async () => {
    using models = new ModelsFolder()
    writeFileSync(models.target, 'my own model')
    expect(await fetchInto(models, [bringing(modelBytes)])).toMatchObject({ status: 'fetched' })
    expect(readFileSync(`${models.target}.replaced`, 'utf8')).toBe('my own model')
    expect(models.events).toContainEqual({ type: 'set-aside', path: `${models.target}.replaced` })
  })

  it.each([
    ['is cut short', modelBytes.subarray(1), `${modelBytes.length - 1} bytes instead of ${modelBytes.length}`],
    ['has one wrong byte', Buffer.concat([modelBytes.subarray(1), Buffer.from('x')]), 'SHA-256'],
  ])('goes on to the next source when what came %s', async (_, bytes, reason) => {
    using models = new ModelsFolder()
    expect(await fetchInto(models, [bringing(bytes), bringing(modelBytes)])).toMatchObject({ status: 'fetched' })
    expect(models.events).toContainEqual({
      type: 'failed',
      source: 'a good source',
      reason: expect.stringContaining(reason),
    })
    expect(readFileSync(models.target)).toEqual(modelBytes)
  })

  it('names the reason of every source when none has it, and leaves an empty folder', async () => {
    using models = new ModelsFolder()
    const outcome = await fetchInto(models, [closed, bringing(Buffer.from('wrong'))])
    expect(outcome).toEqual({
      status: 'unavailable',
      reasons: ['a closed source: no route', expect.stringContaining('5 bytes instead of')],
    })
    expect(readdirSync(models.path)).toEqual([])
  })

  it('leaves no half file when it is stopped', async () => {
    using models = new ModelsFolder()
    const abort = new AbortController()
    const endless: ModelSource = {
      name: 'an endless source',
      async fetch({ folder, signal }) {
        await writeFile(join(folder, 'half'), 'half')
        abort.abort(new Error('stopped by the test'))
        await sleep(60_000, undefined, { signal })
        return folder
      },
    }
    await expect(fetchInto(models, [endless, bringing(modelBytes)], abort.signal)).rejects.toThrow(
      'stopped by the test',
    )
    expect(readdirSync(models.path)).toEqual([])
  })

  it('removes what a killed fetch left, and leaves alone what a running one writes', async () => {
    using models = new ModelsFolder()
    const dead = spawnSync('true').pid
    mkdirSync(join(models.path, `.fetch-${dead}-abc`))
    mkdirSync(join(models.path, `.fetch-${process.pid}-abc`))
    await fetchInto(models, [bringing(modelBytes)])
    expect(readdirSync(models.path)).toEqual([`.fetch-${process.pid}-abc`, 'small.gguf', 'small.gguf.sha256'])
  })

  it('keeps the file of another process that was quicker', async () => {
    using models = new ModelsFolder()
    const late: ModelSource = {
      name: 'a late source',
      async fetch(request) {
        await fetchInto(models, [bringing(modelBytes)])
        utimesSync(models.target, 1, 1)
        return bringing(modelBytes).fetch(request)
      },
    }
    expect(await fetchInto(models, [late])).toMatchObject({ status: 'fetched' })
    expect(statSync(models.target).mtimeMs).toBe(1000)
    expect(readdirSync(models.path).sort()).toEqual(['small.gguf', 'small.gguf.sha256'])
  })
})
