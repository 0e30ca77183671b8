import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyStream, step, treeOf } from '../../../clients/web/src/markdown/block-stream.ts'
import { markdownText } from './markdown-text.ts'
import { outline } from './outline.ts'

const whole = (text: string) => treeOf(step(emptyStream, text), false)
const sketch = (text: string) => outline(whole(text).blocks)
const growing = (text: string) => outline(treeOf(step(emptyStream, text), true).blocks)

describe('blocks of a whole text', () => {
  it.each([
    ['a paragraph of two lines', 'a\nb\n\nc', ['p: a⏎b', 'p: c']],
    ['headings of both kinds', '# a #\n## b\n\nc\n===\nd\n---', ['h1: a', 'h2: b', 'h1: c', 'h2: d']],
    ['no heading without a space', '#a', ['p: #a']],
    ['rules', '***\n- - -\n_ _ _', ['hr', 'hr', 'hr']],
    ['a fence with a language', '```ts x\n  a\n\nb\n```\nc', ['code ts:   a⏎⏎b⏎', 'p: c']],
    ['a fence that never closes', '~~~\na', ['code : a⏎']],
    ['a fence in a longer fence', '````\n```\n````', ['code : ```⏎']],
    ['indented code without its last blank lines', '    a\n\n    b\n\nc', ['code : a⏎⏎b⏎', 'p: c']],
    ['no indented code in a paragraph', 'a\n    b', ['p: a⏎b']],
    [
      'a tight and a loose list',
      '- a\n- b\n\ntext\n\n- c\n\n- d',
      ['ul[li[p: a] li[p: b]]', 'p: text', 'ul loose[li[p: c] li[p: d]]'],
    ],
    ['an item without text', '- a\n-\n- b', ['ul[li[p: a] li[] li[p: b]]']],
    ['a list in a list', '- a\n  - b\n- c', ['ul[li[p: a ul[li[p: b]]] li[p: c]]']],
    ['a list that begins with 3', '3. a\n4. b', ['ol 3[li[p: a] li[p: b]]']],
    ['another mark begins another list', '- a\n* b', ['ul[li[p: a]]', 'ul[li[p: b]]']],
    ['a year is no list', 'It was in\n1984. Then', ['p: It was in⏎1984. Then']],
    ['tasks', '- [x] a\n- [ ] b\n- [c] d', ['ul[li done[p: a] li open[p: b] li[p: [c] d]]']],
    ['code in an item', '1. a\n   ```js\n   b\n   ```\n2. c', ['ol 1[li[p: a code js: b⏎] li[p: c]]']],
    ['a quote that goes on without its mark', '> a\nb\n\nc', ['quote[p: a⏎b]', 'p: c']],
    ['a list in a quote', '> - a\n> - b\nc', ['quote[ul[li[p: a] li[p: b⏎c]]]']],
    ['a quote ends its code', '> ```\n> a\nb', ['quote[code : a⏎]', 'p: b']],
    ['a table', 'x\na | b\n--|:-:\n1 | 2 | 3\n4\n\nc', ['p: x', 'table ,center[a|b 1|2 4|]', 'p: c']],
    ['a bar in a cell', '| a | b |\n|---|--:|\n| `x\\|y` | z |', ['table ,end[a|b `x|y`|z]']],
    ['no table when the columns do not match', 'a | b\n---', ['h2: a | b']],
    ['formulas', '$$\nx^2\n$$\n\n\\[ y \\]\ntext', ['math: x^2', 'math: y', 'p: text']],
    ['a formula that never closes is text', '$$ is much\nmoney\n\nb', ['p: $$ is much⏎money', 'p: b']],
    ['definitions', '[a]: <https://a.example/> "t"\n[b]: https://b.example/\nc', ['p: c']],
    ['a footnote is no definition', '[^1]: a', ['p: [^1]: a']],
    ['markup is text', '<div>\n**a**\n</div>', ['p: <div>⏎**a**⏎</div>']],
    ['line ends of Windows', 'a\r\n\r\n- b\r\n', ['p: a', 'ul[li[p: b]]']],
    ['tabs', '-\ta\n\n\tb', ['ul loose[li[p: a p: b]]']],
    ['tabs in a fence', '```make\nall:\n\tgo\t\tbuild\n \t x\n```', ['code make: all:⏎\tgo\t\tbuild⏎ \t x⏎']],
    ['tabs in a fence that is indented', '  ```\n\ta\n  \tb\n \t\tc', ['code :   a⏎\tb⏎  \tc⏎']],
    ['tabs in a fence of an item', '- ```\n  \ta\n\t\tb\n  ```', ['ul[li[code : \ta⏎  \tb⏎]]']],
    ['tabs in indented code', '\ta\tb\t\tc\n\n  \t\td\n\t\n \t\te', ['code : a\tb\t\tc⏎⏎\td⏎⏎\te⏎']],
    ['a tab of which an item takes a part', '- a\n\n\t\tb', ['ul loose[li[p: a code :   b⏎]]']],
    ['characters that turn the text', 'a\u202eb', ['p: a⟦U+202E⟧b']],
  ])('%s', (_, text, blocks) => {
    expect(sketch(text)).toEqual(blocks)
  })

  it('keeps the first definition of a name, whatever its case', () => {
    const { definitions } = whole('[Ä  b]: https://a.example/\n\n[ä b]: https://b.example/')
    expect([...definitions]).toEqual([['ä b', 'https://a.example/']])
  })

  it('reads very many definitions in a moment', () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `[a${index}]: https://a.example/\n\n`).join('')
    const startedAt = performance.now()
    expect(whole(text).definitions.size).toBe(20_000)
    expect(performance.now() - startedAt).toBeLessThan(2000)
  })

  it('makes no table of very many cells from a short text', () => {
    const table = (columns: number, rows: string) => `|${'a|'.repeat(columns)}\n|${'-|'.repeat(columns)}\n${rows}`
    const cellsIn = (text: string) =>
      whole(text).blocks.reduce((sum, block) => sum + (block.type === 'table' ? block.rows.flat().length : 0), 0)
    expect(cellsIn(table(2000, 'b\n'.repeat(1000)))).toBe(0)
    expect(cellsIn(table(64, 'b\n'.repeat(5000)))).toBeLessThan(1100)
    expect(cellsIn(table(64, '|b'.repeat(64)))).toBe(64)
    expect(cellsIn(table(3, '| b | c |\n'.repeat(2000)))).toBe(6000)
  })

  it('stops to nest before it becomes a danger', () => {
    const deepest = sketch('> '.repeat(500))
    expect(deepest.join('').match(/quote/g)?.length).toBeLessThan(40)
    expect(sketch(`${'> '.repeat(500)}a`).join('')).toContain('> > a')
  })
})

