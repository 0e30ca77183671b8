import { cutSegments } from '../cut-segments.ts'
import type { Inline } from '../inline.ts'
import { createElement } from './create-element.ts'
import { nodeOf } from './inline-nodes.ts'
import type { Refreshable, ViewContext } from './view.ts'

/** Running text in an element. What did not change keeps its nodes, so that a selection in it stays. */
export class InlineView implements Refreshable {
  readonly #element: HTMLElement
  readonly #context: ViewContext
  #source: string | undefined
  #segments: readonly SegmentView[] = []

  constructor(element: HTMLElement, context: ViewContext) {
    this.#element = element
    this.#context = context
  }

  show(source: string): void {
    if (source === this.#source) return
    this.#source = source
    const pieces = cutSegments(source)
    if (pieces.length !== this.#segments.length) this.#setCount(pieces.length)
    for (const [index, segment] of this.#segments.entries()) segment.show(pieces[index] ?? '')
    if (/\[[^[\]]+\](?!\()/.test(source)) this.#context.awaitDefinitions(this)
  }

  refresh(): void {
    for (const segment of this.#segments) segment.refresh()
  }

  /** A text of one segment needs no element around it; boxes of their own keep the layout of a long one cheap. */
  #setCount(count: number): void {
    const [first] = this.#segments
    if (first === undefined && count === 1) {
      this.#segments = [new SegmentView(this.#element, this.#context)]
      return
    }
    if (this.#segments.length === 1 || count === 1) {
      this.#element.replaceChildren()
      this.#segments = count === 1 ? [new SegmentView(this.#element, this.#context)] : []
    }
    while (count > 1 && this.#segments.length < count) {
      const box = createElement('span', 'segment')
      this.#element.append(box)
      this.#segments = [...this.#segments, new SegmentView(box, this.#context)]
    }
    while (this.#segments.length > count) {
      this.#element.lastChild?.remove()
      this.#segments = this.#segments.slice(0, -1)
    }
  }
}

class SegmentView {
  readonly #box: HTMLElement
  readonly #context: ViewContext
  #source = ''
  #shown: readonly Inline[] = []

  constructor(box: HTMLElement, context: ViewContext) {
    this.#box = box
    this.#context = context
  }

  show(source: string): void {
    if (source === this.#source) return
    this.#source = source
    this.refresh()
  }

  refresh(): void {
    const next = this.#context.parseInline(this.#source)
    const kept = this.#keep(next)
    while (this.#box.childNodes.length > kept) this.#box.lastChild?.remove()
    this.#box.append(...next.slice(kept).map((inline) => nodeOf(inline, this.#context)))
    this.#shown = next
  }

  /** How many nodes can stay, the text that only grew among them. */
  #keep(next: readonly Inline[]): number {
    const last = Math.min(next.length, this.#shown.length)
    let kept = 0
    while (kept < last && isSame(next[kept], this.#shown[kept])) kept += 1
    const grown = next[kept]
    const node = this.#box.childNodes[kept]
    if (grown?.type !== 'text' || this.#shown[kept]?.type !== 'text' || !(node instanceof Text)) return kept
    if (grown.text.startsWith(node.data)) node.appendData(grown.text.slice(node.length))
    else node.data = grown.text
    return kept + 1
  }
}

function isSame(left: Inline | undefined, right: Inline | undefined): boolean {
  if (left === undefined || right === undefined || left.type !== right.type || left.raw !== right.raw) return false
  if (left.type === 'link' && right.type === 'link') return left.address === right.address
  return !('children' in left) || !left.raw.includes('[')
}
