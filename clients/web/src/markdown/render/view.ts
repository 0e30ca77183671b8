import type { Block } from '../block-tree.ts'
import type { Inline, InlineFormula } from '../inline.ts'
import type { MarkdownLabels } from '../labels.ts'
import type { Pass } from './frame-queue.ts'

/** A block on the page. */
export interface BlockView<Shown extends Block = Block> {
  readonly element: HTMLElement
  /**
   * Makes the element show `block`, touching only what differs from the last one.
   * @returns false when the frame was over before all was shown; called again with the same block it goes on.
   */
  show(block: Shown, pass: Pass): boolean
}

/** What the views of one text share. */
export interface ViewContext {
  readonly labels: MarkdownLabels
  readonly parseInline: (source: string) => readonly Inline[]
  /** The text of this view names a definition that may come yet: `refresh` is called when one does. */
  awaitDefinitions(view: Refreshable): void
  /** Puts a formula in the place of its source, once what that needs is loaded. */
  typeset(target: HTMLElement, formula: Pick<InlineFormula, 'source' | 'display'>): void
  /** Colours code that will not change any more, once its language is loaded. */
  highlight(code: HighlightRequest): void
  createView(block: Block): BlockView
}

export interface Refreshable {
  refresh(): void
}

export interface HighlightRequest {
  readonly language: string
  readonly text: string
  /** Elements whose texts together are `text`. */
  readonly parts: readonly HTMLElement[]
}
