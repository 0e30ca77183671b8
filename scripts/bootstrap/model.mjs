import { nodeBinary } from './node-binary.mjs'

/** To remove what came so far. */
const patienceMs = 5000

/**
 * Runs the fetch, which leaves a receipt (model-receipt.mjs) when the model is there.
 * @param {string} root
 * @param {import('./runner.mjs').Runner} runner
 */
export async function fetchModel(root, runner) {
  const code = await runner.run(nodeBinary(root), ['scripts/fetch-model/main.ts'], {
    cwd: root,
    quiet: true,
    patienceMs,
  })
  runner.signal.throwIfAborted()
  if (code !== 0) throw new Error('There is no embedded model; the lines above say why and how to add one.')
}
