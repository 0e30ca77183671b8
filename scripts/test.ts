// `npm test`: everything. Started by bootstrap, which names by `--missing=REASON` each part that could not be had.
// The last line is `N passed, N failed, N skipped`; a failed gate and, in CI, a missing part or a skipped test
// count as a failed test.
import { createRunner } from './bootstrap/runner.mjs'
import { runGates } from './gates/run-gates.ts'
import { runTests } from './gates/run-tests.ts'
import { staticGates } from './gates/static-gates.ts'
import { summaryOf } from './gates/test-summary.ts'

const flag = '--missing='
const isComplete = process.env['CI'] !== undefined
const runner = createRunner()
try {
  const given = process.argv.slice(2)
  const missing = given.filter((argument) => argument.startsWith(flag))
  const forVitest = given.filter((argument) => !argument.startsWith(flag))
  for (const argument of missing) {
    const consequence = isComplete ? 'Failed, since CI must test everything' : 'The tests that need it are skipped'
    console.log(`${consequence}: ${argument.slice(flag.length)}`)
  }
  const failedGates = await runGates(staticGates, isComplete, runner.signal)
  const failed = failedGates + (isComplete ? missing.length : 0)
  if (failed > 0) {
    console.log('The tests were not run: first what is above must pass.')
    console.log(summaryOf({ passed: 0, failed, skipped: 0 }))
    process.exitCode = 1
  } else {
    // Whoever names tests has the others skipped.
    const { code, summary } = await runTests(forVitest, { runner, isComplete: isComplete && forVitest.length === 0 })
    console.log(summary)
    process.exitCode = code
  }
} finally {
  runner.close()
}
