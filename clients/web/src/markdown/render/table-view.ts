import type { Align, Table } from '../block-tree.ts'
import { createElement } from './create-element.ts'
import type { Pass } from './frame-queue.ts'
import { InlineView } from './inline-view.ts'
import type { BlockView, ViewContext } from './view.ts'

/** A table in a box that scrolls by itself, so that a wide one never moves the page. */
export class TableView implements BlockView<Table> {
  readonly element: HTMLElement
  readonly #context: ViewContext
  readonly #body = createElement('tbody')
  readonly #rows: RowView[] = []

  constructor({ header, align }: Table, context: ViewContext) {
    this.#context = context
    const head = createRow('th', align, context)
    head.show(header)
    this.element = createElement(
      'div',
      'table',
      createElement('table', '', createElement('thead', '', head.element), this.#body),
    )
    this.element.tabIndex = 0
    this.element.role = 'group'
    this.element.ariaLabel = context.labels.table
  }

  show({ rows, align }: Table, pass: Pass): boolean {
    for (const [index, cells] of rows.entries()) {
      const row = this.#rows[index]
      if (row?.shown === cells) continue
      if (row === undefined && pass.isOver()) return false
      const shown = row ?? this.#add(align)
      shown.show(cells)
    }
    for (const row of this.#rows.splice(rows.length)) row.element.remove()
    return true
  }

  #add(align: readonly Align[]): RowView {
    const row = createRow('td', align, this.#context)
    this.#rows.push(row)
    this.#body.append(row.element)
    return row
  }
}

interface RowView {
  readonly element: HTMLElement
  readonly shown: readonly string[] | undefined
  show(cells: readonly string[]): void
}

function createRow(name: 'th' | 'td', align: readonly Align[], context: ViewContext): RowView {
  const cells = align.map((side) => createElement(name, side ?? ''))
  if (name === 'th') for (const cell of cells) cell.setAttribute('scope', 'col')
  const texts = cells.map((cell) => new InlineView(cell, context))
  let shown: readonly string[] | undefined
  return {
    element: createElement('tr', '', ...cells),
    get shown() {
      return shown
    },
    show(sources) {
      shown = sources
      for (const [index, text] of texts.entries()) text.show(sources[index] ?? '')
    },
  }
}
