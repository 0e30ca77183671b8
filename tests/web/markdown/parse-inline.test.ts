import { describe, expect, it } from 'vitest'
import type { Inline } from '../../../clients/web/src/markdown/inline.ts'
import { createInlineParser } from '../../../clients/web/src/markdown/parse-inline.ts'

const parse = createInlineParser()
const definitions = new Map([['a b', 'https://a.example/']])
const sketch = (source: string) => parse(source, definitions).map(sketchOf).join('')

function sketchOf(inline: Inline): string {
  switch (inline.type) {
    case 'text':
      return inline.text
    case 'code':
      return `‹${inline.text}›`
    case 'break':
      return '⏎'
    case 'formula':
      return `⟨${inline.display ? '⏐' : ''}${inline.source}⟩`
    case 'link':
      return `${inline.isPicture ? 'picture' : 'link'}(${inline.address})[${inline.children.map(sketchOf).join('')}]`
    case 'strong':
    case 'emphasis':
    case 'struck':
    case 'span':
      return `${inline.type}[${inline.children.map(sketchOf).join('')}]`
  }
}

describe('running text', () => {
  it.each([
    ['**a** *b* ~~c~~ `d`', 'strong[a] emphasis[b] struck[c] ‹d›'],
    ['a\nb', 'a⏎b'],
    ['a &amp;&auml;&#228;&#xe4; &unknown; &lt;b&gt;', 'a &äää &unknown; <b>'],
    [
      'a&#x202e;b&#8238;c&#x2066;[d&#x202E;e](https://a.example/)',
      'a⟦U+202E⟧b⟦U+202E⟧c⟦U+2066⟧link(https://a.example/)[d⟦U+202E⟧e]',
    ],
    ['\\*a\\* \\$5', '*a* $5'],
    ['<b>a</b> <img src=x onerror=y>', '<b>a</b> <img src=x onerror=y>'],
    ['a<br>b<br/>c<BR />d', 'a⏎b⏎c⏎d'],
    ['a<br onclick=x>', 'a<br onclick=x>'],
    ['`&amp;`', '‹&amp;›'],
    ['snake_case_name', 'snake_case_name'],
  ])('%s', (source, expected) => {
    expect(sketch(source)).toBe(expected)
  })
})

describe('links', () => {
  it.each([
    ['[a](https://a.example/b "c")', 'link(https://a.example/b)[a]'],
    ['https://a.example/b.', 'link(https://a.example/b)[https://a.example/b].'],
    ['www.a.example', 'link(http://www.a.example/)[www.a.example]'],
    ['<https://a.example/>', 'link(https://a.example/)[https://a.example/]'],
    ['me@a.example', 'link(mailto:me@a.example)[me@a.example]'],
    ['[c][a  B]', 'link(https://a.example/)[c]'],
    ['[A b]', 'link(https://a.example/)[A b]'],
    ['[none]', '[none]'],
    ['![c](https://a.example/d.png)', 'picture(https://a.example/d.png)[c]'],
    ['[![c](https://a.example/d.png)](https://a.example/)', 'link(https://a.example/)[span[c]]'],
    ['[a](javascript:alert)', 'span[a]'],
    ['[a](JAVA&#115;cript:alert)', 'span[a]'],
    ['[a](data:text/html,b)', 'span[a]'],
    ['[a](/b)', 'span[a]'],
    ['[a](//b.example)', 'span[a]'],
    ['[a](https://user:password@b.example)', 'span[a]'],
    ['[**a** `b`](https://a.example/)', 'link(https://a.example/)[strong[a] ‹b›]'],
  ])('%s', (source, expected) => {
    expect(sketch(source)).toBe(expected)
  })
})

describe('formulas', () => {
  it.each([
    ['$x$', '⟨x⟩'],
    ['with $a_1$ and $b_1$.', 'with ⟨a_1⟩ and ⟨b_1⟩.'],
    ['$2x + 3$', '⟨2x + 3⟩'],
    ['$100$', '⟨100⟩'],
    ['$$x$$', '⟨⏐x⟩'],
    ['\\(x\\) and \\[y\\]', '⟨x⟩ and ⟨⏐y⟩'],
    ['**bold $a*b$**', 'strong[bold ⟨a*b⟩]'],
    ['*a $b*c$ d*', 'emphasis[a ⟨b*c⟩ d]'],
    ['`$x$`', '‹$x$›'],
    ['$5 and $10', '$5 and $10'],
    ['$5-$10', '$5-$10'],
    ['it is $5, not 6$ or so', 'it is $5, not 6$ or so'],
    ['$20 a month or $200 a year', '$20 a month or $200 a year'],
    ['US$5 or A$6', 'US$5 or A$6'],
    ['$ x $', '$ x $'],
    ['$x', '$x'],
    ['\\$x\\$', '$x$'],
    ['$HOME and $PATH', '$HOME and $PATH'],
    ['costs 5$ or 6$', 'costs 5$ or 6$'],
  ])('%s', (source, expected) => {
    expect(sketch(source)).toBe(expected)
  })
})

describe('limits', () => {
  it('reads emphasis so deep and not deeper', () => {
    expect(sketch(`${'*a '.repeat(40)}${'b*'.repeat(40)}`).match(/emphasis/g)?.length).toBeLessThanOrEqual(12)
  })

  it('leaves a text that is mostly signs as it is', () => {
    for (const text of ['[a](b'.repeat(200), '*_'.repeat(400), '$a '.repeat(1500)]) expect(sketch(text)).toBe(text)
  })
})
