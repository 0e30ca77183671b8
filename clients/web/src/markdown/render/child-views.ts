import type { Block, Item } from '../block-tree.ts'
import type { Pass } from './frame-queue.ts'

interface ChildView<Shown> {
  readonly element: HTMLElement
  show(block: Shown, pass: Pass): boolean
}

interface Child<Shown> {
  readonly kind: string
  readonly view: ChildView<Shown>
  /** All of this block is on the page. */
  done: Shown | undefined
}

/** The children of a container on the page. Those whose block is the same object are not looked at again. */
export class ChildViews<Shown extends Block | Item> {
  readonly #parent: HTMLElement
  readonly #create: (block: Shown) => ChildView<Shown>
  readonly #children: Child<Shown>[] = []

  constructor(parent: HTMLElement, create: (block: Shown) => ChildView<Shown>) {
    this.#parent = parent
    this.#create = create
  }

  /** @returns false when the frame was over first. */
  show(blocks: readonly Shown[], pass: Pass): boolean {
    for (const [index, block] of blocks.entries()) {
      const child = this.#children[index]
      if (child?.done === block) continue
      if (pass.isOver() && child === undefined) return false
      if (!this.#showChild(index, block, pass)) return false
    }
    this.#trim(blocks.length)
    return true
  }

  #showChild(index: number, block: Shown, pass: Pass): boolean {
    if (this.#children[index]?.kind !== kindOf(block)) this.#trim(index)
    const child = this.#children[index] ?? this.#add(block)
    const isDone = child.view.show(block, pass)
    child.done = isDone ? block : undefined
    return isDone
  }

  #add(block: Shown): Child<Shown> {
    const child: Child<Shown> = { kind: kindOf(block), view: this.#create(block), done: undefined }
    this.#children.push(child)
    this.#parent.append(child.view.element)
    return child
  }

  #trim(count: number): void {
    for (const { view } of this.#children.splice(count)) view.element.remove()
  }
}

/** Blocks of one kind can take each other's place in their element. */
function kindOf(block: Block | Item): string {
  if (block.type === 'heading') return `heading ${block.level}`
  if (block.type === 'list') return block.start === undefined ? 'list' : 'ordered list'
  if (block.type === 'table') return `table ${JSON.stringify([block.header, block.align])}`
  return block.type
}
