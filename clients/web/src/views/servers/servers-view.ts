import { css, html, LitElement, nothing } from 'lit'
import type { AppContext } from '../../app/app-context.ts'
import { controlStyles } from '../../app/control-styles.ts'
import '../../app/failure-text.ts'
import { LanguageController } from '../../app/language-controller.ts'
import { MediaQueryController } from '../../app/media-query-controller.ts'
import { systemClock } from '../../protocol/clock.ts'
import { HearthAddServer } from './add-server.ts'
import './audit-list.ts'
import type { HouseTool } from './house-shapes.ts'
import './review-card.ts'
import './server-detail.ts'
import './server-list.ts'
import { createServersApi } from './servers-api.ts'
import { ServersBook } from './servers-book.ts'
import type { ServersDesk } from './servers-desk.ts'
import { serversStyles } from './servers-styles.ts'
import { wordsOf } from './words.ts'

/** List and server beside each other from here on. */
const wideQuery = '(min-width: 68em)'

/** Servers and tools of the house: what they are, whether they are on, what waits for review, and a way to try them. */
export class HearthServersView extends LitElement {
  static override properties = { context: { attribute: false }, server: {}, openTool: { state: true } }

  static override styles = [
    controlStyles,
    serversStyles,
    css`
      :host {
        block-size: 100%;
      }

      .layout.wide {
        display: grid;
        grid-template-columns: minmax(18rem, 24rem) minmax(0, 1fr);
        block-size: 100%;
      }

      .side,
      .main {
        min-inline-size: 0;
        min-block-size: 0;
        padding: var(--space-5) var(--space-4) var(--space-6);
      }

      .wide > .side,
      .wide > .main {
        overflow: auto;
        scrollbar-width: thin;
        scrollbar-color: var(--line) transparent;
      }

      .wide > .side {
        border-inline-end: var(--hairline) solid var(--line);
      }

      .main > * {
        max-inline-size: var(--panel);
        margin-inline: auto;
      }

      .overview {
        display: grid;
        gap: var(--space-5);
      }

      .overview section {
        display: grid;
        gap: var(--space-3);
        min-inline-size: 0;
      }

      .stale {
        margin-block-end: var(--space-4);
        border-color: var(--warn);
      }
    `,
  ]

  declare context: AppContext
  /** Name of the one that is shown; undefined: the overview. */
  declare server: string | undefined
  declare private openTool: string | undefined
  readonly #wide = new MediaQueryController(this, wideQuery)
  #desk: ServersDesk | undefined
  #stop = new AbortController()

  constructor() {
    super()
    new LanguageController(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    const { context } = this
    this.#desk ??= createDesk(context)
    const { book } = this.#desk
    this.#stop = new AbortController()
    const { signal } = this.#stop
    const renew = () => this.requestUpdate()
    const leave = [book.onChange(renew), context.onRights(renew), context.client.on('resumed', () => book.again())]
    signal.addEventListener('abort', () => {
      for (const stop of leave) stop()
      book.pause()
    })
    const follow = () => (document.visibilityState === 'visible' ? book.watch() : book.pause())
    document.addEventListener('visibilitychange', follow, { signal })
    follow()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop.abort()
  }

  override render() {
    const desk = this.#desk
    if (desk === undefined) return nothing
    const isWide = this.#wide.matches
    const showsSide = isWide || this.server === undefined
    return html`
      <div class="layout ${isWide ? 'wide' : ''}">
        ${showsSide ? this.#side(desk) : nothing}
        <div class="main">${this.#failure(desk)}${this.#main(desk, !isWide)}</div>
      </div>
      <hearth-add-server .desk=${desk}></hearth-add-server>
    `
  }

  #side(desk: ServersDesk) {
    return html`
      <div class="side">
        <hearth-server-list
          .desk=${desk}
          .selected=${this.server}
          @hearth-add=${this.#add}
          @hearth-open-tool=${this.#onOpenTool}
        ></hearth-server-list>
      </div>
    `
  }

  #failure({ words, book, context }: ServersDesk) {
    const { failure, status } = book.state
    if (failure === undefined) return nothing
    return html`
      <div class="card stale" role="alert">
        ${failure.code === 'policy_access_denied' ? html`<p>${words('denied')}</p>` : nothing}
        ${status === 'ready' ? html`<p>${words('stale')}</p>` : nothing}
        <hearth-failure-text .context=${context} .failure=${failure}></hearth-failure-text>
      </div>
    `
  }

  #main(desk: ServersDesk, isNarrow: boolean) {
    const { words, book } = desk
    const { servers, status, failure } = book.state
    if (status === 'loading') {
      return failure === undefined ? html`<p class="none" role="status">${words('reading')}</p>` : nothing
    }
    if (this.server === undefined) return this.#overview(desk)
    const server = servers.find(({ name }) => name === this.server)
    if (server === undefined) {
      return html`<div class="none"><p>${words('gone', { name: this.server })}</p><a href="#/servers">${words('back')}</a></div>`
    }
    return html`
      <hearth-server-detail
        .desk=${desk}
        .server=${server}
        .openTool=${this.openTool}
        .isNarrow=${isNarrow}
      ></hearth-server-detail>
    `
  }

  #overview(desk: ServersDesk) {
    const { words, book, context } = desk
    const { servers, tools } = book.state
    const shown = new Set(servers.map(({ name }) => name))
    const waiting = tools.filter(({ state, server }) => state === 'quarantined' && shown.has(server))
    return html`
      <div class="overview">
        <section>
          <h2>${words(waiting.length === 0 ? 'reviewNone' : 'reviewTitle')}</h2>
          ${
            waiting.length === 0
              ? html`<p class="meta">${words('reviewNoneHint')}</p>`
              : waiting.map((tool) => html`<hearth-review-card .desk=${desk} .tool=${tool}></hearth-review-card>`)
          }
        </section>
        ${context.may('admin') ? html`<section><hearth-audit-list .desk=${desk}></hearth-audit-list></section>` : nothing}
      </div>
    `
  }

  #add(): void {
    const dialog = this.renderRoot.querySelector('hearth-add-server')
    if (dialog instanceof HearthAddServer) dialog.show()
  }

  #onOpenTool({ detail }: CustomEvent<HouseTool>): void {
    this.openTool = detail.exposed_name
    this.context.go({ view: 'servers', server: detail.server })
  }
}

function createDesk(context: AppContext): ServersDesk {
  const api = createServersApi(context.client.rest)
  return { context, api, book: new ServersBook({ api, clock: systemClock }), words: wordsOf(context.translate) }
}

customElements.define('hearth-servers-view', HearthServersView)
