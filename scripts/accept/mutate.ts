import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { root } from '../../tests/support/house.ts'
import { runProgram } from '../../tests/support/program.ts'
import { type Figure, figure, ms, type Scenario } from './figure.ts'
import type { Mutation } from './mutations/mutation.ts'
import { mutations } from './mutations.ts'

/**
 * Removes one behaviour after another from a copy of the project; each time a test of those named must fail. Before
 * that, all of them must pass: a test that fails anyway says nothing.
 */
export const mutate: Scenario = async ({ say, signal }) => {
  const copy = await copyOfProject()
  try {
    const startedAt = performance.now()
    say('the tests on the code as it is')
    const figures: Figure[] = [...(await testsUnchanged(copy))]
    for (const [index, mutation] of mutations.entries()) {
      signal.throwIfAborted()
      const triedAt = performance.now()
      const made = await tryMutation(copy, mutation)
      const outcome = `${made.holds ? 'red' : 'NOT RED'} after ${ms(performance.now() - triedAt)}`
      say(`${index + 1} of ${mutations.length}: ${outcome}: ${made.what}`)
      figures.push(made)
    }
    return [...figures, figure('all of that took', ms(performance.now() - startedAt))]
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function copyOfProject(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'hearth-mutate-'))
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  for (const file of listed.split('\n').filter((name) => name !== '' && existsSync(join(root, name)))) {
    await mkdir(dirname(join(copy, file)), { recursive: true })
    await cp(join(root, file), join(copy, file))
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  const engine = 'services/adapters/local/engine/node_modules'
  await symlink(join(root, engine), join(copy, engine))
  return copy
}

/** The tests of all mutations in as few runs as there are files, on the code as it is. */
async function testsUnchanged(copy: string): Promise<readonly Figure[]> {
  const byFiles = Map.groupBy(mutations, ({ tests }) => tests.join(' '))
  const figures: Figure[] = []
  for (const [files, group] of byFiles) {
    const tests = group.flatMap((mutation) => mutation.tests)
    const names = group.flatMap(({ named }) => (named === undefined ? [] : [named]))
    const { passed, failed } = await runTests(copy, {
      tests: [...new Set(tests)],
      ...(names.length < group.length ? {} : { named: names.join('|') }),
    })
    const [first] = failed
    if (first === undefined && passed > 0) continue
    figures.push(figure(`${files} before any mutation`, first === undefined ? 'runs no test' : `red: ${first}`, false))
  }
  const green = byFiles.size - figures.length
  return [...figures, figure('sets of tests that pass before any mutation', `${green} of ${byFiles.size}`)]
}

async function tryMutation(copy: string, mutation: Mutation): Promise<Figure> {
  const file = join(copy, mutation.file)
  const what = `${mutation.area}: without "${mutation.removes}"`
  const original = await readFile(file, 'utf8').catch(() => '')
  const places = original.split(mutation.find).length - 1
  if (places !== 1) return figure(what, `${mutation.file} has the text to replace ${places} times`, false)
  await writeFile(
    file,
    original.replace(mutation.find, () => mutation.replace),
  )
  try {
    const { passed, failed } = await runTests(copy, mutation)
    const [first] = failed
    return first === undefined
      ? figure(what, `STILL GREEN: ${passed} passed, none failed`, false)
      : figure(what, `red: ${first}`)
  } finally {
    await writeFile(file, original)
  }
}

interface TestRun {
  readonly passed: number
  /** Full names. A file that does not load has none: code that does not parse is no removed behaviour. */
  readonly failed: readonly string[]
}

const report = z.object({
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) })),
})

/** Up to the first test that fails. */
async function runTests(copy: string, { tests, named }: Pick<Mutation, 'tests' | 'named'>): Promise<TestRun> {
  const output = join(copy, 'mutate-report.json')
  await rm(output, { force: true })
  const args = ['run', '--bail=1', '--reporter=json', `--outputFile=${output}`, ...tests]
  await runProgram(
    process.execPath,
    [join(copy, 'node_modules/vitest/vitest.mjs'), ...args, ...(named === undefined ? [] : ['-t', named])],
    { cwd: copy, timeoutMs: 120_000 },
  )
  if (!existsSync(output)) return { passed: 0, failed: [] }
  const results = report.parse(JSON.parse(await readFile(output, 'utf8'))).testResults
  const all = results.flatMap(({ assertionResults }) => assertionResults)
  const failed = all.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName)
  return { passed: all.filter(({ status }) => status === 'passed').length, failed }
}
