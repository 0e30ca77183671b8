import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'
import { summaryOf, type TestCount } from './gates/test-summary.ts'

/**
 * Ends a run with one plain line that any CI can read: `N passed, N failed, N skipped`. A file that did not load and an
 * error outside of tests count as one failed each. With TEST_SUMMARY_FILE the line goes there instead.
 */
export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const counts = modules.map(countOf)
    const line = summaryOf({
      passed: sum(counts.map(({ passed }) => passed)),
      failed: sum(counts.map(({ failed }) => failed)) + errors.length,
      skipped: sum(counts.map(({ skipped }) => skipped)),
    })
    const file = process.env['TEST_SUMMARY_FILE']
    if (file === undefined) console.log(line)
    else writeFileSync(file, line)
  }
}

function countOf(module: TestModule): TestCount {
  const states = [...module.children.allTests()].map((test) => test.result().state)
  const count = (wanted: string): number => states.filter((state) => state === wanted).length
  const didNotLoad = module.state() === 'failed' && count('failed') === 0
  return { passed: count('passed'), failed: didNotLoad ? 1 : count('failed'), skipped: count('skipped') }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
