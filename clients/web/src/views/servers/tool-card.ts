import { css, html, nothing, type PropertyValues } from 'lit'
import { ChevronDown, Pin, PinOff } from 'lucide'
import { controlStyles } from '../../app/control-styles.ts'
import { icon } from '../../app/icon.ts'
import { DeskElement } from './desk-element.ts'
import type { HouseTool } from './house-shapes.ts'
import { keyOf } from './servers-book.ts'
import { doAndSay } from './servers-desk.ts'
import { serversStyles } from './servers-styles.ts'
import { toolSwitch } from './switch-template.ts'
import './tool-trial.ts'

/** One tool: a line that opens to what its server says of it and to a form that calls it. */
export class HearthToolCard extends DeskElement {
  static override properties = {
    ...DeskElement.properties,
    tool: { attribute: false },
    isOpen: { type: Boolean },
  }

  static override styles = [
    controlStyles,
    serversStyles,
    css`
      :host {
        content-visibility: auto;
        contain-intrinsic-block-size: auto 4rem;
      }

      .card {
        gap: 0;
        padding: var(--space-1);
      }

      .head {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
      }

      .opener {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--space-2);
        justify-items: start;
        justify-content: start;
        padding: var(--space-2);
        text-align: start;
      }

      .opener .icon {
        transition: rotate var(--motion);
      }

      .opener:not([aria-expanded='true']) .icon {
        rotate: -90deg;
      }

      .name {
        max-inline-size: 100%;
        font: var(--type-code);
        overflow-wrap: anywhere;
      }

      .marks {
        padding: 0 var(--space-3) var(--space-1) calc(var(--icon) + 2 * var(--space-2));
      }

      .marks:not(:has(*)) {
        display: none;
      }

      .summary {
        inline-size: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .body {
        display: grid;
        gap: var(--space-4);
        min-inline-size: 0;
        padding: var(--space-2) var(--space-3) var(--space-3);
      }
    `,
  ]

  declare tool: HouseTool
  declare isOpen: boolean
  #wasOpened = false

  override willUpdate(changed: PropertyValues): void {
    // What was written in the form stays when the line is closed.
    if (changed.has('isOpen')) this.#wasOpened ||= this.isOpen
  }

  override render() {
    const { exposed_name: name, definition, state, pinned } = this.tool
    const { words } = this.desk
    return html`
      <article class="card" aria-label=${name}>
        <div class="head">
          <button
            type="button"
            class="quiet opener"
            aria-expanded=${String(this.isOpen)}
            aria-label=${words('toolDetails', { name })}
            @click=${this.#toggle}
          >
            ${icon(ChevronDown)}
            <span class="name">${name}</span>
          </button>
          ${state === 'gone' ? nothing : toolSwitch(this.desk, this.tool)}
        </div>
        <div class="line marks">
          ${this.isOpen ? nothing : html`<p class="summary meta">${definition.description}</p>`}
          ${state === 'gone' ? html`<span class="tag quiet">${words('toolGone')}</span>` : nothing}
          ${state === 'quarantined' ? html`<span class="tag warn">${words('toolWaits')}</span>` : nothing}
          ${pinned ? html`<span class="tag busy">${words('toolPinned')}</span>` : nothing}
        </div>
        ${this.#wasOpened ? html`<div class="body" ?hidden=${!this.isOpen}>${this.#body()}</div>` : nothing}
      </article>
    `
  }

  #body() {
    const { words, context } = this.desk
    const { definition, name, exposed_name, tokens, state, callable } = this.tool
    return html`
      <p class="plain">${definition.description ?? html`<span class="meta">${words('toolNoText')}</span>`}</p>
      <p class="line meta">
        ${name === exposed_name ? nothing : html`<span>${words('toolOwnName', { name })}</span>`}
        <span>${words('toolTokens', { count: tokens })}</span>
        ${hintsOf(definition.annotations).map((hint) => html`<span>${words(hint)}</span>`)}
      </p>
      ${context.may('settings') && state !== 'gone' ? this.#pin() : nothing}
      <details>
        <summary>${words('schema')}</summary>
        <pre tabindex="0">${JSON.stringify(definition.inputSchema ?? {}, null, 2)}</pre>
      </details>
      ${
        context.may('tools') && state !== 'gone'
          ? html`<hearth-tool-trial .desk=${this.desk} .tool=${this.tool} .canBeCalled=${callable}></hearth-tool-trial>`
          : nothing
      }
    `
  }

  #pin() {
    const { words, book } = this.desk
    const { pinned, exposed_name: name } = this.tool
    const pin = () => void doAndSay(this.desk, () => book.pinTool(name, !pinned))
    const isPending = book.state.pending.has(keyOf.pin(name))
    const word = pinned ? 'toolUnpin' : 'toolPin'
    return html`
      <div class="line">
        <button type="button" ?disabled=${isPending} @click=${pin}>${icon(pinned ? PinOff : Pin)}${words(isPending ? 'wish.save' : word)}</button>
        <span class="meta">${words('toolPinHint')}</span>
      </div>
    `
  }

  #toggle(): void {
    this.isOpen = !this.isOpen
  }
}

const hints = {
  readOnlyHint: 'hintReadOnly',
  destructiveHint: 'hintDestructive',
  openWorldHint: 'hintOpenWorld',
} as const

/** What a tool says of itself; nobody has checked it. */
function hintsOf(annotations: unknown): readonly (typeof hints)[keyof typeof hints][] {
  if (typeof annotations !== 'object' || annotations === null) return []
  const said = new Map(Object.entries(annotations))
  return (['readOnlyHint', 'destructiveHint', 'openWorldHint'] as const)
    .filter((hint) => said.get(hint) === true)
    .map((hint) => hints[hint])
}

customElements.define('hearth-tool-card', HearthToolCard)
