import type { InlineFormula } from './inline.ts'

const maxLength = 4000

type FormulaText = Pick<InlineFormula, 'raw' | 'source' | 'display'>

/** The formula that a text begins with. `before` is the character in front of it, empty at the start. */
export function inlineFormulaAt(text: string, before: string): FormulaText | undefined {
  if (text.startsWith('\\(')) return enclosed(text, { opener: '\\(', closer: '\\)', display: false })
  if (text.startsWith('\\[')) return enclosed(text, { opener: '\\[', closer: '\\]', display: true })
  if (text.startsWith('$$')) return enclosed(text, { opener: '$$', closer: '$$', display: true })
  return text.startsWith('$') && !/[\w$\\]/.test(before) ? inDollars(text) : undefined
}

/** Where the next formula may begin, or -1. */
export function nextFormula(text: string): number {
  return text.search(/\$|\\[([]/)
}

interface Signs {
  readonly opener: string
  readonly closer: string
  readonly display: boolean
}

function enclosed(text: string, { opener, closer, display }: Signs): FormulaText | undefined {
  const end = text.slice(0, maxLength).indexOf(closer, opener.length)
  const source = end === -1 ? '' : text.slice(opener.length, end).trim()
  if (source === '' || source.includes('\n\n')) return undefined
  return { raw: text.slice(0, end + closer.length), source, display }
}

/** As Pandoc reads them: no space inside the signs, no digit after the second; and a sum of money is no formula. */
function inDollars(text: string): FormulaText | undefined {
  const raw = /^\$(?![\s$])(?:\\[^\n]|[^\\$\n]){0,1000}(?<!\s)\$(?![\w$])/.exec(text)?.[0]
  if (raw === undefined) return undefined
  const source = raw.slice(1, -1)
  return source === '' || isMoney(source) ? undefined : { raw, source, display: false }
}

/** `5 and not 10` of "$5 and not 10$": begins with a number, has words, and nothing that only TeX has. */
function isMoney(source: string): boolean {
  return /^[\d.,]+(?:[^\S\n]|$)/.test(source) && /(?:^|\s)[a-zA-Z]{2,}/.test(source) && !/[\\^_={}]/.test(source)
}
