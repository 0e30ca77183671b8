// The one door of `npm start`, `npm test`, `npm run build|ask|hearth|accept|check|bench|fuzz`: brings what is missing, then runs
// the wanted program under Node 24. Plain JavaScript that Node 20 can run with nothing installed.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dieWithParent } from './bootstrap/die-with-parent.mjs'
import { nodeBinary } from './bootstrap/node-binary.mjs'
import { planOf } from './bootstrap/plan.mjs'
import { prepare } from './bootstrap/prepare.mjs'
import { createRunner } from './bootstrap/runner.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
// npm waits for us without a word when it is killed; a shell that started us may leave on purpose.
if (process.env['npm_lifecycle_event'] !== undefined) dieWithParent('SIGTERM')

const runner = createRunner()
try {
  const plan = planOf(process.argv.slice(2))
  const missing = await prepare({ root, plan, runner })
  process.exitCode = await runner.run(nodeBinary(root), nodeArguments(plan, missing), {
    cwd: root,
    env: { BOOTSTRAP_TETHER: 'SIGTERM' },
  })
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = runner.exitCode() ?? 1
} finally {
  runner.close()
}

/**
 * @param {import('./bootstrap/plan.mjs').Plan} plan
 * @param {readonly string[]} missing
 */
function nodeArguments({ script, args, nodeFlags, reportsMissing }, missing) {
  const tether = new URL('./bootstrap/tether.mjs', import.meta.url).href
  const report = reportsMissing ? missing.map((reason) => `--missing=${reason}`) : []
  return [...nodeFlags, '--import', tether, script, ...report, ...args]
}
