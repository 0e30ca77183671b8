/** Words as the full-text index has them: runs of letters and digits, without case and diacritics. */

const WORD = /[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{Co}\p{M}]*/gu
const MAX_TERMS = 16
const MAX_SNIPPET = 240
/** Shown before the first word found. */
const MAX_LEAD = 60

/** A query as its terms: what stands between spaces and has a word in it. */
export function termsOf(query: string): readonly string[] {
  const terms = query.toWellFormed().replaceAll('\0', ' ').split(/\s+/u)
  return terms.filter((term) => term.search(WORD) >= 0).slice(0, MAX_TERMS)
}

/** True for a word of a text that was searched for; of the last word searched for the beginning is enough. */
export type IsWanted = (word: string) => boolean

export function wantedWords(terms: readonly string[]): IsWanted {
  const words = terms.flatMap((term) => term.match(WORD) ?? []).map(fold)
  const whole = new Set(words)
  const beginning = words.at(-1)
  return (word) => {
    const folded = fold(word)
    return whole.has(folded) || (beginning !== undefined && folded.startsWith(beginning))
  }
}

function fold(word: string): string {
  return word
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase()
}

/**
 * A line of the text around the first word wanted, every wanted one between U+0002 and U+0003. Where none is found, the
 * beginning.
 */
export function snippetOf(text: string, isWanted: IsWanted): string {
  const found = firstWanted(text, isWanted)
  const from = found <= MAX_LEAD ? 0 : afterSpace(text, found - MAX_LEAD, found)
  const to = from + MAX_SNIPPET >= text.length ? text.length : beforeSpace(text, from + MAX_SNIPPET, found)
  const line = text
    .slice(from, to)
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  const marked = line.replaceAll(WORD, (word) => (isWanted(word) ? `\u0002${word}\u0003` : word))
  return `${from > 0 ? '…' : ''}${marked}${to < text.length ? '…' : ''}`
}

function firstWanted(text: string, isWanted: IsWanted): number {
  for (const match of text.matchAll(WORD)) if (isWanted(match[0])) return match.index
  return 0
}

/** The first start of a word from `at` on, at the latest `latest`. */
function afterSpace(text: string, at: number, latest: number): number {
  const space = text.slice(at, latest).search(/\s/u)
  return space < 0 ? at : at + space + 1
}

/** The last end of a word up to `at`, behind `earliest`. */
function beforeSpace(text: string, at: number, earliest: number): number {
  const space = text.slice(earliest, at).search(/\s\S*$/u)
  return space <= 0 ? at : earliest + space
}
