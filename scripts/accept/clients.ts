import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from '../../tests/support/house.ts'
import { runProgram } from '../../tests/support/program.ts'
import { type Figure, figure, type Scenario } from './figure.ts'

/** Each official client, unmodified, and the tests that drive a whole house with it. */
const clients: Readonly<Record<string, string>> = {
  'npm openai': 'tests/clients/npm-openai.system.test.ts',
  'AI SDK openai-compatible': 'tests/clients/ai-sdk.system.test.ts',
  'Python openai': 'tests/clients/python-openai.system.test.ts',
}

const report = z.object({
  numPassedTests: z.int(),
  numTotalTests: z.int(),
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) })),
})

type Report = z.output<typeof report>

/** Chat, responses, tools, pictures with partials, models and exceptions, by each client; one line a client. */
export const officialClients: Scenario = async ({ say, signal }) => {
  const figures: Figure[] = []
  for (const [client, file] of Object.entries(clients)) {
    if (signal.aborted) break
    say(client)
    figures.push(await judge(client, file))
  }
  return figures
}

/** All tests of a file; one that was skipped does not hold either. */
async function judge(client: string, file: string): Promise<Figure> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-clients-'))
  try {
    const output = join(folder, 'report.json')
    const args = ['run', '--project', 'system', '--reporter', 'json', '--outputFile', output, file]
    await runProgram(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], { timeoutMs: 300_000 })
    return judgeReport(client, report.parse(JSON.parse(await readFile(output, 'utf8'))))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function judgeReport(client: string, { numPassedTests: passed, numTotalTests: total, testResults }: Report): Figure {
  const others = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .flatMap(({ fullName, status }) => (status === 'passed' ? [] : [`${status}: ${fullName}`]))
  return figure(client, [`${passed} of ${total} tests pass`, ...others].join('; '), total > 0 && passed === total)
}
