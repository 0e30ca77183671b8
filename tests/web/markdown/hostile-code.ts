/** A little code in each language that the floods are written in: once it is coloured, they are too. */
export const codeSamples = {
  js: 'const a = 1',
  html: '<a b="c">',
  css: 'a { color: red }',
  python: 'def a(): return 1',
  bash: 'if true; then echo "a"; fi',
  json: '{"a": 1}',
  yaml: 'a: "b"',
  markdown: '# a',
  sql: "select 'a'",
  cpp: 'int a = 1;',
  php: '<?php return 1;',
} as const

/** What a highlighter of code may read again and again: marks that begin something and never end it. */
const parts: Readonly<Record<keyof typeof codeSamples, readonly string[]>> = {
  js: ['(', '`${', '/[', '<a ', 'function ', '1', 'a ', '{a:'],
  html: ['<', '<a ', '<a b="', '<!--', '<script>', '<![CDATA[', '&'],
  css: ['a:', '@media ', 'a{', '[a=', ':is('],
  python: ['f"{', '"""', '@a(', 'def a(', '1_'],
  bash: ['$(', '`', '<<A\n', '${a', '"$('],
  json: ['[', '{"a":', '"\\'],
  yaml: ['- ', '{a: ', 'a:\n', '"', ' '],
  markdown: ['*', '_a ', '[a](', '> ', '`', '<a '],
  sql: ["'", '(', 'a.', 'create table '],
  cpp: ['a<', 'template<', 'R"(', 'a::', 'int a('],
  php: ['<?php ', '$a->', '"{$', '<<<A\n'],
}

/** As long as code and its lines may be to be coloured. */
const length = 19_900
const lineLength = 990

function fenceOf(language: string, part: string, width: number): string {
  const line = `${part.repeat(width / part.length)}\n`
  return `~~~~${language}\n${line.repeat(length / line.length)}~~~~`
}

const inLines = Object.entries(parts).flatMap(([language, all]) =>
  all.map((part) => [`${language} of ${JSON.stringify(part)}`, fenceOf(language, part, lineLength)] as const),
)

/** Blocks of code that are cheap to write and dear to colour. */
export const codeFloods: readonly (readonly [name: string, text: string])[] = [
  ...inLines,
  ['markdown of links in one line', fenceOf('markdown', '[a](', length - 1)],
]
