import type { Align, Heading } from './block-tree.ts'
import {
  alignmentsOf,
  cellsOf,
  type Fence,
  type FormulaStart,
  fenceOf,
  formulaStartOf,
  headingOf,
  type ItemMarker,
  isRule,
  itemMarkerOf,
  underlineLevel,
} from './line-rules.ts'

/** What begins where a line stands. */
export type BlockStart =
  | { readonly type: 'quote' }
  | ({ readonly type: 'heading' } & Pick<Heading, 'level' | 'source'>)
  | { readonly type: 'fence'; readonly fence: Fence }
  | ({ readonly type: 'formula' } & FormulaStart)
  | { readonly type: 'underline'; readonly level: 1 | 2 }
  | { readonly type: 'table'; readonly align: readonly Align[] }
  | { readonly type: 'rule' }
  | { readonly type: 'item'; readonly marker: ItemMarker }
  | { readonly type: 'indented' }

export interface Place {
  readonly indent: number
  /** The paragraph that the line would go on with, all its containers matched. */
  readonly paragraph: string | undefined
  /** The innermost open block is a paragraph, its containers matched or not. */
  readonly mayBeLazy: boolean
  /** One more container is not too many. */
  readonly mayNest: boolean
}

const indentOfCode = 4
const signs = new Set('>#`~=-+*_|:$\\0123456789')

/** Decides what begins with `text`, the line without its indentation; nothing means text. */
export function blockStartOf(text: string, place: Place): BlockStart | undefined {
  if (place.indent >= indentOfCode) return place.mayBeLazy ? undefined : { type: 'indented' }
  if (!signs.has(text[0] ?? '')) return undefined
  for (const rule of rules) {
    const start = rule(text, place)
    if (start !== undefined) return start
  }
  return undefined
}

type StartRule = (text: string, place: Place) => BlockStart | undefined

/** A wider one is no table: no reader has a use for it, and a browser is busy with it for long. */
const maxColumns = 64

/** The order decides: `---` under a paragraph is its underline, elsewhere a rule, and `- - -` is no list. */
const rules: readonly StartRule[] = [quote, heading, fence, formula, underline, table, rule, item]

function quote(text: string, { mayNest }: Place): BlockStart | undefined {
  return mayNest && text.startsWith('>') ? { type: 'quote' } : undefined
}

function heading(text: string): BlockStart | undefined {
  const found = headingOf(text)
  return found && { type: 'heading', ...found }
}

function fence(text: string): BlockStart | undefined {
  const found = fenceOf(text)
  return found && { type: 'fence', fence: found }
}

function formula(text: string): BlockStart | undefined {
  const found = formulaStartOf(text)
  return found && { type: 'formula', ...found }
}

function underline(text: string, { paragraph }: Place): BlockStart | undefined {
  const level = paragraph === undefined ? undefined : underlineLevel(text)
  return level && { type: 'underline', level }
}

function table(text: string, { paragraph }: Place): BlockStart | undefined {
  const align = paragraph === undefined ? undefined : alignmentsOf(text)
  if (paragraph === undefined || align === undefined || align.length > maxColumns) return undefined
  const header = paragraph.slice(paragraph.lastIndexOf('\n') + 1)
  return header.includes('|') && cellsOf(header).length === align.length ? { type: 'table', align } : undefined
}

function rule(text: string): BlockStart | undefined {
  return isRule(text) ? { type: 'rule' } : undefined
}

/** In a paragraph only a list that cannot be meant otherwise begins: `The year was\n1984. It rained.` */
function item(text: string, { paragraph, mayNest }: Place): BlockStart | undefined {
  const marker = mayNest ? itemMarkerOf(text) : undefined
  if (marker === undefined) return undefined
  const isDoubtful = marker.isEmpty || (marker.start !== undefined && marker.start !== 1)
  return paragraph !== undefined && isDoubtful ? undefined : { type: 'item', marker }
}
