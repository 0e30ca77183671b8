import { css, html, LitElement } from 'lit'
import { X } from 'lucide'
import type { AppContext } from './app-context.ts'
import { controlStyles } from './control-styles.ts'
import { icon } from './icon.ts'
import { LanguageController } from './language-controller.ts'

/**
 * A native `<dialog>` with a heading and a way out: Escape, a click beside it, or its button. The focus goes back where
 * it was. Its content is slotted, buttons into the slot `actions`. Fires `hearth-close` when it was closed, however.
 */
export class HearthDialog extends LitElement {
  static override properties = { context: { attribute: false }, heading: {} }

  static override styles = [
    controlStyles,
    css`
      dialog {
        inline-size: min(var(--form), calc(100vw - 2 * var(--space-4)));
        max-block-size: calc(100dvh - 2 * var(--space-4));
        padding: var(--space-5);
        overflow: auto;
        border: var(--hairline) solid var(--line);
        border-radius: var(--radius-card);
        background: var(--surface);
        color: var(--text);
        box-shadow: var(--shadow);
      }

      dialog::backdrop {
        background: var(--backdrop);
      }

      header {
        display: flex;
        gap: var(--space-3);
        align-items: start;
        justify-content: space-between;
      }

      header button {
        margin: calc(var(--space-2) * -1) calc(var(--space-2) * -1) 0 0;
      }

      h2 {
        margin: 0 0 var(--space-2);
        font: var(--type-title);
      }

      footer {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        justify-content: end;
        margin-block-start: var(--space-5);
      }
    `,
  ]

  declare context: AppContext
  declare heading: string

  constructor() {
    super()
    this.heading = ''
    new LanguageController(this)
  }

  /** Over everything else; the rest of the page cannot be reached until it is closed. */
  show(): void {
    this.#dialog?.showModal()
  }

  close(): void {
    this.#dialog?.close()
  }

  override render() {
    return html`
      <dialog aria-labelledby="heading" @click=${this.#onClick} @close=${this.#onClose}>
        <header>
          <h2 id="heading">${this.heading}</h2>
          <button type="button" class="quiet square" aria-label=${this.context.translate('app.close')} @click=${this.close}>
            ${icon(X)}
          </button>
        </header>
        <slot></slot>
        <footer><slot name="actions"></slot></footer>
      </dialog>
    `
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }

  /** The backdrop belongs to the dialog; what lies inside has its own target. */
  #onClick(event: MouseEvent): void {
    const box = this.#dialog?.getBoundingClientRect()
    if (box === undefined || event.target !== this.#dialog) return
    const { clientX: x, clientY: y } = event
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) this.close()
  }

  #onClose(): void {
    this.dispatchEvent(new Event('hearth-close'))
  }
}

customElements.define('hearth-dialog', HearthDialog)
