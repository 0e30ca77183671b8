import { css, html, LitElement, nothing } from 'lit'
import { guard } from 'lit/directives/guard.js'
import { Ellipsis, type IconNode } from 'lucide'
import { controlStyles } from './control-styles.ts'
import { icon } from './icon.ts'

export interface MenuItem {
  readonly text: string
  readonly icon: IconNode
  readonly tone?: 'danger'
  run(): void
}

/** A button that opens a short list of acts. Arrows, Home and End move in it, Escape and Tab leave it. */
export class HearthMenu extends LitElement {
  static override properties = {
    label: {},
    items: { attribute: false },
    reach: { type: Number },
    isOpen: { state: true },
  }

  static override styles = [
    controlStyles,
    css`
      :host {
        display: inline-flex;
      }

      [role='menu'] {
        position: fixed;
        inset: auto;
        min-inline-size: var(--menu);
        margin: 0;
        padding: var(--space-1);
        border: var(--hairline) solid var(--line);
        border-radius: var(--radius-card);
        background: var(--surface);
        color: var(--text);
        box-shadow: var(--shadow);
      }

      [role='menuitem'] {
        display: flex;
        justify-content: start;
        inline-size: 100%;
      }

      [role='menuitem']:focus-visible {
        outline-offset: calc(var(--ring) * -1);
      }
    `,
  ]

  /** The name of the button and of its menu. */
  declare label: string
  declare items: readonly MenuItem[]
  /** The `tabindex` of the button. */
  declare reach: number
  declare private isOpen: boolean

  constructor() {
    super()
    this.label = ''
    this.items = []
    this.reach = 0
    this.isOpen = false
  }

  override render() {
    return html`
      <button
        type="button"
        class="quiet square"
        popovertarget="menu"
        tabindex=${this.reach}
        aria-label=${this.label}
        title=${this.label}
        aria-haspopup="menu"
      >
        ${guard([], () => icon(Ellipsis))}
      </button>
      <div id="menu" popover role="menu" aria-label=${this.label} @beforetoggle=${this.#onToggle} @toggle=${this.#onToggled} @keydown=${this.#onKey}>
        ${this.isOpen ? this.items.map((item) => this.#item(item)) : nothing}
      </div>
    `
  }

  #item(item: MenuItem) {
    return html`
      <button type="button" class="quiet ${item.tone ?? ''}" role="menuitem" tabindex="-1" @click=${() => this.#run(item)}>
        ${icon(item.icon)}${item.text}
      </button>
    `
  }

  get #popover(): HTMLElement | null {
    return this.renderRoot.querySelector('[popover]')
  }

  get #button(): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>('[popovertarget]')
  }

  #run(item: MenuItem): void {
    this.#popover?.hidePopover()
    this.#giveFocusBack()
    item.run()
  }

  #onToggle(event: ToggleEvent): void {
    if (event.newState === 'closed') return
    this.isOpen = true
    // It has a size only once it is shown and filled: after this event, before the next frame.
    requestAnimationFrame(() => this.#place())
  }

  #onToggled(event: ToggleEvent): void {
    this.isOpen = event.newState === 'open'
    if (!this.isOpen) this.#giveFocusBack()
  }

  /** Browsers do not, in a shadow root: the focus would stay on an entry that is gone. */
  #giveFocusBack(): void {
    if (this.shadowRoot?.activeElement?.matches('[role="menuitem"]') === true) this.#button?.focus()
  }

  #place(): void {
    const popover = this.#popover
    const button = this.#button
    if (popover === null || button === null) return
    const from = button.getBoundingClientRect()
    const { offsetWidth: width, offsetHeight: height } = popover
    const below = from.bottom + height <= window.innerHeight
    popover.style.top = `${below ? from.bottom : Math.max(0, from.top - height)}px`
    popover.style.left = `${Math.max(0, from.right - width)}px`
    this.#entries[0]?.focus()
  }

  get #entries(): readonly HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role="menuitem"]')]
  }

  #onKey(event: KeyboardEvent): void {
    const entries = this.#entries
    const at = entries.indexOf(this.renderRoot.querySelector<HTMLElement>('[role="menuitem"]:focus') ?? this)
    const target = { ArrowDown: at + 1, ArrowUp: at - 1 + entries.length, Home: 0, End: entries.length - 1 }[event.key]
    if (event.key === 'Tab') this.#popover?.hidePopover()
    if (target === undefined) return
    event.preventDefault()
    event.stopPropagation()
    entries[target % entries.length]?.focus()
  }
}

customElements.define('hearth-menu', HearthMenu)
