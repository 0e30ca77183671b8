import fc from 'fast-check'

const words = fc.constantFrom('a', 'b c', 'Some words', '**bold**', '`code`', '[link]', '1', 'a | b', '$x$')

const marks = fc.constantFrom(
  '',
  '',
  '',
  '- ',
  '* ',
  '1. ',
  '2) ',
  '> ',
  '>',
  '# ',
  '### ',
  '    ',
  '  ',
  '   ',
  '\t',
  '- [x] ',
  '[a]: ',
)

const wholeLines = fc.constantFrom(
  '',
  '',
  '---',
  '===',
  '***',
  '```',
  '```js',
  '~~~',
  '|---|---|',
  '| a | b |',
  '--|--',
  '$$',
  '\\[',
  '\\]',
  '[a]: https://a.example/ "t"',
  '<div>',
)

const line = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(marks, marks, words).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: fc.tuple(marks, wholeLines).map((parts) => parts.join('')) },
)

/** Texts full of what Markdown is made of, in any order and mostly not as anybody would write it. */
export const markdownText = fc
  .array(line, { maxLength: 14 })
  .chain((lines) => fc.constantFrom('\n', '\n', '\r\n').map((end) => lines.join(end)))
