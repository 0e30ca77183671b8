import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Runner } from '../bootstrap/runner.mjs'
import { judgeRun, type TestRun } from './judge-run.ts'

interface TestRunDeps {
  readonly runner: Runner
  /** Every test must run: one that is skipped fails the run. */
  readonly isComplete: boolean
}

/** Runs vitest to its end. Its summary is kept for the caller, who may have more to say before it. */
export async function runTests(args: readonly string[], { runner, isComplete }: TestRunDeps): Promise<TestRun> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-test-run-'))
  const summaryFile = join(folder, 'summary')
  try {
    const code = await runner.run('vitest', ['run', ...args], {
      cwd: process.cwd(),
      env: { TEST_SUMMARY_FILE: summaryFile },
    })
    const written = await readFile(summaryFile, 'utf8').catch(() => undefined)
    return judgeRun({ code, written, isComplete })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
