import { beforeAll, describe, expect, it } from 'vitest'
import { runProgram } from '../support/program.ts'
import { violations } from './planted-violations.ts'
import { copyOfHearth, smallProject, type TemporaryProject } from './small-project.ts'

const commands = {
  types: ['tsc'],
  lint: ['biome', 'check', '--error-on-warnings', '.'],
  boundaries: ['node', 'scripts/boundaries.ts'],
  dead: ['knip'],
} as const

interface GateRun {
  readonly code: number | null
  readonly output: string
}

async function run(project: TemporaryProject, [program, ...args]: readonly [string, ...string[]]): Promise<GateRun> {
  const PATH = `${project.folder}/node_modules/.bin:${process.env['PATH']}`
  const { code, stdout, stderr } = await runProgram(program, args, { cwd: project.folder, env: { PATH } })
  return { code, output: stdout + stderr }
}

describe.each(['types', 'lint', 'boundaries', 'dead'] as const)('the gate %s', (gate) => {
  let violated: GateRun

  beforeAll(async () => {
    using project = smallProject()
    for (const { path, text } of violations[gate]) project.write(path, text)
    violated = await run(project, commands[gate])
  })

  it('passes a project that is right', async () => {
    using project = smallProject()
    const { code, output } = await run(project, commands[gate])
    expect(output).not.toMatch(/error|violation/i)
    expect(code).toBe(0)
  })

  it.each(violations[gate])('catches $what', ({ says }) => {
    expect(violated.output).toMatch(says)
    expect(violated.code).not.toBe(0)
  })
})

it('the gate boundaries fails when it sees no module', async () => {
  using project = smallProject()
  const blind = "export default { forbidden: [], options: { includeOnly: '^nothing' } }\n"
  const { code, output } = await run(project.write('.dependency-cruiser.mjs', blind), commands.boundaries)
  expect(output).toContain('No TypeScript module was seen')
  expect(code).toBe(1)
})

it('the gate of generated files catches an edited one, and types of the wire that have no source', async () => {
  using project = copyOfHearth()
  project.write('docs/reference/errors.md', 'edited\n').write('proto/gen/stranger.ts', 'export const a = 1\n')
  const { code, output } = await run(project, ['node', 'scripts/generated-check.ts'])
  expect(output).toContain('docs/reference/errors.md: is not what its source gives')
  expect(output).toContain('proto/gen/stranger.ts: has no source any more')
  expect(code).toBe(1)
})
