import type { Formula, Heading, Paragraph, Quote, Rule } from '../block-tree.ts'
import { ChildViews } from './child-views.ts'
import { createElement } from './create-element.ts'
import type { Pass } from './frame-queue.ts'
import { InlineView } from './inline-view.ts'
import type { BlockView, ViewContext } from './view.ts'

/** A paragraph or a heading. */
export class TextView implements BlockView<Paragraph | Heading> {
  readonly element: HTMLElement
  readonly #inline: InlineView

  constructor(block: Paragraph | Heading, context: ViewContext) {
    this.element = createElement(block.type === 'heading' ? headings[block.level] : 'p')
    this.#inline = new InlineView(this.element, context)
  }

  show({ source }: Paragraph | Heading): boolean {
    this.#inline.show(source)
    return true
  }
}

/** The page has its own `h1` and `h2` around an answer. */
const headings = { 1: 'h3', 2: 'h4', 3: 'h5', 4: 'h6', 5: 'h6', 6: 'h6' } as const

export class RuleView implements BlockView<Rule> {
  readonly element = createElement('hr')

  show(): boolean {
    return true
  }
}

export class QuoteView implements BlockView<Quote> {
  readonly element = createElement('blockquote')
  readonly #children: ChildViews<Quote['children'][number]>

  constructor(context: ViewContext) {
    this.#children = new ChildViews(this.element, context.createView)
  }

  show({ children }: Quote, pass: Pass): boolean {
    return this.#children.show(children, pass)
  }
}

/** A formula on lines of its own. Until it is whole, and where it is wrong, its source is shown. */
export class FormulaView implements BlockView<Formula> {
  readonly element = createElement('div', 'formula display')
  readonly #context: ViewContext
  #shown = ''

  constructor(context: ViewContext) {
    this.#context = context
  }

  show({ source, closed }: Formula): boolean {
    const state = `${closed} ${source}`
    if (state === this.#shown) return true
    this.#shown = state
    this.element.replaceChildren(source)
    if (closed) this.#context.typeset(this.element, { source, display: true })
    return true
  }
}
