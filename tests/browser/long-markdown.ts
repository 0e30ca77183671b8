/** Markdown as a talkative model writes it: headings, paragraphs, lists, tables, code and mathematics, in turn. */
export function longMarkdown(lines: number): string {
  const written: string[] = []
  for (let section = 1; written.length + sectionOf(section).length < lines; section += 1) {
    written.push(...sectionOf(section))
  }
  while (written.length < lines - 2) written.push(`One more line, ${written.length}.`)
  return [...written, '', `The end of ${lines} lines.`].join('\n')
}

const sectionOf = (section: number): readonly string[] => [
  `## Section ${section}`,
  '',
  `This is paragraph **${section}** with *some* \`code\` and a [link](https://example.org/${section}), long enough to wrap.`,
  '',
  `- first point of ${section}`,
  '- second point, with **bold** words',
  '  - a point below it',
  '- third point',
  '',
  '| name | value | note |',
  '|---|---:|---|',
  `| alpha | ${section} | as it was |`,
  `| beta | ${section * 2} | changed |`,
  '',
  '```ts',
  `export function section${section}(input: readonly number[]): number {`,
  '  // Adds what is there.',
  `  return input.reduce((sum, each) => sum + each, ${section})`,
  '}',
  '```',
  '',
  `The mean is $\\bar{x} = \\frac{1}{n} \\sum_{i=1}^{n} x_i$ for ${section}.`,
  '',
  '> A quote that says little,',
  '> on two lines.',
  '',
  '1. one',
  '2. two',
  '3. three',
  '',
]
