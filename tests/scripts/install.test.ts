import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isInstalled } from '../../scripts/bootstrap/install.mjs'
import { TemporaryProject } from './small-project.ts'

const packages = {
  '': { version: '1.0.0' },
  local: { version: '1.0.0' },
  'node_modules/a': { version: '1.2.3' },
  'node_modules/local': { link: true },
  'node_modules/elsewhere': { version: '2.0.0', optional: true },
}
const lockfile = (changes: object = {}): string => JSON.stringify({ packages: { ...packages, ...changes } })

/** As npm leaves it, on a system that has no package called elsewhere. */
function installedByHand(): TemporaryProject {
  return new TemporaryProject()
    .write('package-lock.json', lockfile())
    .write('local/package.json', '{}')
    .write('node_modules/a/package.json', '{}')
    .write('node_modules/local/package.json', '{}')
    .write('node_modules/.package-lock.json', lockfile({ 'node_modules/elsewhere': undefined }))
}

describe('packages count as installed', () => {
  it('when npm installed them by hand and they fit the lockfile', () => {
    using project = installedByHand()
    expect(isInstalled(project.folder)).toBe(true)
  })

  it('without a second look, until the lockfile changes', () => {
    using project = installedByHand()
    isInstalled(project.folder)
    rmSync(join(project.folder, 'node_modules/.package-lock.json'))
    expect(isInstalled(project.folder)).toBe(true)
    project.write('package-lock.json', lockfile({ 'node_modules/a': { version: '1.2.4' } }))
    expect(isInstalled(project.folder)).toBe(false)
  })

  it.each<[string, (project: TemporaryProject) => unknown]>([
    ['nothing is there', ({ folder }) => rmSync(join(folder, 'node_modules'), { recursive: true })],
    ['npm did not finish', ({ folder }) => rmSync(join(folder, 'node_modules/.package-lock.json'))],
    ['a package is gone', ({ folder }) => rmSync(join(folder, 'node_modules/a'), { recursive: true })],
    ['a link is gone', ({ folder }) => rmSync(join(folder, 'node_modules/local'), { recursive: true })],
    [
      'a version differs',
      (project) => project.write('package-lock.json', lockfile({ 'node_modules/a': { version: '2.0.0' } })),
    ],
    [
      'one is missing',
      (project) => project.write('package-lock.json', lockfile({ 'node_modules/b': { version: '2.0.0' } })),
    ],
  ])('not when %s', (_, spoil) => {
    using project = installedByHand()
    spoil(project)
    expect(isInstalled(project.folder)).toBe(false)
  })
})
