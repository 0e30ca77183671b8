import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { ModelSource, SourceRequest } from './model-source.ts'
import { programEnd } from './run-program.ts'

const answersWithinMs = 15_000
/** Without a byte for so long, the way counts as closed. */
const stalledMs = 60_000

/**
 * Hugging Face, through the downloader of node-llama-cpp, which lies in the package of the engine.
 * HF_ENDPOINT moves it to a mirror, as for all tools of that house.
 * @param engineFolder holds the node_modules of the engine
 */
export const huggingFace = (engineFolder: string): ModelSource => ({
  name: 'Hugging Face, with node-llama-cpp',
  async fetch(request) {
    if (!existsSync(join(engineFolder, 'node_modules', 'node-llama-cpp'))) {
      throw new Error('the engine, which has the downloader, is not installed')
    }
    await assertReachable(request.signal)
    return download(engineFolder, request)
  },
})

/** The downloader would retry for a minute where nobody answers, and not say why. */
async function assertReachable(signal: AbortSignal): Promise<void> {
  const endpoint = process.env['MODEL_ENDPOINT'] ?? process.env['HF_ENDPOINT'] ?? 'https://huggingface.co/'
  try {
    await fetch(endpoint, { method: 'HEAD', signal: AbortSignal.any([signal, AbortSignal.timeout(answersWithinMs)]) })
  } catch (error) {
    signal.throwIfAborted()
    throw new Error(`${new URL(endpoint).host} does not answer`, { cause: error })
  }
}

async function download(engineFolder: string, request: SourceRequest): Promise<string> {
  const { model, folder, signal, onProgress } = request
  const stalled = new AbortController()
  const timer = setTimeout(() => stalled.abort(new Error(`nothing came for ${stalledMs / 1000} s`)), stalledMs)
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'hugging-face-download.ts'), engineFolder, model.huggingFaceUri, folder, model.file],
    { stdio: ['ignore', 'pipe', 'pipe'], signal: AbortSignal.any([signal, stalled.signal]), killSignal: 'SIGKILL' },
  )
  try {
    const path = readOutput(child.stdout, (share) => {
      timer.refresh()
      onProgress(share)
    })
    await programEnd(child, child.stderr, 'the downloader')
    return await path
  } catch (error) {
    stalled.signal.throwIfAborted()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** Resolves with the path that the last line names. */
async function readOutput(stdout: Readable, onShare: (share: number) => void): Promise<string> {
  let path = ''
  for await (const line of createInterface({ input: stdout })) {
    if (line.startsWith('file ')) path = line.slice('file '.length)
    else onShare(Number(line))
  }
  return path
}
