import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from '../../tests/support/house.ts'
import { runProgram } from '../../tests/support/program.ts'
import { type Figure, figure, type Scenario } from './figure.ts'

const result = z.object({
  fullName: z.string(),
  status: z.string(),
  failureMessages: z.array(z.string()).nullish(),
  meta: z.object({ figure: z.string().optional() }).optional(),
})

const report = z.object({ testResults: z.array(z.object({ assertionResults: z.array(result) })) })

/** The page in a real Chromium before a whole house: one line a test, with what it measured. */
export const page: Scenario = async ({ say }) => {
  say('headless Chromium, real houses; two minutes')
  const folder = await mkdtemp(join(tmpdir(), 'hearth-page-'))
  try {
    const output = join(folder, 'report.json')
    const args = ['run', '--project', 'browser', '--reporter', 'json', '--outputFile', output]
    const { stderr } = await runProgram(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], {
      env: { CI: 'true', HEARTH_ACCEPT: 'true' },
      timeoutMs: 600_000,
    })
    const text = await readFile(output, 'utf8').catch(() => undefined)
    if (text === undefined) return [figure('the tests of the page', stderr.trim(), false)]
    return judgeReport(report.parse(JSON.parse(text)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function judgeReport({ testResults }: z.output<typeof report>): readonly Figure[] {
  const results = testResults.flatMap(({ assertionResults }) => assertionResults)
  if (results.length === 0) return [figure('the tests of the page', 'none ran', false)]
  return results.map(({ fullName, status, failureMessages, meta }) => {
    const holds = status === 'passed'
    const value = holds ? (meta?.figure ?? 'holds') : (failureMessages?.[0]?.split('\n', 1)[0] ?? status)
    return figure(fullName, value, holds)
  })
}
