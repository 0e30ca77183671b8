import { css, html, nothing, type PropertyValues } from 'lit'
import { controlStyles } from '../../../app/control-styles.ts'
import { DeskElement } from '../desk-element.ts'
import { serversStyles } from '../servers-styles.ts'
import { type ResultPart, type ToolResult, toolResult } from './result-parts.ts'

/** More of one text is not laid out: it would hold the page up. */
const charactersAtMost = 50_000

/** What a tool answered: texts as texts, pictures as pictures, data as JSON; never markup. */
export class HearthToolResult extends DeskElement {
  static override properties = { ...DeskElement.properties, answer: { attribute: false } }

  static override styles = [
    controlStyles,
    serversStyles,
    css`
      .card {
        margin-block-start: var(--space-2);
      }

      .card.failed {
        border-color: var(--danger);
      }

      pre {
        max-block-size: 60dvh;
      }

      img {
        max-inline-size: 100%;
        block-size: auto;
        border-radius: var(--radius);
      }
    `,
  ]

  declare answer: unknown
  #result: ToolResult = { isError: false, isQuestion: false, parts: [] }
  /** Of pictures that are shown; each is given back. */
  #urls: ReadonlyMap<ResultPart, string> = new Map()

  override connectedCallback(): void {
    super.connectedCallback()
    this.#makeUrls()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#dropUrls()
  }

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('answer')) return
    this.#dropUrls()
    this.#result = toolResult(this.answer)
    this.#makeUrls()
  }

  override render() {
    const { words } = this.desk
    const { isError, isQuestion, parts } = this.#result
    const pictures = parts.filter(({ type }) => type === 'picture')
    return html`
      <section class="card ${isError ? 'failed' : ''}" aria-label=${words('result')}>
        ${isError ? html`<p class="wrong">${words('resultError')}</p>` : nothing}
        ${isQuestion ? html`<p>${words('resultQuestion')}</p>` : nothing}
        ${parts.length === 0 && !isQuestion ? html`<p class="meta">${words('resultEmpty')}</p>` : nothing}
        ${parts.map((part) => this.#part(part, pictures.indexOf(part) + 1))}
      </section>
    `
  }

  #part(part: ResultPart, number: number) {
    const { words } = this.desk
    switch (part.type) {
      case 'text':
        return this.#text(part.text, words('result'))
      case 'json':
        return this.#text(part.text, words('resultJson'))
      case 'picture':
        return html`<img src=${this.#urls.get(part) ?? nothing} alt=${words('resultPicture', { number })}>`
      case 'resource':
        return html`
          <div><p class="meta">${words('resultResource')}</p><code class="plain">${part.uri}</code></div>
          ${part.text === undefined ? nothing : this.#text(part.text, words('resultResource'))}
        `
      case 'other':
        return html`<p class="meta">${words('resultOther', { name: part.name })}</p>`
    }
  }

  #text(text: string, name: string) {
    const rest = text.length - charactersAtMost
    return html`
      <pre tabindex="0" role="group" aria-label=${name}>${rest > 0 ? text.slice(0, charactersAtMost) : text}</pre>
      ${rest > 0 ? html`<p class="meta">${this.desk.words('resultCut', { count: rest })}</p>` : nothing}
    `
  }

  #makeUrls(): void {
    const pictures = this.#result.parts.filter((part) => part.type === 'picture')
    this.#urls = new Map(
      pictures.map((part) => [part, URL.createObjectURL(new Blob([part.bytes], { type: part.mediaType }))]),
    )
  }

  #dropUrls(): void {
    for (const url of this.#urls.values()) URL.revokeObjectURL(url)
    this.#urls = new Map()
  }
}

customElements.define('hearth-tool-result', HearthToolResult)
