import { css, html, nothing } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { Plus } from 'lucide'
import { controlStyles } from '../../app/control-styles.ts'
import { icon } from '../../app/icon.ts'
import { formatRoute } from '../../app/route.ts'
import { searchField, searchFieldStyles } from '../../app/search-field.ts'
import { DeskElement } from './desk-element.ts'
import { durationText } from './figures.ts'
import { type FoundServer, findTools } from './find-tools.ts'
import type { HouseServer, HouseTool } from './house-shapes.ts'
import './hearth-switch.ts'
import { conditionOf } from './server-condition.ts'
import { serversStyles } from './servers-styles.ts'
import { serverSwitch } from './switch-template.ts'

/** So many tools of one server are named while somebody searches. */
const foundToolsAtMost = 8

/** All servers and, while somebody searches, the tools that fit. Fires `hearth-open-tool` and `hearth-add`. */
export class HearthServerList extends DeskElement {
  static override properties = { ...DeskElement.properties, selected: {}, query: { state: true } }

  static override styles = [
    controlStyles,
    searchFieldStyles,
    serversStyles,
    css`
      header {
        display: grid;
        gap: var(--space-3);
        padding-block-end: var(--space-3);
      }

      nav > ul {
        display: grid;
        gap: var(--space-1);
      }

      .server {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        border-radius: var(--radius-card);
      }

      .server:hover {
        background: var(--hover);
      }

      .server.selected {
        background: var(--accent-soft);
      }

      .server > a {
        display: grid;
        gap: var(--space-1);
        min-inline-size: 0;
        padding: var(--space-2) var(--space-3);
        border-radius: var(--radius-card);
        color: var(--text);
        text-decoration: none;
      }

      .name {
        font: var(--type-label);
        overflow-wrap: anywhere;
      }

      .meta {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-2);
        align-items: center;
      }

      .selected .meta {
        color: var(--text);
      }

      .waits {
        color: var(--warn);
      }

      .tools {
        padding-inline-start: var(--space-4);
      }

      .tools button {
        display: grid;
        gap: 0;
        justify-items: start;
        inline-size: 100%;
        text-align: start;
        font: var(--type-code);
      }

      .tools span {
        max-inline-size: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ]

  declare selected: string | undefined
  declare private query: string

  constructor() {
    super()
    this.query = ''
  }

  override render() {
    const { words, book, context } = this.desk
    const { servers, tools, status } = book.state
    const found = findTools(this.query, servers, tools)
    const isSearching = this.query.trim() !== ''
    return html`
      <header>
        <div class="line">
          <h1>${words('title')}</h1>
          ${
            context.may('settings')
              ? html`<button type="button" class="quiet square push" aria-label=${words('add')} title=${words('add')} @click=${this.#add}>${icon(Plus)}</button>`
              : nothing
          }
        </div>
        ${this.#searchField()}
      </header>
      <nav aria-label=${words('list')}>
        <ul>
          ${repeat(
            found,
            ({ server }) => server.name,
            (each) => this.#item(each, isSearching),
          )}
        </ul>
      </nav>
      <p class="unseen" role="status">${isSearching && found.length > 0 ? words('found', { count: found.length }) : nothing}</p>
      ${status === 'ready' && found.length === 0 ? this.#none() : nothing}
    `
  }

  #searchField() {
    const { words } = this.desk
    return searchField({
      label: words('search'),
      clearLabel: words('searchClear'),
      isFilled: this.query !== '',
      onInput: (text) => {
        this.query = text
      },
      onKey: ({ key, currentTarget }) => {
        if (key !== 'Escape') return
        if (currentTarget instanceof HTMLInputElement) currentTarget.value = ''
        this.query = ''
      },
    })
  }

  #item({ server, tools }: FoundServer, isSearching: boolean) {
    const { words, context } = this.desk
    const { tone, word } = conditionOf(server)
    const isSelected = server.name === this.selected
    const { all, waiting } = this.#countsOf(server)
    const latency = server.enabled ? (server.status?.latency_ms ?? undefined) : undefined
    return html`
      <li>
        <div class="server ${isSelected ? 'selected' : ''}">
          <a href=${formatRoute({ view: 'servers', server: server.name })} aria-current=${isSelected ? 'page' : nothing}>
            <span class="name">${server.name}</span>
            <span class="meta">
              <span class="tag ${tone}">${words(word)}</span>
              <span>${words('tools', { count: all })}</span>
              ${latency === undefined ? nothing : html`<span>${durationText(latency, context.translate.language)}</span>`}
              ${waiting === 0 ? nothing : html`<strong class="waits">${words('reviews', { count: waiting })}</strong>`}
            </span>
          </a>
          ${serverSwitch(this.desk, server)}
        </div>
        ${isSearching ? this.#foundTools(tools) : nothing}
      </li>
    `
  }

  #countsOf({ status }: HouseServer): { readonly all: number; readonly waiting: number } {
    const { on = 0, off = 0, quarantined = 0 } = status?.tools ?? {}
    return { all: on + off + quarantined, waiting: quarantined }
  }

  #foundTools(tools: readonly HouseTool[]) {
    return html`
      <ul class="tools">
        ${tools.slice(0, foundToolsAtMost).map(
          (tool) => html`
            <li>
              <button type="button" class="quiet" @click=${() => this.#openTool(tool)}>
                <span>${tool.exposed_name}</span><span class="meta">${tool.definition.description ?? ''}</span>
              </button>
            </li>
          `,
        )}
      </ul>
    `
  }

  #none() {
    const { words, context } = this.desk
    if (this.query.trim() !== '') {
      return html`<div class="none"><p>${words('nothingFound', { query: this.query.trim() })}</p><p class="meta">${words('nothingFoundHint')}</p></div>`
    }
    return html`
      <div class="none">
        <p>${words('empty')}</p>
        <p class="meta">${words('emptyHint')}</p>
        ${context.may('settings') ? html`<button type="button" class="primary" @click=${this.#add}>${icon(Plus)}${words('add')}</button>` : nothing}
      </div>
    `
  }

  #add(): void {
    this.dispatchEvent(new Event('hearth-add'))
  }

  #openTool(tool: HouseTool): void {
    this.dispatchEvent(new CustomEvent<HouseTool>('hearth-open-tool', { detail: tool }))
  }
}

customElements.define('hearth-server-list', HearthServerList)
