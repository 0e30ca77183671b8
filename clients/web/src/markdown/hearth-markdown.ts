import { ReactiveElement } from 'lit'
import { emptyStream, step, treeOf } from './block-stream.ts'
import { englishLabels, type MarkdownLabels } from './labels.ts'
import { markdownStyles } from './markdown-styles.ts'
import { DocumentView } from './render/document-view.ts'
import type { Job } from './render/frame-queue.ts'
import { createPageTools, type PageTools } from './render/page-tools.ts'

/** So much of a text is read in a frame; it takes a few milliseconds. */
const maxRead = 128 * 1024

/**
 * `<hearth-markdown .text .streaming .labels>` shows Markdown of a stranger. `text` may grow many times a second: what is
 * finished on the page is not touched again. Nothing in it can run, load or look like the page around it. It has
 * `aria-busy` until all of the text is drawn and no more will come: a long text takes several frames.
 */
export class HearthMarkdown extends ReactiveElement {
  static override properties = {
    text: { attribute: false },
    streaming: { attribute: false },
    labels: { attribute: false },
  }
  static override styles = markdownStyles

  static #sharedTools: PageTools | undefined

  static get #tools(): PageTools {
    HearthMarkdown.#sharedTools ??= createPageTools()
    return HearthMarkdown.#sharedTools
  }

  declare text: string
  /** More of the text will come. */
  declare streaming: boolean
  declare labels: MarkdownLabels

  #stream = emptyStream
  #read = ''
  #view: DocumentView | undefined

  constructor() {
    super()
    this.text = ''
    this.streaming = false
    this.labels = englishLabels
  }

  override connectedCallback(): void {
    super.connectedCallback()
    if (this.hasUpdated) HearthMarkdown.#tools.frames.soon(this.#draw)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    HearthMarkdown.#tools.frames.cancel(this.#draw)
  }

  protected override update(changed: Map<PropertyKey, unknown>): void {
    super.update(changed)
    if (changed.has('labels') || !this.text.startsWith(this.#read)) this.#restart()
    this.ariaBusy = 'true'
    HearthMarkdown.#tools.frames.soon(this.#draw)
  }

  #restart(): void {
    this.renderRoot.replaceChildren()
    this.#view = undefined
    this.#stream = emptyStream
    this.#read = ''
  }

  readonly #draw: Job = (pass) => {
    const end = Math.min(this.text.length, this.#read.length + maxRead)
    this.#stream = step(this.#stream, this.text.slice(this.#read.length, end))
    this.#read = this.text.slice(0, end)
    const isWhole = end === this.text.length
    this.#view ??= new DocumentView(this.#box(), HearthMarkdown.#tools, this.labels)
    const isDrawn = this.#view.show(treeOf(this.#stream, this.streaming || !isWhole), pass) && isWhole
    if (isDrawn && !this.streaming) this.ariaBusy = null
    return isDrawn
  }

  #box(): HTMLElement {
    const box = document.createElement('div')
    box.className = 'text'
    this.renderRoot.append(box)
    return box
  }
}

customElements.define('hearth-markdown', HearthMarkdown)

declare global {
  interface HTMLElementTagNameMap {
    'hearth-markdown': HearthMarkdown
  }
}
