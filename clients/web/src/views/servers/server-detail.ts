import { css, html, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { ArrowLeft, RefreshCw, RotateCw, Trash2 } from 'lucide'
import { controlStyles } from '../../app/control-styles.ts'
import { icon } from '../../app/icon.ts'
import { DeskElement } from './desk-element.ts'
import type { HouseServer, HouseTool } from './house-shapes.ts'
import './review-card.ts'
import { serverFacts } from './server-facts.ts'
import { keyOf } from './servers-book.ts'
import { doAndSay } from './servers-desk.ts'
import { serversStyles } from './servers-styles.ts'
import './sign-in.ts'
import { serverSwitch } from './switch-template.ts'
import './tool-card.ts'

/** One server: how it is, what waits for review, its tools. */
export class HearthServerDetail extends DeskElement {
  static override properties = {
    ...DeskElement.properties,
    server: { attribute: false },
    openTool: {},
    isNarrow: { type: Boolean },
  }

  static override styles = [
    controlStyles,
    serversStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
        align-content: start;
      }

      .back {
        justify-self: start;
      }

      section {
        display: grid;
        gap: var(--space-3);
        min-inline-size: 0;
      }

      .tools {
        display: grid;
        gap: var(--space-2);
      }
    `,
  ]

  declare server: HouseServer
  /** Exposed name of the tool that is to be shown open. */
  declare openTool: string | undefined
  declare isNarrow: boolean

  override render() {
    const { server } = this
    const { words, book } = this.desk
    const tools = book.state.tools.filter((tool) => tool.server === server.name)
    const waiting = tools.filter(({ state }) => state === 'quarantined')
    const on = tools.filter(({ enabled, state }) => enabled && state !== 'gone').length
    return html`
      ${this.isNarrow ? html`<a class="button quiet back" href="#/servers">${icon(ArrowLeft)}${words('back')}</a>` : nothing}
      <header class="line">
        <h2>${server.name}</h2>
        <span class="push">${serverSwitch(this.desk, server)}</span>
      </header>
      <section class="card" aria-label=${words('factState')}>${serverFacts(this.desk, server)}${this.#acts()}</section>
      ${
        waiting.length === 0
          ? nothing
          : html`
            <section>
              <h3>${words('reviewTitle')}</h3>
              ${waiting.map((tool) => html`<hearth-review-card .desk=${this.desk} .tool=${tool}></hearth-review-card>`)}
            </section>
          `
      }
      <section>
        <div class="line"><h3>${words('toolsTitle')}</h3><span class="meta">${words('toolsOn', { on, count: tools.length })}</span></div>
        ${tools.length === 0 ? html`<p class="none">${words('toolsNone')}</p>` : this.#tools(tools)}
      </section>
    `
  }

  override updated(changed: PropertyValues): void {
    if (!changed.has('openTool') || this.openTool === undefined) return
    this.renderRoot.querySelector(`[data-tool=${CSS.escape(this.openTool)}]`)?.scrollIntoView({ block: 'nearest' })
  }

  #tools(tools: readonly HouseTool[]) {
    return html`
      <ul class="tools">
        ${repeat(
          tools,
          ({ exposed_name: name }) => name,
          (tool) => html`
            <li>
              <hearth-tool-card
                data-tool=${tool.exposed_name}
                .desk=${this.desk}
                .tool=${tool}
                .isOpen=${tool.exposed_name === this.openTool}
              ></hearth-tool-card>
            </li>
          `,
        )}
      </ul>
    `
  }

  #acts() {
    const { words, context, book } = this.desk
    if (!context.may('settings')) return nothing
    const { name, origin, status } = this.server
    const isRestarting = book.state.pending.has(keyOf.restart(name))
    const isRefreshing = book.state.pending.has(keyOf.refresh(name))
    return html`
      ${status?.state === 'unauthorized' ? html`<hearth-sign-in .desk=${this.desk} .server=${name}></hearth-sign-in>` : nothing}
      <div class="line">
        <button type="button" ?disabled=${isRestarting} @click=${this.#restart}>${icon(RotateCw)}${words(isRestarting ? 'wish.restart' : 'restart')}</button>
        <button type="button" ?disabled=${isRefreshing} @click=${this.#refresh}>${icon(RefreshCw)}${words(isRefreshing ? 'wish.refresh' : 'refresh')}</button>
        ${
          origin === 'api'
            ? html`<button type="button" class="quiet danger" @click=${() => this.#remove(name)}>${icon(Trash2)}${words('remove')}</button>`
            : html`<p class="meta">${words('removeDeclared', { origin: words(`origin.${origin}`) })}</p>`
        }
      </div>
    `
  }

  #restart(): void {
    const { words, book } = this.desk
    const { name } = this.server
    void doAndSay(this.desk, () => book.restart(name), words('restarted', { name }))
  }

  #refresh(): void {
    const { words, book } = this.desk
    const { name } = this.server
    void doAndSay(this.desk, () => book.refresh(name), words('refreshed', { name }))
  }

  /** Gone from sight now, from the house when nobody takes it back. */
  #remove(name: string): void {
    const { words, book, context } = this.desk
    book.hide(name, true)
    context.go({ view: 'servers' })
    context.notify({
      text: words('removed', { name }),
      undo: () => {
        book.hide(name, false)
        context.go({ view: 'servers', server: name })
      },
      onExpired: () => void doAndSay(this.desk, () => book.remove(name)),
    })
  }
}

customElements.define('hearth-server-detail', HearthServerDetail)
