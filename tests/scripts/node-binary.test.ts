import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeBinary } from '../../scripts/bootstrap/node-binary.mjs'
import { TemporaryProject } from './small-project.ts'

const engines = (node: string): string => JSON.stringify({ engines: { node } })
const isBrought = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)

describe('the Node that Hearth runs under', () => {
  it('is the one that was installed with it, where there is one for this system', () => {
    using project = new TemporaryProject()
      .write('package.json', engines('>=24.0.0'))
      .write('node_modules/.bin/node', '')
    const own = join(project.folder, 'node_modules/.bin/node')
    expect(nodeBinary(project.folder)).toBe(isBrought ? own : process.execPath)
  })

  it('is else the one at hand when it is new enough, and no older one', () => {
    using project = new TemporaryProject().write('package.json', engines('>=24.0.0'))
    expect(nodeBinary(project.folder)).toBe(process.execPath)
    project.write('package.json', engines('>=99.0.0'))
    expect(() => nodeBinary(project.folder)).toThrow(/needs Node 99\.0\.0 or newer .*install Node/)
  })
})
