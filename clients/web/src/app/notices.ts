import { css, html, LitElement, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { Undo2, X } from 'lucide'
import type { AppContext, Notice } from './app-context.ts'
import { controlStyles } from './control-styles.ts'
import { icon } from './icon.ts'
import { LanguageController } from './language-controller.ts'
import {
  type BoardStep,
  clear,
  elapse,
  emptyBoard,
  type NoticeBoard,
  post,
  type ShownNotice,
  take,
} from './notice-board.ts'

const tickMs = 250

/** What the page says at its edge. Time stands still while someone points at a notice or is in it with the keyboard. */
export class HearthNotices extends LitElement {
  static override properties = { context: { attribute: false } }

  static override styles = [
    controlStyles,
    css`
      :host {
        position: fixed;
        inset-block-end: var(--space-4);
        inset-inline: var(--space-4);
        z-index: 1;
        display: grid;
        justify-items: center;
        pointer-events: none;
      }

      ul {
        display: grid;
        gap: var(--space-2);
        max-inline-size: 100%;
        margin: 0;
        padding: 0;
        list-style: none;
      }

      li {
        display: flex;
        gap: var(--space-2);
        align-items: center;
        padding: var(--space-1) var(--space-1) var(--space-1) var(--space-4);
        border: var(--hairline) solid var(--line);
        border-radius: var(--radius-card);
        background: var(--surface);
        color: var(--text);
        font: var(--type-label);
        box-shadow: var(--shadow);
        pointer-events: auto;
        animation: rise var(--motion);
      }

      li.danger {
        background: var(--danger-soft);
      }

      span {
        flex: 1;
        overflow-wrap: anywhere;
      }

      button.undo {
        color: var(--accent);
      }

      @keyframes rise {
        from {
          opacity: 0;
          translate: 0 var(--space-2);
        }
      }
    `,
  ]

  declare context: AppContext
  #board: NoticeBoard = emptyBoard
  #isHeld = false
  #timer: ReturnType<typeof setInterval> | undefined
  readonly #onLeave = () => this.#step(clear(this.#board))

  constructor() {
    super()
    new LanguageController(this)
  }

  show(notice: Notice): void {
    this.#step(post(this.#board, notice))
  }

  override connectedCallback(): void {
    super.connectedCallback()
    window.addEventListener('pagehide', this.#onLeave)
    this.#timer = setInterval(() => this.#tick(), tickMs)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.removeEventListener('pagehide', this.#onLeave)
    clearInterval(this.#timer)
    this.#onLeave()
  }

  override render() {
    return html`
      <div role="status" aria-live="polite" aria-label=${this.context.translate('app.notices')}>
        <ul
          @pointerenter=${() => this.#hold(true)}
          @pointerleave=${() => this.#hold(false)}
          @focusin=${() => this.#hold(true)}
          @focusout=${() => this.#hold(false)}
        >
          ${repeat(
            this.#board.shown,
            ({ id }) => id,
            (entry) => this.#item(entry),
          )}
        </ul>
      </div>
    `
  }

  #item({ id, notice }: ShownNotice) {
    const { translate } = this.context
    const { undo } = notice
    const undoNow = () => {
      this.#step([take(this.#board, id), []])
      undo?.()
    }
    return html`
      <li class=${notice.tone ?? 'info'}>
        <span>${notice.text}</span>
        ${undo === undefined ? nothing : html`<button type="button" class="quiet undo" @click=${undoNow}>${icon(Undo2)}${translate('app.undo')}</button>`}
        <button type="button" class="quiet square" aria-label=${translate('app.dismiss')} @click=${() => this.#dismiss(id, notice)}>
          ${icon(X)}
        </button>
      </li>
    `
  }

  #dismiss(id: number, notice: Notice): void {
    this.#step([take(this.#board, id), [notice]])
  }

  #hold(isHeld: boolean): void {
    this.#isHeld = isHeld
  }

  #tick(): void {
    if (!this.#isHeld && this.#board.shown.length > 0) this.#step(elapse(this.#board, tickMs))
  }

  #step([board, expired]: BoardStep): void {
    const hasChanged = board.shown.length !== this.#board.shown.length || board.nextId !== this.#board.nextId
    this.#board = board
    if (board.shown.length === 0) this.#isHeld = false
    for (const notice of expired) notice.onExpired?.()
    if (hasChanged) this.requestUpdate()
  }
}

customElements.define('hearth-notices', HearthNotices)
