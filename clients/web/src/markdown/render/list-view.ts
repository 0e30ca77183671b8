import type { Block, Item, List } from '../block-tree.ts'
import { ChildViews } from './child-views.ts'
import { createElement } from './create-element.ts'
import type { Pass } from './frame-queue.ts'
import type { BlockView, ViewContext } from './view.ts'

/** A list. Loose or tight is a matter of its class, so that a late blank line moves things apart and rebuilds nothing. */
export class ListView implements BlockView<List> {
  readonly element: HTMLElement
  readonly #items: ChildViews<Item>

  constructor(list: List, context: ViewContext) {
    this.element = list.start === undefined ? createElement('ul') : createOrderedList(list.start)
    this.#items = new ChildViews(this.element, () => new ItemView(context))
  }

  show({ children, loose }: List, pass: Pass): boolean {
    this.element.classList.toggle('loose', loose)
    return this.#items.show(children, pass)
  }
}

function createOrderedList(start: number): HTMLElement {
  const list = createElement('ol')
  list.start = start
  return list
}

class ItemView {
  readonly element = createElement('li')
  readonly #context: ViewContext
  readonly #children: ChildViews<Block>
  #task: Item['task']

  constructor(context: ViewContext) {
    this.#context = context
    this.#children = new ChildViews(this.element, context.createView)
  }

  show({ task, children }: Item, pass: Pass): boolean {
    if (task !== this.#task) this.#setTask(task)
    return this.#children.show(children, pass)
  }

  #setTask(task: Item['task']): void {
    this.#task = task
    this.element.classList.toggle('task', task !== undefined)
    this.element.querySelector(':scope > input')?.remove()
    if (task !== undefined) this.element.prepend(this.#createBox(task))
  }

  #createBox(task: 'open' | 'done'): HTMLElement {
    const box = createElement('input')
    box.type = 'checkbox'
    box.disabled = true
    box.checked = task === 'done'
    box.ariaLabel = task === 'done' ? this.#context.labels.taskDone : this.#context.labels.taskOpen
    return box
  }
}
