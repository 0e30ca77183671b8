import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { planOf } from '../../scripts/bootstrap/plan.mjs'
import { runGates } from '../../scripts/gates/run-gates.ts'
import { staticGates } from '../../scripts/gates/static-gates.ts'

const root = resolve(import.meta.dirname, '../..')
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
const never = new AbortController().signal

/** Violations are planted against these, in gates.system.test.ts. */
const proven = {
  // What is kept between two runs changes their time, not what they find.
  types: expect.stringMatching(/^tsc --incremental --tsBuildInfoFile \S+$/),
  lint: 'biome check --error-on-warnings .',
  boundaries: 'node scripts/boundaries.ts',
  dead: 'knip',
  'gen:check': 'buf lint && node scripts/generated-check.ts',
}

describe('npm run check', () => {
  it('runs every gate that violations are planted against, by the same command', () => {
    expect(planOf(['check']).script).toBe('scripts/check.ts')
    expect(readFileSync(join(root, 'scripts/check.ts'), 'utf8')).toContain('runGates(staticGates,')
    const gates = staticGates.map(({ script }) => script)
    expect(gates).toEqual(expect.arrayContaining(Object.keys(proven)))
    expect(scripts).toMatchObject(proven)
  })

  it('counts a gate that cannot run, where nothing may be skipped, and one that is not there', async () => {
    const lame = { script: 'types', says: '', needs: { path: join(root, 'no-such-file'), hint: 'bring it' } }
    expect(await runGates([lame], true, never)).toBe(1)
    expect(await runGates([lame], false, never)).toBe(0)
    expect(await runGates([{ script: 'no-such-script', says: '' }], false, never)).toBe(1)
  })
})
