import type { BlockTree } from '../block-stream.ts'
import type { Block, Definitions } from '../block-tree.ts'
import type { MarkdownLabels } from '../labels.ts'
import { ChildViews } from './child-views.ts'
import { CodeView } from './code-view.ts'
import type { Pass } from './frame-queue.ts'
import { ListView } from './list-view.ts'
import type { PageTools } from './page-tools.ts'
import { TableView } from './table-view.ts'
import { FormulaView, QuoteView, RuleView, TextView } from './text-views.ts'
import type { BlockView, Refreshable, ViewContext } from './view.ts'

/** A whole text on the page. */
export class DocumentView {
  readonly #blocks: ChildViews<Block>
  /** Texts that name a definition which has not come: only they are read again when one does. */
  readonly #waiting = new Set<Refreshable>()
  #outdated = new Set<Refreshable>()
  #definitions: Definitions = new Map()

  constructor(parent: HTMLElement, tools: PageTools, labels: MarkdownLabels) {
    const context: ViewContext = {
      labels,
      parseInline: (source) => tools.parseInline(source, this.#definitions),
      awaitDefinitions: (view) => this.#waiting.add(view),
      typeset: tools.typeset,
      highlight: tools.highlight,
      createView: (block) => createView(block, context),
    }
    this.#blocks = new ChildViews(parent, context.createView)
  }

  /** @returns false when the frame was over first; called again with the same tree it goes on. */
  show({ blocks, definitions }: BlockTree, pass: Pass): boolean {
    if (definitions.size !== this.#definitions.size) this.#outdated = new Set(this.#waiting)
    this.#definitions = definitions
    return this.#blocks.show(blocks, pass) && this.#refresh(pass)
  }

  #refresh(pass: Pass): boolean {
    for (const view of this.#outdated) {
      if (pass.isOver()) return false
      this.#outdated.delete(view)
      view.refresh()
    }
    return true
  }
}

function createView(block: Block, context: ViewContext): BlockView {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return new TextView(block, context)
    case 'rule':
      return new RuleView()
    case 'code':
      return new CodeView(context)
    case 'formula':
      return new FormulaView(context)
    case 'table':
      return new TableView(block, context)
    case 'quote':
      return new QuoteView(context)
    case 'list':
      return new ListView(block, context)
  }
}
