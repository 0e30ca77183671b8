import { richText } from './rich-text.ts'

/** Answers of 5,000 lines and the like. */
export interface LongText {
  readonly name: string
  readonly text: string
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1)

const mixed = (): string => {
  const parts: string[] = []
  for (let lines = 0; lines < 5000; lines += richText.split('\n').length) parts.push(richText)
  return parts.join('\n\n')
}

const code = numbers(5000)
  .map((number) => `  const value${number} = compute(${number}, "text of line ${number}") // and why`)
  .join('\n')

const sentence = 'A sentence with **strong** words, `code`, a [link](https://a.example/) and plain text'

export const longTexts: readonly LongText[] = [
  { name: '5,000 mixed lines', text: mixed() },
  { name: '5,000 lines of code', text: `\`\`\`ts\n${code}\n\`\`\`\n\nEnd.` },
  {
    name: '5,000 lines of code in an item',
    text: `1. First\n\n   \`\`\`ts\n${code.replaceAll(/^/gm, '   ')}\n   \`\`\`\n2. End`,
  },
  {
    name: '5,000 items',
    text: numbers(5000)
      .map((number) => `- Item **${number}** with \`code\``)
      .join('\n'),
  },
  {
    name: '2,000 rows',
    text: `| # | Name | Value |\n|--:|---|:-:|\n${numbers(2000)
      .map((number) => `| ${number} | **Row** ${number} | \`${number * 7}\` |`)
      .join('\n')}`,
  },
  {
    name: '5,000 lines of a paragraph',
    text: numbers(5000)
      .map((number) => `${number} ${sentence}`)
      .join('\n'),
  },
  {
    name: '5,000 sentences in a line',
    text: numbers(5000)
      .map((number) => `${number} ${sentence}.`)
      .join(' '),
  },
  {
    name: '5,000 lines of a quote',
    text: numbers(5000)
      .map((number) => `> ${number} ${sentence}${number % 5 === 0 ? '\n>' : ''}`)
      .join('\n'),
  },
]
