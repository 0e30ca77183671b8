import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { ModelSource, SourceRequest } from './model-source.ts'

/** Without a byte for so long, the way counts as closed. */
const stalledMs = 60_000

interface Downloader {
  download(options: { readonly signal: AbortSignal }): Promise<string>
}
type CreateDownloader = (options: {
  readonly modelUri: string
  readonly dirPath: string
  readonly fileName: string
  readonly onProgress: (status: { readonly totalSize: number; readonly downloadedSize: number }) => void
}) => Promise<Downloader>

/** What is used of node-llama-cpp 3.22, whose types belong to its own package (createModelDownloader.d.ts). */
const library = z.object({
  createModelDownloader: z.custom<CreateDownloader>((value) => typeof value === 'function'),
})

/**
 * Hugging Face, through the downloader of node-llama-cpp, which lies in the package of the engine.
 * HF_ENDPOINT moves it to a mirror, as for all tools of that house.
 * @param engineFolder holds the node_modules of the engine
 */
export const huggingFace = (engineFolder: string): ModelSource => ({
  name: 'Hugging Face, with node-llama-cpp',
  async fetch(request) {
    const createDownloader = await loadDownloader(engineFolder)
    return withStallLimit(request, async ({ model, folder, signal, onProgress }) => {
      const downloader = await createDownloader({
        modelUri: model.huggingFaceUri,
        dirPath: folder,
        fileName: model.file,
        onProgress: ({ totalSize, downloadedSize }) => onProgress(totalSize > 0 ? downloadedSize / totalSize : 0),
      })
      return await downloader.download({ signal })
    })
  },
})

async function loadDownloader(engineFolder: string): Promise<CreateDownloader> {
  if (!existsSync(join(engineFolder, 'node_modules', 'node-llama-cpp'))) {
    throw new Error('the engine, which has the downloader, is not installed')
  }
  const path = createRequire(join(engineFolder, 'package.json')).resolve('node-llama-cpp')
  const loaded: unknown = await import(pathToFileURL(path).href)
  return library.parse(loaded).createModelDownloader
}

/** The library resolves addresses before it takes a signal, and waits long: whoever is first ends the wait. */
async function withStallLimit(
  request: SourceRequest,
  work: (request: SourceRequest) => Promise<string>,
): Promise<string> {
  const stalled = new AbortController()
  const timer = setTimeout(() => stalled.abort(new Error(`nothing came for ${stalledMs / 1000} s`)), stalledMs)
  const signal = AbortSignal.any([request.signal, stalled.signal])
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const onProgress = (share: number): void => {
    timer.refresh()
    request.onProgress(share)
  }
  try {
    return await Promise.race([work({ ...request, signal, onProgress }), aborted.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
