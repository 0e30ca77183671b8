import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matcher, takenOver } from '../../../../services/mcp/aggregator/exposure/name-pattern.ts'
import { serverSpec } from '../support/open-aggregator.ts'

test('a pattern fits exactly what the same regular expression fits', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', '.', '*'), { maxLength: 8 }).map((all) => all.join(''))
  fc.assert(
    fc.property(letters, letters, (pattern, name) => {
      const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 's')
      expect(matcher([pattern])(name)).toBe(expression.test(name))
    }),
    { numRuns: 2000 },
  )
})

test('deny is stronger than allow', () => {
  const isTaken = takenOver(serverSpec({ tools: { allow: ['read_*', 'list'], deny: ['*_secret'] } }))
  expect(['read_file', 'read_secret', 'list', 'listen', 'write'].filter(isTaken)).toEqual(['read_file', 'list'])
})
