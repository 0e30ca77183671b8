import { css, html, LitElement, nothing } from 'lit'
import type { AppContext } from './app-context.ts'
import { controlStyles } from './control-styles.ts'
import { type ConnectionNotice, describeConnection } from './describe-connection.ts'
import { errorText } from './error-text.ts'
import { LanguageController } from './language-controller.ts'

const healedMs = 2500

/** The thin line over the page while the house is not reached; it says when that is over and goes. */
export class HearthConnectionLine extends LitElement {
  static override properties = { context: { attribute: false } }

  static override styles = [
    controlStyles,
    css`
      :host {
        display: block;
      }

      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-3);
        align-items: center;
        justify-content: center;
        padding: var(--space-1) var(--space-4);
        border-block-end: var(--hairline) solid var(--line);
        background: var(--warn-soft);
        font: var(--type-meta);
        text-align: center;
      }

      .line.refused {
        background: var(--danger-soft);
      }

      .line.healed {
        background: var(--ok-soft);
      }

      p {
        margin: 0;
      }

      button {
        min-block-size: 0;
        padding: 0 var(--space-2);
        font: var(--type-meta);
        text-decoration: underline;
      }
    `,
  ]

  declare context: AppContext
  #leave: (() => void) | undefined
  #timer: ReturnType<typeof setInterval> | undefined
  #wasOnline = false
  #wasSaid = false
  #healedAt = 0

  constructor() {
    super()
    new LanguageController(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#leave = this.context.client.on('connection', () => this.requestUpdate())
    this.#timer = setInterval(() => this.#tick(), 500)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#leave?.()
    clearInterval(this.#timer)
  }

  override render() {
    const kind = this.#current().kind
    const isOnline = this.context.client.connection.status === 'online'
    if (isOnline && this.#wasSaid) this.#healedAt = Date.now()
    this.#wasOnline ||= isOnline
    this.#wasSaid = kind !== 'quiet' || (this.#wasSaid && !isOnline)
    const isHealed = isOnline && Date.now() - this.#healedAt < healedMs
    return html`
      <p class="unseen" role="status">${isHealed ? this.context.translate('connection.healed') : this.#spoken(kind)}</p>
      ${isHealed ? this.#healedLine() : this.#line(this.#current())}
    `
  }

  #tick(): void {
    const { status } = this.context.client.connection
    if (status === 'online' && this.#healedAt === 0) return
    if (Date.now() - this.#healedAt > healedMs) this.#healedAt = 0
    this.requestUpdate()
  }

  #current(): ConnectionNotice {
    const at = { now: Date.now(), hasNetwork: navigator.onLine, wasOnline: this.#wasOnline }
    return describeConnection(this.context.client.connection, at)
  }

  /** Without the seconds: they would be read aloud one by one. */
  #spoken(kind: ConnectionNotice['kind']): string {
    const { translate } = this.context
    if (kind === 'quiet') return ''
    return kind === 'waiting' ? translate('connection.reconnecting') : translate(`connection.${kind}`)
  }

  #line(notice: ConnectionNotice) {
    if (notice.kind === 'quiet') return nothing
    const { client, translate } = this.context
    const canTry = notice.kind === 'waiting' || notice.kind === 'offline'
    return html`
      <div class="line ${notice.kind}">
        <p aria-hidden="true">${this.#written(notice)}</p>
        ${canTry ? html`<button type="button" class="quiet" @click=${() => client.wake()}>${translate('connection.tryNow')}</button>` : nothing}
      </div>
    `
  }

  #written(notice: ConnectionNotice): string {
    const { client, translate } = this.context
    if (notice.kind === 'waiting') return translate('connection.waiting', { count: notice.seconds })
    const state = client.connection
    if (state.status !== 'refused') return this.#spoken(notice.kind)
    return `${translate('connection.refused')} ${errorText(state.reason, translate)}`
  }

  #healedLine() {
    return html`<div class="line healed"><p aria-hidden="true">${this.context.translate('connection.healed')}</p></div>`
  }
}

customElements.define('hearth-connection-line', HearthConnectionLine)
