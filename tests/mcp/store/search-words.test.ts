import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { snippetOf, termsOf, wantedWords } from '../../../services/mcp/store/search-words.ts'

const snippet = (query: string, text: string): string => snippetOf(text, wantedWords(termsOf(query)))
const shown = (marked: string): string => marked.replaceAll('\u0002', '[').replaceAll('\u0003', ']')

describe('the words of a query', () => {
  it('are what stands between spaces and has a letter or digit', () => {
    expect(termsOf('  two  words\n')).toEqual(['two', 'words'])
    expect(termsOf('" OR ( * ^ ) -- !?')).toEqual(['OR'])
    expect(termsOf('a\0b \uD800 🏠')).toEqual(['a', 'b'])
    expect(termsOf('')).toEqual([])
    expect(termsOf('x '.repeat(100))).toHaveLength(16)
  })
})

describe('a snippet', () => {
  it('marks the words found whatever their case and accents, of the last also longer ones', () => {
    expect(shown(snippet('gruss koln', 'Einen Gruss aus Köln, Kölner!'))).toBe('Einen [Gruss] aus [Köln], [Kölner]!')
    expect(shown(snippet('the tax', 'The taxes, the theory'))).toBe('[The] [taxes], [the] theory')
    expect(shown(snippet('foo-bar', 'a foo-bar'))).toBe('a [foo]-[bar]')
    expect(shown(snippet('cafe', 'Cafe\u0301 noir'))).toBe('[Cafe\u0301] noir')
  })

  it('shows the first match in a long text, with dots where something is left out', () => {
    const text = `${'before '.repeat(200)}needle${' after'.repeat(200)}`
    const found = shown(snippet('needle', text))
    expect(found).toMatch(/^…(before )+\[needle\]( after)+…$/)
    expect(found.length).toBeLessThan(300)
  })

  it('is one line, and what the text itself has of the marks is gone', () => {
    expect(shown(snippet('two', 'one\r\n\u0002two\u0003\n\n three'))).toBe('one [two] three')
  })

  it('is the beginning when nothing of it is found', () => {
    expect(snippet('absent', 'something else')).toBe('something else')
    expect(snippet('absent', '')).toBe('')
  })

  it('of any text for any query is short, well-formed and has its marks in pairs around words of the text', () => {
    const word = fc.constantFrom('tax', 'Köln', 'a', '🏠', '\uD800', '\u0002', '\u0003', 'x'.repeat(300), '\n')
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word, { maxLength: 120 }).map((words) => words.join(' ')),
    )
    fc.assert(
      fc.property(text, text, (query, hay) => {
        const found = snippet(query, hay)
        expect(found.isWellFormed()).toBe(true)
        for (const piece of found.split('\u0002').slice(1)) expect(piece.split('\u0003')).toHaveLength(2)
        expect(found.split('\u0002')[0]).not.toContain('\u0003')
        expect(found.replaceAll('\u0002', '').replaceAll('\u0003', '').length).toBeLessThanOrEqual(242)
      }),
      { seed: Date.now() % 2_147_483_647, numRuns: 500, verbose: fc.VerbosityLevel.Verbose },
    )
  })
})
