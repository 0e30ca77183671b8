import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
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

/** A file that cannot be read has failed without any test in it. */
const file = z.object({
  name: z.string(),
  status: z.string(),
  message: z.string().nullish(),
  assertionResults: z.array(result),
})

const report = z.object({ testResults: z.array(file) })

export type PageReport = z.output<typeof report>

/** The page in a real Chromium before a whole house: one line a test, with what it measured. */
export const page: Scenario = async ({ say }) => {
  say('headless Chromium, real houses; two minutes')
  const folder = await mkdtemp(join(tmpdir(), 'hearth-page-'))
  try {
    const output = join(folder, 'report.json')
    const args = ['run', '--project', 'browser', '--reporter', 'json', '--outputFile', output]
    const { code, stderr } = await runProgram(
      process.execPath,
      [join(root, 'node_modules/vitest/vitest.mjs'), ...args],
      {
        env: { CI: 'true', HEARTH_ACCEPT: 'true' },
        timeoutMs: 600_000,
      },
    )
    const text = await readFile(output, 'utf8').catch(() => undefined)
    if (text === undefined) return [figure('the tests of the page', stderr.trim(), false)]
    return judgePage(report.parse(JSON.parse(text)), code)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** @param code what vitest ended with: when it says that something is wrong, something is, whatever the report says. */
export function judgePage({ testResults }: PageReport, code: number | null): readonly Figure[] {
  const figures = testResults.flatMap(judgeFile)
  if (figures.length === 0) return [figure('the tests of the page', 'none ran', false)]
  if (code === 0 || figures.some(({ holds }) => !holds)) return figures
  return [...figures, figure('vitest', `ended with ${code}`, false)]
}

function judgeFile({ name, status, message, assertionResults }: PageReport['testResults'][number]): readonly Figure[] {
  const figures = assertionResults.map(judgeTest)
  if (status === 'passed' || figures.some(({ holds }) => !holds)) return figures
  return [...figures, figure(basename(name), firstLine(message) ?? status, false)]
}

function judgeTest({ fullName, status, failureMessages, meta }: z.output<typeof result>): Figure {
  const holds = status === 'passed'
  const value = holds ? (meta?.figure ?? 'holds') : (firstLine(failureMessages?.[0]) ?? status)
  return figure(fullName, value, holds)
}

function firstLine(text: string | null | undefined): string | undefined {
  return text?.trim().split('\n', 1)[0] || undefined
}
