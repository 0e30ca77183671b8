import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { SquarePen } from 'lucide'
import type { AppContext } from '../../../app/app-context.ts'
import { controlStyles } from '../../../app/control-styles.ts'
import { ConversationSearch } from '../../../app/conversation-search.ts'
import { errorText } from '../../../app/error-text.ts'
import '../../../app/failure-text.ts'
import { icon } from '../../../app/icon.ts'
import { LanguageController } from '../../../app/language-controller.ts'
import '../../../app/menu.ts'
import { searchField, searchFieldStyles } from '../../../app/search-field.ts'
import type { Failure } from '../../../protocol/hearth-client.ts'
import { failureOf } from '../../../protocol/hearth-failure.ts'
import type { Conversation, Found } from '../../../protocol/rest-api.ts'
import { ConversationBook } from './conversation-book.ts'
import { type Row, rowTemplate, titleOf } from './conversation-row.ts'
import { groupByDay } from './group-by-day.ts'
import { listStyles } from './list-styles.ts'

const searchConfig = { debounceMs: 180, limit: 40 }
/** How near to its end the list is scrolled before more is read. */
const moreBelowPx = 600
/** So that "Today" ends at midnight. */
const regroupMs = 60_000

/** The history: search, rename, delete; the same on every device at once. */
export class HearthConversationList extends LitElement {
  static override properties = {
    context: { attribute: false },
    selected: {},
    renaming: { state: true },
    active: { state: true },
  }
  static override styles = [controlStyles, searchFieldStyles, listStyles]

  declare context: AppContext
  /** Id of the conversation that is open. */
  declare selected: string | undefined
  declare private renaming: string | undefined
  declare private active: string | undefined
  #book: ConversationBook | undefined
  #search: ConversationSearch | undefined
  #leave: readonly (() => void)[] = []
  #focusedRow: string | undefined

  constructor() {
    super()
    new LanguageController(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    const { client } = this.context
    const renew = () => this.requestUpdate()
    // What was deleted and can be taken back must survive a change of the layout.
    this.#book ??= new ConversationBook(client)
    this.#search ??= new ConversationSearch(client, searchConfig, renew)
    const onNews = () => {
      this.#search?.again()
      renew()
    }
    const regroup = setInterval(renew, regroupMs)
    this.#leave = [
      this.#book.onChange(renew),
      client.on('conversation', onNews),
      client.on('resumed', onNews),
      () => clearInterval(regroup),
    ]
    this.#book.start()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#book?.stop()
    this.#search?.stop()
    for (const leave of this.#leave) leave()
  }

  /** Where the keyboard starts in the list. */
  override focus(): void {
    this.renderRoot.querySelector('input')?.focus()
  }

  override render() {
    const { translate } = this.context
    return html`
      <header>
        <div class="top">
          <h2>${translate('list.title')}</h2>
          <a class="button quiet square" href="#/chat" aria-label=${translate('list.new')} title=${translate('list.new')}>${icon(SquarePen)}</a>
        </div>
        ${this.#searchField()}
      </header>
      <div class="scroll" tabindex="-1" @scroll=${this.#readMore} @keydown=${this.#onKey} @focusin=${this.#onFocus}>
        ${this.#content()}
      </div>
      <p class="unseen" role="status">${this.#spokenResult()}</p>
    `
  }

  override willUpdate(): void {
    this.#focusedRow = rowIdOf(this.shadowRoot?.activeElement ?? null)
  }

  override updated(changed: PropertyValues): void {
    this.#readMore()
    // A row that moves to its new place loses the focus on the way.
    if (this.#focusedRow !== undefined && this.shadowRoot?.activeElement === null) this.#focusRow(this.#focusedRow)
    if (!changed.has('renaming') || this.renaming === undefined) return
    const field = this.renderRoot.querySelector<HTMLInputElement>('form input')
    field?.focus()
    field?.select()
  }

  #searchField() {
    const { translate } = this.context
    return searchField({
      label: translate('list.search'),
      clearLabel: translate('list.searchClear'),
      isFilled: this.#isSearching,
      onInput: (text) => this.#search?.search(text),
      onKey: (event) => this.#onSearchKey(event),
    })
  }

  #content() {
    const state = this.#book?.state
    const search = this.#search?.state
    if (search !== undefined && search.status !== 'idle') {
      if (search.status === 'failed') return this.#failure(search.failure, () => this.#search?.search(search.query))
      return this.#results(search.results, search.status === 'found' ? search.query : undefined)
    }
    if (state === undefined || state.status === 'loading') return html`<div aria-hidden="true">${bones}</div>`
    if (state.status === 'failed' && state.conversations.length === 0 && state.failure !== undefined)
      return this.#failure(state.failure, () => void this.#book?.reload())
    return this.#groups(state.conversations.filter(({ id }) => !state.hidden.has(id)))
  }

