import type { Align, Formula, Heading } from './block-tree.ts'

/*
 * What one line says, its indentation taken away. GitHub Flavored Markdown 0.29 (https://github.github.com/gfm/, read
 * 2026-11-22), without HTML blocks: markup of the model is text here. No expression goes back more than once over a line.
 */

const headingLevels = [1, 2, 3, 4, 5, 6] as const

export function headingOf(text: string): Pick<Heading, 'level' | 'source'> | undefined {
  const marks = /^#{1,6}(?=[ \t]|$)/.exec(text)?.[0]
  if (marks === undefined) return undefined
  const source = text.slice(marks.length).trim()
  return { level: headingLevels[marks.length - 1] ?? 6, source: source.replace(/(?:^|[ \t])#+$/, '').trimEnd() }
}

/** The line under a paragraph that makes it a heading. */
export function underlineLevel(text: string): 1 | 2 | undefined {
  if (/^=+[ \t]*$/.test(text)) return 1
  return /^-+[ \t]*$/.test(text) ? 2 : undefined
}

export function isRule(text: string): boolean {
  return /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/.test(text)
}

export interface Fence {
  readonly character: string
  readonly length: number
  readonly language: string
}

export function fenceOf(text: string): Fence | undefined {
  const marks = /^(?:`{3,}|~{3,})/.exec(text)?.[0]
  const character = marks?.[0]
  if (marks === undefined || character === undefined) return undefined
  const info = text.slice(marks.length)
  if (character === '`' && info.includes('`')) return undefined
  return { character, length: marks.length, language: /^[ \t]*(\S*)/.exec(info)?.[1] ?? '' }
}

export function closesFence(text: string, fence: Fence): boolean {
  const line = text.trimEnd()
  if (line.length < fence.length) return false
  for (const character of line) if (character !== fence.character) return false
  return true
}

export interface ItemMarker {
  /** Items with another one begin another list. */
  readonly kind: string
  readonly start: number | undefined
  readonly width: number
  /** Nothing follows on the line. */
  readonly isEmpty: boolean
}

export function itemMarkerOf(text: string): ItemMarker | undefined {
  const found = /^(?:([-*+])|(\d{1,9})([.)]))(?=[ \t]|$)/.exec(text)
  if (found === null) return undefined
  const [marker, bullet, digits, sign] = found
  return {
    kind: bullet ?? sign ?? '',
    start: digits === undefined ? undefined : Number(digits),
    width: marker.length,
    isEmpty: text.slice(marker.length).trim() === '',
  }
}

/** The line under the header of a table. A single column needs a `|`, or it would be an underline. */
export function alignmentsOf(text: string): readonly Align[] | undefined {
  if (!/^[|:\- \t]+$/.test(text) || !text.includes('-')) return undefined
  if (!/[|:]/.test(text)) return undefined
  const cells = cellsOf(text)
  return cells.every((cell) => /^:?-+:?$/.test(cell)) ? cells.map(alignmentOf) : undefined
}

function alignmentOf(cell: string): Align {
  if (!cell.endsWith(':')) return cell.startsWith(':') ? 'start' : undefined
  return cell.startsWith(':') ? 'center' : 'end'
}

/** A `|` of a text stands in a cell as `\|`. */
export function cellsOf(line: string): readonly string[] {
  const cells: string[] = []
  const parts = line.trim().split('|')
  let cell = ''
  for (const [index, part] of parts.entries()) {
    const joins = part.endsWith('\\') && index < parts.length - 1
    cell += joins ? `${part.slice(0, -1)}|` : part
    if (joins) continue
    cells.push(cell.trim())
    cell = ''
  }
  if (cells[0] === '') cells.shift()
  if (cells.at(-1) === '') cells.pop()
  return cells
}

const closers = { $$: '$$', '\\[': '\\]' } as const

export interface FormulaStart {
  readonly opener: Formula['opener']
  readonly source: string
  readonly closed: boolean
}

/** A formula on lines of its own; one with text behind it on its line is part of a paragraph. */
export function formulaStartOf(text: string): FormulaStart | undefined {
  const opener = /^(?:\$\$(?!\$)|\\\[)/.exec(text)?.[0]
  if (opener !== '$$' && opener !== '\\[') return undefined
  const source = text.slice(opener.length).trim()
  const end = source.indexOf(closers[opener])
  if (end === -1) return { opener, source, closed: false }
  const closed = end === source.length - closers[opener].length
  return closed && end > 0 ? { opener, source: source.slice(0, end).trim(), closed } : undefined
}

/** What a line adds to a formula that it ends. */
export function formulaEndOf(text: string, opener: Formula['opener']): string | undefined {
  const line = text.trim()
  return line.endsWith(closers[opener]) ? line.slice(0, -closers[opener].length).trimEnd() : undefined
}

export function taskOf(text: string): { readonly task: 'open' | 'done'; readonly source: string } | undefined {
  const mark = /^\[([ xX])\][ \t]+(?=\S)/.exec(text)
  if (mark === null) return undefined
  return { task: mark[1] === ' ' ? 'open' : 'done', source: text.slice(mark[0].length) }
}

/** So far only signs, which one more character may turn into something else: better shown a moment later. */
export function isUndecided(line: string): boolean {
  return /^[ \t>]*(?:[-*+_=#`~|:$\\.][-*+_=#`~|:$\\. \t]*|\d{1,9}[.)][ \t]*)?$/.test(line)
}
