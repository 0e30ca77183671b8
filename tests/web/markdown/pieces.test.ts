import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutSegments } from '../../../clients/web/src/markdown/cut-segments.ts'
import { codePiecesOf, sharePieces } from '../../../clients/web/src/markdown/render/code-pieces.ts'

describe('segments of a long paragraph', () => {
  const source = fc
    .array(fc.constantFrom('word ', 'x'.repeat(700), '\n', '😀'.repeat(300), ' '), { maxLength: 60 })
    .map((parts) => parts.join(''))

  it('leaves a short one whole', () => {
    expect(cutSegments('a\nb')).toEqual(['a\nb'])
  })

  it('cuts a text that grows where it cuts the whole', () => {
    fc.assert(
      fc.property(source, fc.nat(30_000), (text, length) => {
        const early = cutSegments(text.slice(0, length)).slice(0, -1)
        expect(cutSegments(text).slice(0, early.length)).toEqual(early)
      }),
    )
  })

  it('loses line ends at the cuts and nothing else, and cuts no character in two', () => {
    fc.assert(
      fc.property(source, (text) => {
        const segments = cutSegments(text)
        expect(segments.join('').replaceAll('\n', '')).toBe(text.replaceAll('\n', ''))
        for (const segment of segments) {
          expect(segment.length).toBeLessThanOrEqual(6144)
          expect(segment.isWellFormed()).toBe(true)
        }
      }),
    )
  })
})

describe('coloured code', () => {
  it('takes apart what the highlighter writes, the innermost colour first', () => {
    const markup =
      '<span class="hljs-keyword">if</span> a &lt; <span class="hljs-string">&quot;b<span class="hljs-subst">c</span>&quot;</span>'
    expect(codePiecesOf(markup)).toEqual([
      { text: 'if', colour: 'keyword' },
      { text: ' a < ', colour: undefined },
      { text: '"b', colour: 'string' },
      { text: 'c', colour: 'string' },
      { text: '"', colour: 'string' },
    ])
  })

  it('takes any other tag for text', () => {
    const markup = '<img src=x onerror=y><span class="hljs-keyword" id=a></span>'
    expect(
      codePiecesOf(markup)
        .map(({ text }) => text)
        .join(''),
    ).toBe('<img src=x onerror=y><span class="hljs-keyword" id=a>')
  })

  it('shares pieces out without losing a character', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(lengths, fc.array(fc.integer({ min: 1, max: 7 })), (sizes, cuts) => {
        const total = sizes.reduce((sum, size) => sum + size, 0)
        const text = Array.from({ length: total }, (_, index) => String.fromCodePoint(97 + (index % 26))).join('')
        const pieces = [...piecesOf(text, cuts)]
        const shares = sharePieces(pieces, sizes).map((share) => share.map((piece) => piece.text).join(''))
        expect(shares.join('')).toBe(text)
        expect(shares.map(({ length }) => length)).toEqual(sizes)
      }),
    )
  })
})

function* piecesOf(text: string, cuts: readonly number[]) {
  let start = 0
  for (const cut of cuts) {
    if (start < text.length) yield { text: text.slice(start, start + cut), colour: undefined }
    start += cut
  }
  if (start < text.length) yield { text: text.slice(start), colour: undefined }
}
