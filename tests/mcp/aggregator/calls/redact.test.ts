import { expect, test } from 'vitest'
import { redactArguments, redactUri } from '../../../../services/mcp/aggregator/calls/redact.ts'

test('of arguments only names, types and sizes are kept', () => {
  expect(redactArguments({ key: 'secret', list: [1, 2], on: true, at: null, more: { a: 1 } })).toEqual({
    ...{ key: 'string(6)', list: 'array(2)', on: 'boolean', at: 'null', more: 'object(1)' },
  })
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`${'n'.repeat(100)}${at}`.slice(-70), 'x']))
  expect(JSON.stringify(redactArguments(many)).length).toBeLessThan(4000)
  expect(redactArguments('text')).toEqual({})
})

test('of a URI neither user nor query is kept', () => {
  expect(redactUri('https://anna:pass@example.org/a?token=1#x')).toBe('https://example.org/a')
  expect(redactUri('file:///a/b')).toBe('file:///a/b')
})
