import type { BlockDraft, OpenBlock } from './block-draft.ts'
import { type BlockStart, blockStartOf, type Place } from './block-start.ts'
import type { Align, Block, Item, Table } from './block-tree.ts'
import { LineCursor } from './line-cursor.ts'
import { cellsOf, closesFence, formulaEndOf, type ItemMarker, taskOf } from './line-rules.ts'

/** Containers inside one another; marks of more are text. A list and its item count as two. */
const maxDepth = 32
const indentOfCode = 4
/** Empty cells that any table may be given; of a larger one they may be half. */
const freePadding = 1000

/**
 * Adds one whole line to the open blocks, by the strategy of CommonMark 0.31 (appendix "Phase 1: block structure",
 * https://spec.commonmark.org/0.31.2/, read 2026-11-22): open containers take their marks, then new blocks begin, the
 * rest is text of the innermost. What a line costs does not depend on what came before it.
 */
export function addLine(draft: BlockDraft, line: string): void {
  const cursor = new LineCursor(line)
  const depth = matchContainers(draft.open, cursor)
  const isWhole = draft.open.length <= depth + 1
  const leaf = draft.open[depth]
  if (isWhole && leaf !== undefined && takesVerbatim(draft, leaf, cursor)) {
    draft.blankFrom = undefined
    return
  }
  const reached = startBlocks(draft, depth, cursor)
  // The line of an item that begins with nothing is not blank: its mark is on it.
  if (reached === depth && cursor.isBlank) addBlank(draft, depth)
  else {
    if (reached !== undefined && !cursor.isBlank) addText(draft, reached, cursor)
    draft.blankFrom = undefined
  }
}

/** How many of the open blocks, from the outside, are containers that this line goes on with. */
function matchContainers(open: readonly OpenBlock[], cursor: LineCursor): number {
  let depth = 0
  for (const block of open) {
    if (!containerGoesOn(block, cursor)) break
    depth += 1
  }
  return depth
}

function containerGoesOn(block: OpenBlock, cursor: LineCursor): boolean {
  switch (block.kind) {
    case 'root':
    case 'list':
      return true
    case 'quote':
      return takeQuoteMark(cursor)
    case 'item':
      if (cursor.isBlank) return block.node.children.length > 0
      if (cursor.indent < block.indent) return false
      cursor.advance(block.indent)
      return true
    case 'paragraph':
    case 'table':
    case 'fence':
    case 'indented':
    case 'formula':
      return false
  }
}

function takeQuoteMark(cursor: LineCursor): boolean {
  const { indent, text } = cursor
  if (indent >= indentOfCode || text[indent] !== '>') return false
  cursor.advance(indent + 1)
  if (cursor.indent > 0) cursor.advance(1)
  return true
}

/** Code and formulas take lines as they are; says whether this one was taken. */
function takesVerbatim(draft: BlockDraft, leaf: OpenBlock, cursor: LineCursor): boolean {
  switch (leaf.kind) {
    case 'fence':
      if (cursor.indent < indentOfCode && closesFence(cursor.text.trimStart(), leaf.fence)) {
        draft.closeTo(draft.open.length - 1)
      } else {
        leaf.node.text += lineOfCode(cursor, leaf.indent)
      }
      return true
    case 'indented':
      return takesIndentedLine(leaf, cursor)
    case 'formula':
      return takesFormulaLine(draft, leaf, cursor)
    default:
      return false
  }
}

/** Blank lines belong to the code only when more of it follows. */
function takesIndentedLine(leaf: Extract<OpenBlock, { kind: 'indented' }>, cursor: LineCursor): boolean {
  const { isBlank, indent } = cursor
  if (!isBlank && indent < indentOfCode) return false
  const line = lineOfCode(cursor, indentOfCode)
  if (isBlank) leaf.blanks += line
  else {
    leaf.node.text += leaf.blanks + line
    leaf.blanks = ''
  }
  return true
}

/** The rest of the line as it was written, without as much of its indentation as the code has anyway. */
function lineOfCode(cursor: LineCursor, indent: number): string {
  cursor.advance(Math.min(cursor.indent, indent))
  return `${cursor.verbatim}\n`
}

function takesFormulaLine(
  draft: BlockDraft,
  { node }: Extract<OpenBlock, { kind: 'formula' }>,
  cursor: LineCursor,
): boolean {
  if (cursor.isBlank) return false
  const end = formulaEndOf(cursor.text, node.opener)
  node.source += `\n${end ?? cursor.text}`
  if (end !== undefined) draft.replaceTip({ ...node, source: node.source.trim(), closed: true })
  return true
}

/** Begins what the line begins; gives the depth for the text that is left, or nothing when the line is used up. */
function startBlocks(draft: BlockDraft, matched: number, cursor: LineCursor): number | undefined {
  let depth = matched
  while (!cursor.isBlank) {
    const start = blockStartOf(cursor.text.slice(cursor.indent), placeOf(draft, depth, cursor))
    if (start === undefined) return depth
    if (start.type === 'quote') startQuote(draft, depth, cursor)
    else if (start.type === 'item') startItem(draft, depth, { marker: start.marker, cursor })
    else {
      startLeaf(draft, depth, { start, cursor })
      return undefined
    }
    depth = draft.open.length
  }
  return depth
}

function placeOf({ open, tip }: BlockDraft, depth: number, { indent }: LineCursor): Place {
  const paragraph = tip?.kind === 'paragraph' ? tip.node.source : undefined
  return {
    indent,
    paragraph: open.length === depth + 1 ? paragraph : undefined,
    mayBeLazy: paragraph !== undefined,
    mayNest: open.length < maxDepth,
  }
}