  #groups(conversations: readonly Conversation[]) {
    const { translate } = this.context
    if (conversations.length === 0) return this.#empty(translate('list.empty'), translate('list.emptyHint'))
    return html`
      <nav aria-label=${translate('list.title')} aria-describedby="keys">
        <span id="keys" hidden>${translate('list.keys')}</span>
        ${groupByDay(conversations, Date.now()).map(
          ({ group, conversations }) => html`
            <div class="group">
              <h3 id=${group}>${translate(`list.${group}`)}</h3>
              ${this.#rows(
                conversations.map((conversation) => ({ conversation })),
                group,
              )}
            </div>
          `,
        )}
      </nav>
    `
  }

  #results(results: readonly Found[], query: string | undefined) {
    const { translate } = this.context
    const shown = results.filter(({ conversation }) => this.#book?.state.hidden.has(conversation.id) !== true)
    if (shown.length === 0) {
      return query === undefined
        ? nothing
        : this.#empty(translate('list.nothingFound', { query }), translate('list.nothingFoundHint'))
    }
    const rows = shown.map(({ conversation, messageId, snippet }) => ({
      conversation: this.#book?.newest(conversation) ?? conversation,
      messageId: messageId ?? undefined,
      snippet,
    }))
    return html`<nav aria-label=${translate('list.title')}>${this.#rows(rows, undefined)}</nav>`
  }

  #rows(rows: readonly Row[], labelledBy: string | undefined) {
    return html`
      <ul aria-labelledby=${labelledBy ?? nothing}>
        ${repeat(
          rows,
          ({ conversation }) => conversation.id,
          (row) => this.#row(row),
        )}
      </ul>
    `
  }

  #row(row: Row) {
    const { id } = row.conversation
    const look = {
      translate: this.context.translate,
      isSelected: id === this.selected,
      isInTabOrder: id === this.#tabStop,
      isLive: this.context.client.live.some(({ conversation }) => conversation === id),
      isBeingRenamed: id === this.renaming,
    }
    return rowTemplate(row, look, {
      startRename: () => {
        this.renaming = id
      },
      endRename: (title) => void this.#endRename(row.conversation, title),
      remove: () => this.#remove(row.conversation),
    })
  }

  #empty(text: string, hint: string) {
    return html`<div class="empty"><p><strong>${text}</strong></p><p class="meta">${hint}</p></div>`
  }

  #failure(failure: Failure, retry: () => void) {
    return html`
      <div class="failure" role="alert">
        <hearth-failure-text .context=${this.context} .failure=${failure}></hearth-failure-text>
        <button type="button" @click=${retry}>${this.context.translate('app.tryAgain')}</button>
      </div>
    `
  }

  #spokenResult(): string {
    const state = this.#search?.state
    return state?.status === 'found' ? this.context.translate('list.found', { count: state.results.length }) : ''
  }

  get #isSearching(): boolean {
    return this.#search !== undefined && this.#search.state.status !== 'idle'
  }

  /** Rows in the order they are seen. */
  get #shownIds(): readonly string[] {
    const search = this.#search?.state
    const state = this.#book?.state
    const shown =
      search === undefined || search.status === 'idle'
        ? (state?.conversations ?? [])
        : search.results.map(({ conversation }) => conversation)
    return shown.map(({ id }) => id).filter((id) => state?.hidden.has(id) !== true)
  }

  get #tabStop(): string | undefined {
    const ids = this.#shownIds
    return [this.active, this.selected].find((id) => id !== undefined && ids.includes(id)) ?? ids[0]
  }

  #readMore(): void {
    const scroller = this.renderRoot.querySelector('.scroll')
    // A list that is not shown has no height, and would read everything.
    if (scroller === null || scroller.clientHeight === 0 || this.#isSearching) return
    if (scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < moreBelowPx) void this.#book?.loadMore()
  }

  #onFocus(event: FocusEvent): void {
    const id = rowIdOf(event.target)
    if (id !== undefined) this.active = id
  }

  #onSearchKey(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown') {
      event.preventDefault()
      this.#focusRow(this.#shownIds[0])
    }
    if (event.key === 'Escape' && event.currentTarget instanceof HTMLInputElement && event.currentTarget.value !== '') {
      event.stopPropagation()
      event.currentTarget.value = ''
      this.#search?.search('')
    }
  }

  #onKey(event: KeyboardEvent): void {
    const id = rowIdOf(event.target)
    if (id === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const ids = this.#shownIds
    const at = ids.indexOf(id)
    const target = { ArrowDown: ids[at + 1], ArrowUp: ids[at - 1], Home: ids[0], End: ids.at(-1) }[event.key]
    if (target !== undefined) this.#focusRow(target)
    else if (event.key === 'F2') this.renaming = id
    else if (event.key === 'Delete') this.#removeById(id)
    else return
    event.preventDefault()
  }

  #focusRow(id: string | undefined): void {
    this.active = id
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>('li')]
    rows
      .find((row) => row.dataset['id'] === id)
      ?.querySelector('a')
      ?.focus()
  }

  async #endRename(conversation: Conversation, title: string | undefined): Promise<void> {
    const { id } = conversation
    // Taking the field away takes its focus, which ends it a second time.
    if (this.renaming !== id) return
    this.renaming = undefined
    const wanted = title?.trim() ?? ''
    const renamed = wanted === '' ? undefined : this.#book?.rename(conversation, wanted)
    await this.updateComplete
    this.#focusRow(id)
    try {
      await renamed
    } catch (error) {
      this.#say(error)
    }
  }

  #removeById(id: string): void {
    const known = this.#book?.state.conversations.find((conversation) => conversation.id === id)
    const search = this.#search?.state
    const found = search === undefined || search.status === 'idle' ? [] : search.results
    const conversation = known ?? found.find((result) => result.conversation.id === id)?.conversation
    if (conversation !== undefined) this.#remove(conversation)
  }

  /** Gone at once, deleted when nobody took it back. */
  #remove(conversation: Conversation): void {
    const { id } = conversation
    const { context } = this
    const wasOpen = this.selected === id
    const ids = this.#shownIds
    const neighbour = ids[ids.indexOf(id) + 1] ?? ids[ids.indexOf(id) - 1]
    this.#book?.hide(id, true)
    if (wasOpen) context.go({ view: 'chat' })
    void this.updateComplete.then(() => (neighbour === undefined ? this.focus() : this.#focusRow(neighbour)))
    context.notify({
      text: context.translate('list.deleted', { title: titleOf(conversation, context.translate) }),
      undo: () => {
        this.#book?.hide(id, false)
        if (wasOpen) context.go({ view: 'chat', conversation: id })
      },
      onExpired: () => void this.#book?.remove(id).catch((error: unknown) => this.#say(error)),
    })
  }

  #say(error: unknown): void {
    this.context.notify({ text: errorText(failureOf(error), this.context.translate), tone: 'danger' })
  }
}

const bones = Array.from({ length: 6 }, () => html`<div class="bone"></div>`)

function rowIdOf(target: EventTarget | null): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('li')?.dataset['id'] : undefined
}

customElements.define('hearth-conversation-list', HearthConversationList)
