import { type Requirement, requirementsOf } from './requirement.ts'

const blocks = (name: string): string => `tests/web/markdown/block-stream.test.ts: ${name}`
const inline = (name: string): string => `tests/web/markdown/parse-inline.test.ts: ${name}`
const pieces = (name: string): string => `tests/web/markdown/pieces.test.ts: ${name}`
const queue = (name: string): string => `tests/web/markdown/frame-queue.test.ts: ${name}`
const browser = (name: string): string => `tests/browser/markdown.test.ts: ${name}`

/** Markdown of a model on the page. */
export const markdownRequirements: readonly Requirement[] = requirementsOf('deliver.8', 'page deliver 1', [
  [
    'markdown',
    'Markdown with code, tables, tasks and formulas looks like what it is, and sums of money are no formulas.',
    blocks('%s'),
    inline('%s'),
    browser('code, formulas and tables become what they are'),
    browser('axe finds nothing serious in it when it is %s'),
  ],
  [
    'markdown-growing',
    'A text that grows is read once; what is finished keeps its elements, and the end is as if shown at once.',
    blocks('comes to the same blocks, however the text is cut'),
    blocks('never makes a finished block anew'),
    blocks('never takes back a line of code'),
    blocks('takes a definition when it is whole, not half of it'),
    blocks('leaves out %s'),
    pieces('cuts a text that grows where it cuts the whole'),
    browser('a text in pieces ends as the text at once'),
    browser('what is finished keeps its elements while the text grows'),
  ],
  [
    'markdown-long',
    'Answers of 5,000 lines of any kind stream without a task over 100 ms.',
    browser('$name stream without a task over 100 ms and end as if shown at once'),
    queue('begins at once while the frame has time left, and goes on in the next when it has not'),
  ],
  [
    'markdown-hostile',
    'What a model writes runs nothing, loads nothing and breaks nothing, under the policy of the house.',
    browser('a hostile corpus runs nothing, loads nothing and breaks nothing'),
    browser('a formula paints over nothing outside its text'),
    browser('a link opens elsewhere and says nothing about where it was'),
    blocks('stops to nest before it becomes a danger'),
    blocks('makes no table of very many cells from a short text'),
    inline('leaves a text that is mostly signs as it is'),
    'tests/web/markdown/line-rules.test.ts: is read in a moment, one %s',
    pieces('takes any other tag for text'),
  ],
  [
    'markdown-copy',
    'A block of code is copied by mouse or keyboard, also where the house is reached without TLS.',
    browser('a block of code is copied by keyboard, with a clipboard (%s) or without'),
  ],
])
