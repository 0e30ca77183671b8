import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from '../../tests/support/house.ts'
import { runProgram } from '../../tests/support/program.ts'
import { type Figure, figure, type Scenario } from './figure.ts'
import { type Mutation, mutations } from './mutations.ts'

/** Removes one behaviour after another from a copy of the project; each time the tests named must go red. */
export const mutate: Scenario = async ({ say, signal }) => {
  const copy = await copyOfProject()
  try {
    const figures: Figure[] = []
    for (const [index, mutation] of mutations.entries()) {
      signal.throwIfAborted()
      say(`${index + 1} of ${mutations.length}: ${mutation.area}: ${mutation.removes}`)
      figures.push(await tryMutation(copy, mutation))
    }
    return figures
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function copyOfProject(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'hearth-mutate-'))
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).split(
    '\n',
  )
  for (const file of files.filter((name) => name !== '')) {
    await mkdir(dirname(join(copy, file)), { recursive: true })
    await cp(join(root, file), join(copy, file))
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  const engine = 'services/adapters/local/engine/node_modules'
  await symlink(join(root, engine), join(copy, engine))
  return copy
}

async function tryMutation(copy: string, mutation: Mutation): Promise<Figure> {
  const file = join(copy, mutation.file)
  const original = await readFile(file, 'utf8')
  const mutated = original.replace(mutation.find, mutation.replace)
  const what = `${mutation.area}: without "${mutation.removes}"`
  if (mutated === original) return figure(what, 'the code to remove was not found', false)
  await writeFile(file, mutated)
  try {
    const run = await runProgram('npx', ['vitest', 'run', '--project', 'unit', ...mutation.tests], {
      cwd: copy,
      timeoutMs: 180_000,
    })
    const line = /^\d+ passed, \d+ failed, \d+ skipped$/m.exec(run.stdout)?.[0] ?? 'no result'
    const isRed = run.code !== 0 && /[1-9]\d* failed/.test(line)
    return figure(what, `${isRed ? 'red' : 'STILL GREEN'}: ${line}`, isRed)
  } finally {
    await writeFile(file, original)
  }
}
