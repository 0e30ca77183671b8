import { html, LitElement, nothing } from 'lit'
import { Search } from 'lucide'
import { eachPage, readPage } from '../protocol/house-pages.ts'
import { isText, shapeReader } from '../protocol/read-shape.ts'
import type { Conversation } from '../protocol/rest-api.ts'
import type { AppContext } from './app-context.ts'
import { controlStyles } from './control-styles.ts'
import { ConversationSearch } from './conversation-search.ts'
import { errorText } from './error-text.ts'
import { type FindEntry, findEntries } from './find-entries.ts'
import { icon } from './icon.ts'
import { LanguageController } from './language-controller.ts'
import { quickFindStyles } from './quick-find-styles.ts'
import { splitSnippet } from './split-snippet.ts'

const searchConfig = { debounceMs: 120, limit: 12 }
const recentCount = 8
const readNamed = shapeReader<{ readonly name: string }>({ name: isText })

/** Ctrl or ⌘ K: type, choose with the arrows, go. Opens when it is put into the page, fires `hearth-close` when it is done. */
export class HearthQuickFind extends LitElement {
  static override properties = {
    context: { attribute: false },
    query: { state: true },
    at: { state: true },
    recent: { state: true },
    servers: { state: true },
  }
  static override styles = [controlStyles, quickFindStyles]

  declare context: AppContext
  declare private query: string
  /** Index of the chosen entry. */
  declare private at: number
  declare private recent: readonly Conversation[]
  /** Their names. */
  declare private servers: readonly string[]
  #search: ConversationSearch | undefined
  #leave: readonly (() => void)[] = []

  constructor() {
    super()
    this.query = ''
    this.at = 0
    this.recent = []
    this.servers = []
    new LanguageController(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    const { client } = this.context
    const search = new ConversationSearch(client, searchConfig, () => this.requestUpdate())
    const onNews = () => search.again()
    this.#search = search
    this.#leave = [
      client.on('conversation', onNews),
      client.on('resumed', onNews),
      this.context.onRights(() => void this.#readServers()),
    ]
    void this.#readRecent()
    void this.#readServers()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    for (const leave of this.#leave) leave()
    this.#search?.stop()
  }

  override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal()
  }

  override updated(): void {
    this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }

  override render() {
    const { translate } = this.context
    const entries = this.#entries
    return html`
      <dialog aria-label=${translate('find.title')} @close=${this.#onClose} @click=${this.#onClick}>
        <div class="entry">
          ${icon(Search)}
          <input
            type="text"
            role="combobox"
            autocomplete="off"
            spellcheck="false"
            enterkeyhint="go"
            aria-label=${translate('find.placeholder')}
            placeholder=${translate('find.placeholder')}
            aria-expanded="true"
            aria-autocomplete="list"
            aria-controls="results"
            aria-activedescendant=${entries[this.at]?.id ?? nothing}
            @input=${this.#onInput}
            @keydown=${this.#onKey}
          >
        </div>
        ${this.#results(entries)}
        <footer class="meta">${translate('find.keys')}</footer>
      </dialog>
    `
  }

  #results(entries: readonly FindEntry[]) {
    const { translate } = this.context
    const groups = [...new Set(entries.map(({ group }) => group))]
    return html`
      <div id="results" role="listbox" aria-label=${translate('find.results')}>
        ${groups.map(
          (group) => html`
            <div role="group" aria-labelledby=${`group-${group}`}>
              <div class="heading meta" id=${`group-${group}`} role="presentation">${translate(`find.${group}`)}</div>
              ${entries.filter((entry) => entry.group === group).map((entry) => this.#option(entry, entries.indexOf(entry)))}
            </div>
          `,
        )}
      </div>
      ${this.#message(entries.length)}
    `
  }

  #option(entry: FindEntry, index: number) {
    const pieces = splitSnippet(entry.snippet ?? '')
    return html`
      <div role="option" id=${entry.id} aria-selected=${index === this.at} @click=${() => this.#goTo(entry)}>
        <span class="name">${entry.text || this.context.translate('list.untitled')}</span>
        ${
          pieces.length === 0
            ? nothing
            : html`<span class="snippet meta">${pieces.map(({ text, found }) => (found ? html`<mark>${text}</mark>` : text))}</span>`
        }
      </div>
    `
  }

  #message(count: number) {
    const { translate } = this.context
    const state = this.#search?.state
    const failure = state?.status === 'failed' ? errorText(state.failure, translate) : undefined
    const nothingFound = state?.status === 'found' && count === 0 ? translate('find.nothing') : undefined
    const text = failure ?? nothingFound
    return html`<div role="status">${text === undefined ? nothing : html`<p class="none meta">${text}</p>`}</div>`
  }

  get #entries(): readonly FindEntry[] {
    const { translate } = this.context
    const state = this.#search?.state
    const places = [
      { text: translate('list.new'), route: { view: 'chat' } },
      { text: translate('app.history'), route: { view: 'history' } },
      ...(this.#seesServers ? [{ text: translate('app.servers'), route: { view: 'servers' } } as const] : []),
      { text: translate('app.settings'), route: { view: 'settings' } },
      // Too many to be read through, so only for who looks for one.
      ...(this.query.trim() === '' ? [] : this.servers).map(
        (server) => ({ text: server, route: { view: 'servers', server } }) as const,
      ),
    ] as const
    const found = state === undefined || state.status === 'idle' ? [] : state.results
    return findEntries(this.query, { places, recent: this.recent, found })
  }

  async #readRecent(): Promise<void> {
    try {
      this.recent = (await this.context.client.rest.listConversations({ limit: recentCount })).items
    } catch {
      // The places can still be gone to, and a search says what is wrong.
    }
  }

  async #serverNames(): Promise<readonly string[]> {
    const { rest } = this.context.client
    const names: string[] = []
    const read = async (path: string) => readPage(await rest.send({ method: 'GET', path }), readNamed)
    for await (const { data } of eachPage('/api/v1/mcp/servers', read)) names.push(...data.map(({ name }) => name))
    return names
  }

  get #seesServers(): boolean {
    return this.context.may('tools') || this.context.may('settings')
  }

  async #readServers(): Promise<void> {
    if (!this.#seesServers) return
    try {
      this.servers = await this.#serverNames()
    } catch {
      // As with what is recent.
    }
  }

  #onInput(event: InputEvent): void {
    if (!(event.target instanceof HTMLInputElement)) return
    this.query = event.target.value
    this.at = 0
    this.#search?.search(this.query)
  }

  #onKey(event: KeyboardEvent): void {
    const entries = this.#entries
    const chosen = entries[this.at]
    if (event.key === 'Enter' && !event.isComposing && chosen !== undefined) {
      event.preventDefault()
      this.#goTo(chosen)
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined || entries.length === 0) return
    event.preventDefault()
    this.at = (this.at + step + entries.length) % entries.length
  }

  #goTo(entry: FindEntry): void {
    this.#close()
    this.context.go(entry.route)
  }

  #close(): void {
    this.renderRoot.querySelector('dialog')?.close()
  }

  #onClose(): void {
    this.dispatchEvent(new Event('hearth-close'))
  }

  /** The backdrop is the dialog itself; everything in it lies in a child. */
  #onClick(event: MouseEvent): void {
    if (event.target instanceof HTMLDialogElement) this.#close()
  }
}

customElements.define('hearth-quick-find', HearthQuickFind)
