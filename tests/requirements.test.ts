import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { binaryKinds } from '../services/common/contracts/protocol/binary-frame.ts'
import { clientMessages } from '../services/common/contracts/protocol/client-messages.ts'
import { closeCodes } from '../services/common/contracts/protocol/close-codes.ts'
import { plannedClientMessages } from '../services/common/contracts/protocol/planned-client-messages.ts'
import { plannedServerMessages } from '../services/common/contracts/protocol/planned-server-messages.ts'
import { serverMessages } from '../services/common/contracts/protocol/server-messages.ts'
import { errorTable } from '../services/common/errors/error-table.ts'
import { citationProblems, type TestFiles } from './requirements/citation-problems.ts'
import type { Requirement } from './requirements/requirement.ts'
import { later, requirements } from './requirements.ts'

const root = resolve(import.meta.dirname, '..')
const files: TestFiles = new Map(
  globSync('tests/**/*.ts', { cwd: root }).map((path) => [path, readFileSync(join(root, path), 'utf8')]),
)
const served = { ...clientMessages, ...serverMessages }
const planned = { ...plannedClientMessages, ...plannedServerMessages }
const deliverItems = 9
const acceptanceLines = 6

const idsOf = (list: readonly { readonly id: string }[], prefix: string): readonly string[] =>
  list.map(({ id }) => id).filter((id) => id.startsWith(`${prefix}.`))

describe('the requirements', () => {
  it('have ids that stand for one promise each', () => {
    const ids = [...requirements, ...later].map(({ id }) => id)
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
    expect(ids.filter((id) => !/^(deliver|accept)\.\d\.[a-z-]+$|^(message|error|close)\.[\w.]+$/.test(id))).toEqual([])
  })

  it('are there for every item to deliver and every line of acceptance', () => {
    for (let item = 1; item <= deliverItems; item += 1) expect(idsOf(requirements, `deliver.${item}`)).not.toEqual([])
    for (let line = 1; line <= acceptanceLines; line += 1) expect(idsOf(requirements, `accept.${line}`)).not.toEqual([])
  })

  it.each([
    { kind: 'message', names: [...Object.keys({ ...served, ...planned }), ...binaryNames()] },
    { kind: 'error', names: Object.keys(errorTable) },
    { kind: 'close', names: Object.values(closeCodes).map(({ code }) => String(code)) },
  ])('every $kind is required or comes later, never both', ({ kind, names }) => {
    const listed = [...idsOf(requirements, kind), ...idsOf(later, kind)]
    expect(listed.toSorted()).toEqual(names.map((name) => `${kind}.${name}`).toSorted())
  })

  it('every message that is served is required, every planned one comes later', () => {
    const required = idsOf(requirements, 'message').filter((id) => !id.startsWith('message.binary.'))
    expect(required.toSorted()).toEqual(
      Object.keys(served)
        .map((type) => `message.${type}`)
        .toSorted(),
    )
  })

  it('every requirement is cited by tests that are there and run', () => {
    expect(requirements.flatMap((requirement) => citationProblems(requirement, files))).toEqual([])
  })
})

function binaryNames(): readonly string[] {
  return Object.keys(binaryKinds).map((kind) => `binary.${kind}`)
}

describe('the gate of citations sees', () => {
  const texts: TestFiles = new Map([
    ['tests/a.test.ts', "it('works', () => {})\nit.each([1])('counts %s', () => {})\nit('says caller_x', () => {})\n"],
    ['tests/b.test.ts', `${'it'}.skip('rests', () => {})\n`],
    ['tests/c.contract.ts', "it('holds', () => {})\n"],
    ['tests/d.contract.ts', "it('lies idle', () => {})\n"],
    ['tests/d.test.ts', "import { c } from './c.contract.ts'\n"],
    ['tests/support/house.ts', "it('is no test file', () => {})\n"],
  ])
  const problems = (id: string, ...tests: readonly string[]): readonly string[] => {
    const requirement: Requirement = { id, source: '', says: '', tests }
    return citationProblems(requirement, texts)
  }

  it.each([
    ['no citation', []],
    ['a file that is not there', ['tests/none.test.ts: works']],
    ['a name that is no test of the file', ['tests/a.test.ts: work']],
    ['a test that is skipped', ['tests/b.test.ts: rests']],
    ['a contract that no test runs', ['tests/d.contract.ts: lies idle']],
    ['a file that runs no tests', ['tests/support/house.ts: is no test file']],
    ['no path', ['works']],
  ])('%s', (_what, tests) => {
    expect(problems('deliver.1.a', ...tests)).toHaveLength(1)
  })

  it('nothing wrong in tests that are there, by each or in a contract', () => {
    expect(problems('deliver.1.a', 'tests/a.test.ts: works', 'tests/a.test.ts: counts %s')).toEqual([])
    expect(problems('deliver.1.a', 'tests/c.contract.ts: holds')).toEqual([])
  })

  it('a file that does not hold the code it is cited for', () => {
    expect(problems('error.caller_x', 'tests/a.test.ts: works')).toEqual([])
    expect(problems('error.caller_y', 'tests/a.test.ts: works')).toHaveLength(1)
  })
})
