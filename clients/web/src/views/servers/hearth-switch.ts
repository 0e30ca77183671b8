import { css, html, LitElement } from 'lit'
import { controlStyles } from '../../app/control-styles.ts'

/** What a switch says; `pending` while the house has not confirmed. */
export interface SwitchWords {
  readonly on: string
  readonly off: string
  readonly pending: string | undefined
}

/**
 * A switch that shows what is, never what is wished: its owner changes `isOn` when that is confirmed. Fires
 * `hearth-toggle` when someone wants the other state.
 */
export class HearthSwitch extends LitElement {
  static override properties = {
    label: {},
    isOn: { type: Boolean },
    isLocked: { type: Boolean },
    words: { attribute: false },
  }

  static override styles = [
    controlStyles,
    css`
      :host {
        display: inline-flex;
        flex: none;
      }

      button {
        gap: var(--space-2);
        padding-inline: var(--space-1);
        border-color: transparent;
        background: transparent;
        white-space: nowrap;
      }

      .track {
        position: relative;
        flex: none;
        inline-size: calc(var(--icon) * 1.8);
        block-size: var(--icon);
        border: var(--hairline) solid var(--line-strong);
        border-radius: var(--radius-round);
        background: var(--sunken);
        transition: background-color var(--motion);
      }

      .thumb {
        position: absolute;
        inset-block: calc(var(--hairline) * 2);
        inset-inline-start: calc(var(--hairline) * 2);
        aspect-ratio: 1;
        border-radius: var(--radius-round);
        background: var(--line-strong);
        transition:
          inset-inline-start var(--motion),
          background-color var(--motion);
      }

      [aria-checked='true'] .track {
        border-color: transparent;
        background: var(--accent-fill);
      }

      [aria-checked='true'] .thumb {
        inset-inline-start: calc(100% - var(--icon) + var(--hairline) * 4);
        background: var(--on-accent);
      }

      [aria-busy='true'] .track {
        border-style: dashed;
        animation: wait var(--pulse);
      }

      [aria-disabled='true'] {
        cursor: default;
      }

      .word {
        min-inline-size: 2.2em;
        text-align: start;
      }

      [aria-checked='false'] .word,
      [aria-busy='true'] .word {
        color: var(--muted);
      }

      @keyframes wait {
        50% {
          opacity: 0.5;
        }
      }
    `,
  ]

  declare label: string
  declare isOn: boolean
  /** Nobody may turn it here. */
  declare isLocked: boolean
  declare words: SwitchWords

  constructor() {
    super()
    this.label = ''
    this.isOn = false
    this.isLocked = false
    this.words = { on: '', off: '', pending: undefined }
  }

  override render() {
    const { on, off, pending } = this.words
    const isPending = pending !== undefined
    return html`
      <button
        type="button"
        role="switch"
        aria-checked=${String(this.isOn)}
        aria-busy=${String(isPending)}
        aria-disabled=${String(isPending || this.isLocked)}
        aria-label=${isPending ? `${this.label}: ${pending}` : this.label}
        @click=${this.#onClick}
      >
        <span class="track"><span class="thumb"></span></span><span class="word">${pending ?? (this.isOn ? on : off)}</span>
      </button>
    `
  }

  #onClick(): void {
    if (!this.isLocked && this.words.pending === undefined) this.dispatchEvent(new Event('hearth-toggle'))
  }
}

customElements.define('hearth-switch', HearthSwitch)
