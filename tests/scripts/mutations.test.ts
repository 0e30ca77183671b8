import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mutations } from '../../scripts/accept/mutations.ts'

const root = resolve(import.meta.dirname, '../..')
const areas = [
  'services/common/',
  'services/common/grpc/',
  'services/gateway/',
  'services/router/',
  'services/adapters/demo/',
  'services/adapters/local/',
  'services/adapters/openai/',
  'services/mcp/api/',
  'services/mcp/store/',
  'clients/cli/',
  'scripts/',
]

/** Whether `npm run accept -- mutate` goes red each time is its own to say: it takes minutes. */
describe('the mutations', () => {
  it('are of every area, find what they remove exactly once, and name tests that are there', () => {
    expect(areas.filter((area) => !mutations.some(({ file }) => file.startsWith(area)))).toEqual([])
    const blunt = mutations.filter(({ file, find, replace }) => {
      const path = join(root, file)
      return !existsSync(path) || readFileSync(path, 'utf8').split(find).length !== 2 || find === replace
    })
    expect(blunt.map(({ file, removes }) => `${file}: ${removes}`)).toEqual([])
    const blind = mutations.filter(
      ({ tests }) => tests.length === 0 || !tests.every((path) => existsSync(join(root, path))),
    )
    expect(blind.map(({ removes }) => removes)).toEqual([])
  })
})
