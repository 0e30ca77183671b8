import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitsUri, parseUriTemplate } from '../../../../services/mcp/aggregator/calls/uri-pattern.ts'

const fits = (template: string, uri: string): boolean | undefined => {
  const pattern = parseUriTemplate(template)
  return pattern && fitsUri(pattern, uri)
}

test.each([
  ['note:///{id}', 'note:///77', true],
  ['note:///{id}', 'note:///', false],
  ['note:///{id}', 'note:///a/b', false],
  ['note:///{id}', 'other:///77', false],
  ['file:///{+path}', 'file:///a/b/c', true],
  ['db://{table}/row/{id}', 'db://people/row/7', true],
  ['db://{table}/row/{id}', 'db://people/7', false],
  ['db://{table}/row/{id}/x', 'db://people/row/7/x', true],
  ['x://a{?q,r}', 'x://a', true],
  ['x://a{?q,r}', 'x://a?q=1&r=2', true],
  ['x://a{/b*}', 'x://a/1/2', true],
  ['x://{a}{b}', 'x://12', true],
])('%s and %s: %s', (template, uri, expected) => {
  expect(fits(template, uri)).toBe(expected)
})

test.each([['x://none'], ['x://{open'], ['x://{a}}'], ['x://{}'], [`x://${'{a}-'.repeat(40)}`]])(
  '%s is no template that is taken over',
  (template) => {
    expect(parseUriTemplate(template)).toBeUndefined()
  },
)

test('whatever simple values are put into a template without two gaps side by side, it fits', () => {
  const value = fc.stringMatching(/^[a-z0-9]{1,5}$/)
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), (values) => {
      const template = `t://${values.map((_, at) => `{v${at}}`).join('/')}/end`
      expect(fits(template, `t://${values.join('/')}/end`)).toBe(true)
      expect(fits(template, `t://${values.join('/')}/more/end`)).toBe(false)
    }),
  )
})

test('a template made to stop a process is answered in no time', () => {
  const startedAt = performance.now()
  fits('x://{a}{b}{c}{d}{e}{f}y', `x://${'a'.repeat(100_000)}`)
  fits(`x://${'{a}a'.repeat(30)}y`, `x://${'a'.repeat(100_000)}`)
  expect(performance.now() - startedAt).toBeLessThan(500)
})
