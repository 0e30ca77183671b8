import { addLine } from './add-line.ts'
import { BlockDraft, emptyPath, type OpenPath } from './block-draft.ts'
import type { Block, Definitions } from './block-tree.ts'
import { closeOpenMarks } from './close-open-marks.ts'
import { isUndecided } from './line-rules.ts'
import { showControls } from './show-controls.ts'

/** What a growing text has come to. Its whole lines are read once, however many pieces they came in. */
export interface BlockStream {
  readonly path: OpenPath
  /** The last line, as long as it has no end. */
  readonly unfinished: string
}

export const emptyStream: BlockStream = { path: emptyPath, unfinished: '' }

/** Takes the next piece of the text. Finished blocks stay the same objects. */
export function step({ path, unfinished }: BlockStream, piece: string): BlockStream {
  const end = piece.lastIndexOf('\n')
  if (end === -1) return { path, unfinished: unfinished + piece }
  const draft = new BlockDraft(path)
  for (const line of (unfinished + piece.slice(0, end)).split('\n')) addLine(draft, cleanLine(line))
  const { open, definitions, blankFrom } = draft
  return { path: { open, definitions, blankFrom }, unfinished: piece.slice(end + 1) }
}

export interface BlockTree {
  readonly blocks: readonly Block[]
  readonly definitions: Definitions
}

/**
 * The blocks of the text so far, with its unfinished line. While more is to come (`streaming`), what the next characters
 * may make something else of is left out (signs alone, a header of a table), and strong words and code end where they stand.
 * A definition counts when its paragraph has ended: half an address leads elsewhere.
 */
export function treeOf({ path, unfinished }: BlockStream, streaming: boolean): BlockTree {
  const draft = new BlockDraft(path)
  const line = cleanLine(unfinished)
  if (line !== '' && !(streaming && isUndecided(line))) addUnfinished(draft, line, streaming)
  if (streaming) settleTip(draft)
  else draft.closeTo(1)
  return { blocks: draft.blocks, definitions: streaming ? path.definitions : draft.definitions }
}

/** A line of code ends with its `\n` only when it ends: what is shown never has to be taken back. */
function addUnfinished(draft: BlockDraft, line: string, streaming: boolean): void {
  addLine(draft, line)
  const { tip } = draft
  if (!streaming) return
  if (tip?.kind === 'fence' || tip?.kind === 'indented') tip.node.text = tip.node.text.slice(0, -1)
  // Marks in a cell would take room that words and code do not, and with it move the columns of all rows.
  if (tip?.kind === 'table') tip.node.rows.splice(-1, 1, ...tip.node.rows.slice(-1).map(closeCells))
}

function settleTip(draft: BlockDraft): void {
  const { tip } = draft
  if (tip?.kind !== 'paragraph') return
  if (/^\|[^\n]*$/.test(tip.node.source)) draft.replaceTip()
  else {
    tip.node.source = closeOpenMarks(tip.node.source)
    draft.closeTo(draft.open.length - 1)
  }
}

function closeCells(cells: readonly string[]): readonly string[] {
  return cells.map(closeOpenMarks)
}

function cleanLine(line: string): string {
  return showControls(line.endsWith('\r') ? line.slice(0, -1) : line)
}
