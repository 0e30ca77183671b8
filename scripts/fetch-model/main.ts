// Run by bootstrap: brings the model to where the settings want it. Exit code 1: there is none, and why was said.

import { loadConfig } from '../../services/common/config/load-config.ts'
import { writeReceipt } from '../bootstrap/model-receipt.mjs'
import { fetchModel } from './fetch-model.ts'
import { showFetch } from './show-fetch.ts'

const connection = 'embedded'
const root = process.cwd()

async function main(signal: AbortSignal): Promise<number> {
  const { config, paths, files } = loadConfig({ env: process.env, cwd: root })
  if (config.adapters.local.connections[connection] === undefined) {
    writeReceipt(root, files, null)
    return 0
  }
  const modelsDir = paths.modelsDir(connection)
  const outcome = await fetchModel({ modelsDir, signal, report: showFetch(process.stderr) })
  if (outcome.status === 'unavailable') {
    console.error(
      `The model could not be fetched. Hearth works without it (profile demo). To add one later: ` +
        `npm run hearth -- model fetch, or put any GGUF file into ${modelsDir} and name it in a profile.`,
    )
    return 1
  }
  writeReceipt(root, files, { path: outcome.path, bytes: outcome.bytes })
  return 0
}

const abort = new AbortController()
const stop = (): void => abort.abort(new Error('The fetch was stopped; the next start takes it up again.'))
process.once('SIGINT', stop)
process.once('SIGTERM', stop)
try {
  process.exitCode = await main(abort.signal)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  process.off('SIGINT', stop)
  process.off('SIGTERM', stop)
}