describe('blocks of a growing text', () => {
  it.each([
    ['signs that are not decided yet', 'a\n\n-', ['p: a']],
    ['a heading without text', 'a\n\n##', ['p: a']],
    ['a fence that is half written', 'a\n\n``', ['p: a']],
    ['a number that may begin a list', 'a\n\n1.', ['p: a']],
    ['the header of a table', 'a\n\n| b | c |', ['p: a']],
    ['an underline of a table', '| b | c |\n|--', []],
    ['a definition', 'a\n\n[b]: https://b.example/', ['p: a']],
  ])('leaves out %s', (_, text, blocks) => {
    expect(growing(text)).toEqual(blocks)
  })

  it('shows a row, an item and a line of code while they are written', () => {
    expect(growing('| a | b |\n|---|---|\n| 1')).toEqual(['table ,[a|b 1|]'])
    expect(growing('| a | b |\n|---|---|\n| 1 | **2')).toEqual(['table ,[a|b 1|**2**]'])
    expect(growing('- a\n- b')).toEqual(['ul[li[p: a] li[p: b]]'])
    expect(growing('```\na\nb')).toEqual(['code : a⏎b…'])
  })

  it('takes a definition when it is whole, not half of it', () => {
    const definitionsOf = (text: string) => [...treeOf(step(emptyStream, text), true).definitions]
    const text = '[a]\n\n[a]: https://a.example.org/b\n\n'
    for (let end = 0; end < text.length; end += 1) expect(definitionsOf(text.slice(0, end))).toEqual([])
    expect(definitionsOf(text)).toEqual([['a', 'https://a.example.org/b']])
  })

  it('comes to the same blocks, however the text is cut', () => {
    fc.assert(
      fc.property(markdownText, fc.array(fc.nat(400)), (text, cuts) => {
        expect(piecewise(text, cuts)).toEqual(whole(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('never makes a finished block anew', () => {
    fc.assert(
      fc.property(markdownText, fc.nat(400), (text, cut) => {
        const first = step(emptyStream, text.slice(0, cut))
        const before = treeOf(first, true).blocks
        const after = treeOf(step(first, text.slice(cut)), true).blocks
        const finished = Math.max(0, first.path.open[0]?.kind === 'root' ? closedBlocks(first.path.open) : 0)
        expect(finished).toBeLessThanOrEqual(after.length)
        for (let index = 0; index < finished; index += 1) expect(after[index]).toBe(before[index])
      }),
      { numRuns: 1000 },
    )
  })

  it('never takes back a line of code', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '`', '~', ' ', '\n') }), fc.nat(60), (code, cut) => {
        const text = `~~~~~~~\n${code.replaceAll('~', '')}`
        const [first] = treeOf(step(emptyStream, text.slice(0, cut)), true).blocks
        const [last] = treeOf(step(emptyStream, text), true).blocks
        if (first?.type === 'code' && last?.type === 'code') expect(last.text.startsWith(first.text)).toBe(true)
      }),
    )
  })
})

/** All blocks but the one that is open. */
function closedBlocks(open: readonly { readonly node: object }[]): number {
  const [root, tip] = open
  const count =
    root !== undefined && 'children' in root.node && Array.isArray(root.node.children) ? root.node.children.length : 0
  return tip === undefined ? count : count - 1
}

function piecewise(text: string, cuts: readonly number[]) {
  let stream = emptyStream
  let rest = text
  for (const cut of cuts) {
    stream = step(stream, rest.slice(0, cut))
    treeOf(stream, true)
    rest = rest.slice(cut)
  }
  return treeOf(step(stream, rest), false)
}
