// `npm run check`: what must hold before a commit. Static gates and unit tests, in under half a minute.
import { createRunner } from './bootstrap/runner.mjs'
import { runGates } from './gates/run-gates.ts'
import { runTests } from './gates/run-tests.ts'
import { staticGates } from './gates/static-gates.ts'

const runner = createRunner()
try {
  const isComplete = process.env['CI'] !== undefined
  const failedGates = await runGates(staticGates, isComplete, runner.signal)
  const { code, summary } = await runTests(['--project', 'unit'], { runner, isComplete })
  console.log(failedGates === 0 ? 'Every gate passed.' : `${failedGates} gates failed; their names are above.`)
  console.log(summary)
  process.exitCode = failedGates === 0 ? code : 1
} finally {
  runner.close()
}
