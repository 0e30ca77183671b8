import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyStream, step, treeOf } from '../../../clients/web/src/markdown/block-stream.ts'
import { takeDefinitions } from '../../../clients/web/src/markdown/definitions.ts'
import { isUndecided } from '../../../clients/web/src/markdown/line-rules.ts'

const spaces = ' '.repeat(200_000)

describe('a line that is not decided yet', () => {
  it('is blanks and quote marks, then signs or a number, in any number', () => {
    const asTold = /^[ \t>]*(?:[-*+_=#`~|:$\\. \t]*|\d{1,9}[.)][ \t]*)$/
    const line = fc.string({ unit: fc.constantFrom(...' \t>-*+_=#`~|:$\\.)17ab'), maxLength: 8 })
    fc.assert(
      fc.property(line, (text) => {
        expect(isUndecided(text)).toBe(asTold.test(text))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('a very long line', () => {
  it.each([
    ['of spaces and a letter', () => isUndecided(`${spaces}x`)],
    ['of signs and a letter', () => isUndecided(`${'- '.repeat(100_000)}x`)],
    ['of spaces in a definition', () => takeDefinitions(`[a]:${spaces}<`)],
    ['of spaces behind the address of a definition', () => takeDefinitions(`[a]: b${spaces}<`)],
    ['of spaces that is growing', () => treeOf(step(emptyStream, `${spaces}x`), true)],
  ])('is read in a moment, one %s', (_, read) => {
    const startedAt = performance.now()
    read()
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })
})