/** Ends what the line does not go on with. A list without an item that goes on can only take another item. */
function closeFor(draft: BlockDraft, depth: number): void {
  draft.closeTo(depth)
  if (draft.tip?.kind === 'list') draft.closeTo(draft.open.length - 1)
}

function startQuote(draft: BlockDraft, depth: number, cursor: LineCursor): void {
  closeFor(draft, depth)
  takeQuoteMark(cursor)
  const node = { type: 'quote' as const, children: [] }
  draft.append(node, { kind: 'quote', node })
}

interface ItemStart {
  readonly marker: ItemMarker
  readonly cursor: LineCursor
}

function startItem(draft: BlockDraft, depth: number, { marker, cursor }: ItemStart): void {
  draft.closeTo(depth)
  const outer = draft.tip
  if (outer?.kind !== 'list' || outer.marker !== marker.kind) {
    closeFor(draft, depth)
    const node = { type: 'list' as const, start: marker.start, loose: false, children: [] }
    draft.append(node, { kind: 'list', node, marker: marker.kind })
  }
  const before = cursor.indent + marker.width
  cursor.advance(before)
  const padding = cursor.isBlank || cursor.indent > indentOfCode ? 1 : cursor.indent
  cursor.advance(Math.min(padding, cursor.indent))
  const node = { type: 'item' as const, task: undefined, children: [] }
  draft.append(node, { kind: 'item', node, indent: before + padding })
}

interface LeafStart {
  readonly start: Exclude<BlockStart, { readonly type: 'quote' | 'item' }>
  readonly cursor: LineCursor
}

function startLeaf(draft: BlockDraft, depth: number, { start, cursor }: LeafStart): void {
  if (start.type === 'underline') underlineParagraph(draft, start.level)
  else if (start.type === 'table') startTable(draft, start.align)
  else {
    closeFor(draft, depth)
    const { node, open } = leafOf(start, cursor)
    draft.append(node, open)
  }
}

interface Leaf {
  readonly node: Block
  /** Nothing when it is done with its line. */
  readonly open?: OpenBlock
}

function leafOf(start: Exclude<LeafStart['start'], { type: 'underline' | 'table' }>, cursor: LineCursor): Leaf {
  switch (start.type) {
    case 'rule':
      return { node: { type: 'rule' } }
    case 'heading':
      return { node: { type: 'heading', level: start.level, source: start.source } }
    case 'fence': {
      const node = { type: 'code' as const, language: start.fence.language, text: '', closed: false }
      return { node, open: { kind: 'fence', node, fence: start.fence, indent: cursor.indent } }
    }
    case 'formula': {
      const node = { type: 'formula' as const, opener: start.opener, source: start.source, closed: start.closed }
      return start.closed ? { node } : { node, open: { kind: 'formula', node } }
    }
    case 'indented': {
      const node = { type: 'code' as const, language: '', text: lineOfCode(cursor, indentOfCode), closed: false }
      return { node, open: { kind: 'indented', node, blanks: '' } }
    }
  }
}

/** The paragraph at the tip was a heading. */
function underlineParagraph(draft: BlockDraft, level: 1 | 2): void {
  if (draft.tip?.kind === 'paragraph')
    draft.replaceTip({ type: 'heading', level, source: draft.tip.node.source.trimEnd() })
}

/** The last line of the paragraph at the tip was the header of a table. */
function startTable(draft: BlockDraft, align: readonly Align[]): void {
  if (draft.tip?.kind !== 'paragraph') return
  const { source } = draft.tip.node
  const split = source.lastIndexOf('\n')
  if (split === -1) draft.replaceTip()
  else {
    draft.tip.node.source = source.slice(0, split)
    draft.closeTo(draft.open.length - 1)
  }
  const node = emptyTable(source.slice(split + 1), align)
  draft.append(node, { kind: 'table', node, padding: 0 })
}

function emptyTable(header: string, align: readonly Align[]) {
  return { type: 'table' as const, align: [...align], header: [...cellsOf(header)], rows: [] } satisfies Table
}

function addBlank(draft: BlockDraft, depth: number): void {
  draft.closeTo(depth)
  draft.blankFrom = Math.max(
    0,
    draft.open.findLastIndex(({ kind }) => kind === 'quote'),
  )
}

/** A paragraph goes on without the marks of its containers, which is why it is asked before they are closed. */
function addText(draft: BlockDraft, depth: number, cursor: LineCursor): void {
  const { tip } = draft
  const text = cursor.text.trimStart()
  if (tip?.kind === 'paragraph') {
    tip.node.source += `\n${text}`
  } else if (tip?.kind !== 'table' || draft.open.length !== depth + 1 || !takesRow(tip, text)) {
    closeFor(draft, depth)
    startParagraph(draft, text)
  }
}

/** A short row is made as wide as the header. Where that makes much of little, the table ends instead. */
function takesRow(table: Extract<OpenBlock, { kind: 'table' }>, text: string): boolean {
  const { header, rows } = table.node
  const cells = cellsOf(text)
  const { length } = header
  const padding = table.padding + Math.max(0, length - cells.length)
  if (padding > Math.max(freePadding, ((rows.length + 1) * length) / 2)) return false
  table.padding = padding
  rows.push(Array.from({ length }, (_, index) => cells[index] ?? ''))
  return true
}

function startParagraph(draft: BlockDraft, text: string): void {
  const found = draft.tip?.kind === 'item' && isEmpty(draft.tip.node) ? taskOf(text) : undefined
  if (found !== undefined && draft.tip?.kind === 'item') draft.tip.node.task = found.task
  const node = { type: 'paragraph' as const, source: found?.source ?? text }
  draft.append(node, { kind: 'paragraph', node })
}

function isEmpty({ children }: Pick<Item, 'children'>): boolean {
  return children.length === 0
}
