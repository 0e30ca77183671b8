import type { Align, Table } from '../block-tree.ts'
import { createElement } from './create-element.ts'
import type { Pass } from './frame-queue.ts'
import { InlineView } from './inline-view.ts'
import type { BlockView, ViewContext } from './view.ts'

/** So many rows share a body: the browser lays out the one that grows, and of the others only where they are. */
const rowsPerPart = 64

/** A table in a box that scrolls by itself, so that a wide one never moves the page. */
export class TableView implements BlockView<Table> {
  readonly element: HTMLElement
  readonly #context: ViewContext
  readonly #table = createElement('table')
  readonly #rows: RowView[] = []

  constructor({ header, align }: Table, context: ViewContext) {
    this.#context = context
    const head = createRow('th', align, context)
    head.show(header)
    this.#table.append(createElement('thead', '', head.element))
    this.element = createElement('div', 'table', this.#table)
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
    this.#trim(rows.length)
    return true
  }

  #trim(count: number): void {
    for (const { element } of this.#rows.splice(count)) {
      element.remove()
      const part = this.#table.lastElementChild
      if (part?.localName === 'tbody' && part.childElementCount === 0) part.remove()
    }
  }

  #add(align: readonly Align[]): RowView {
    const row = createRow('td', align, this.#context)
    if (this.#rows.length % rowsPerPart === 0) this.#table.append(createElement('tbody'))
    this.#table.lastElementChild?.append(row.element)
    this.#rows.push(row)
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
