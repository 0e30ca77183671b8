import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { Blocks, Flame, History, MessageCircle, Search, Settings } from 'lucide'
import type { Scope } from '../../../../services/common/contracts/principal.ts'
import type { HearthClient } from '../protocol/hearth-client.ts'
import { Listeners } from '../protocol/listeners.ts'
import type { AppContext } from './app-context.ts'
import { appStyles } from './app-styles.ts'
import './connection-line.ts'
import { controlStyles } from './control-styles.ts'
import { icon } from './icon.ts'
import { LanguageController } from './language-controller.ts'
import { LazyParts } from './lazy-parts.ts'
import { MediaQueryController } from './media-query-controller.ts'
import { HearthNotices } from './notices.ts'
import type { PageAddress } from './page-address.ts'
import type { Preferences } from './preferences.ts'
import { formatRoute, type Route } from './route.ts'
import type { Translate } from './translate.ts'

/** What the page is made of; each lives as long as it does. */
export interface AppParts {
  readonly client: HearthClient
  readonly preferences: Preferences
  readonly translate: Translate
  readonly address: PageAddress
}

/** 900 px at the usual text size; larger text gets the layout of smaller screens earlier. */
const wideQuery = '(min-width: 56.25em)'

const parts = {
  chat: () => import('../views/chat/hearth-chat.ts'),
  list: () => import('../views/chat/list/conversation-list.ts'),
  pair: () => import('../views/pair/pair-view.ts'),
  servers: () => import('../views/servers/servers-view.ts'),
  settings: () => import('../views/settings/settings-view.ts'),
  find: () => import('./quick-find.ts'),
} as const

type ChatRoute = Extract<Route, { view: 'chat' }>

/** The frame: views at the edge, the list beside the main part where there is room, else one at a time. */
export class HearthApp extends LitElement {
  static override properties = { isFinding: { state: true } }
  static override styles = [controlStyles, appStyles]

  readonly context: AppContext
  declare private isFinding: boolean
  readonly #address: PageAddress
  readonly #notices = new HearthNotices()
  readonly #lazy = new LazyParts(this, parts)
  readonly #wide = new MediaQueryController(this, wideQuery)
  /** Shown again when the reader comes back to the chat, with what was typed there. */
  #chat: ChatRoute = { view: 'chat' }
  #scopes: readonly Scope[] = []
  readonly #rights = new Listeners<void>()
  #lastView: Route['view'] | undefined
  #wasSignedIn = true
  #stop = new AbortController()

  constructor({ client, preferences, translate, address }: AppParts) {
    super()
    this.isFinding = false
    this.#address = address
    this.context = {
      client,
      preferences,
      translate,
      route: () => address.route,
      may: (scope) => this.#scopes.includes(scope) || this.#scopes.includes('admin'),
      onRights: (listener) => this.#rights.add(listener),
      go: (route) => address.go(route),
      notify: (notice) => this.#notices.show(notice),
    }
    this.#notices.context = this.context
    new LanguageController(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    const { client } = this.context
    this.#stop = new AbortController()
    const { signal } = this.#stop
    const renew = () => {
      if (!this.#isSignedIn) this.#scopes = []
      this.requestUpdate()
    }
    const learn = () => void this.#readScopes()
    for (const leave of [client.on('connection', renew), client.on('resumed', learn), this.#address.onChange(renew)]) {
      signal.addEventListener('abort', leave)
    }
    window.addEventListener('online', () => client.wake(), { signal })
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && client.wake(), {
      signal,
    })
    window.addEventListener('keydown', (event) => this.#onKey(event), { signal })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop.abort()
  }

  override render() {
    const { translate } = this.context
    this.#notices.className = this.#noticesPlace
    return html`
      <button type="button" class="skip primary" @click=${this.#focusMain}>${translate('app.skip')}</button>
      <hearth-connection-line .context=${this.context}></hearth-connection-line>
      ${this.#isSignedIn ? this.#frame() : this.#entrance()}
      ${this.#notices}
      ${this.isFinding ? this.#find() : nothing}
    `
  }

  override willUpdate(): void {
    const { route } = this.#address
    if (route.view === 'chat') this.#chat = route
    if (route.view !== 'pair' || !this.#isSignedIn) return
    // Whoever has just paired with the link need not be told.
    if (route.code !== undefined && this.#wasSignedIn)
      this.context.notify({ text: this.context.translate('pair.already') })
    this.#address.go({ view: 'chat' })
  }

  override updated(_changed: PropertyValues): void {
    const { translate } = this.context
    const { view } = this.#address.route
    document.documentElement.lang = translate.language
    const page = this.#isSignedIn ? titles[view] : 'pair.title'
    document.title = page === undefined ? 'Hearth' : translate('app.title', { page: translate(page) })
    // The control that led here may be gone with the view it belonged to.
    if (this.#lastView !== undefined && this.#lastView !== view && this.shadowRoot?.activeElement === null)
      this.#focusMain()
    // Who presses Ctrl K types on at once: it is here by then.
    if (this.#isSignedIn && this.#lazy.status('chat') === 'ready') this.#lazy.status('find')
    this.#lastView = view
    this.#wasSignedIn = this.#isSignedIn
  }

  get #isSignedIn(): boolean {
    return this.context.client.connection.status !== 'signed-out'
  }

  get #noticesPlace(): 'in-corner' | 'above-bar' | '' {
    if (!this.#isSignedIn) return ''
    return this.#wide.matches ? 'in-corner' : 'above-bar'
  }

  /** Before anyone is in: nothing but the way in. */
  #entrance() {
    const { route } = this.#address
    const code = route.view === 'pair' ? route.code : undefined
    const view = html`<hearth-pair-view .context=${this.context} .code=${code}></hearth-pair-view>`
    return html`<main class="frame" id="main" tabindex="-1">${this.#whenReady('pair', view)}</main>`
  }

  #frame() {
    const { view } = this.#address.route
    const isWide = this.#wide.matches
    const showsChat = view === 'chat' || view === 'history'
    const showsList = isWide ? showsChat : view === 'history'
    const listIsMain = !isWide && view === 'history'
    return html`
      <div class="frame ${isWide ? 'wide' : 'narrow'}">
        ${isWide ? this.#rail() : nothing}
        <div
          class="list"
          role=${listIsMain ? 'main' : 'complementary'}
          aria-label=${this.context.translate('list.title')}
          ?hidden=${!showsList}
        >
          ${this.#whenReady('list', this.#list())}
        </div>
        <main id="main" tabindex="-1" ?hidden=${listIsMain}>
          <div class="chat" ?hidden=${!showsChat}>${this.#whenReady('chat', this.#chatView())}</div>
          ${this.#otherView()}
        </main>
        ${isWide ? nothing : this.#bar()}
      </div>
    `
  }

  #otherView() {
    const { route } = this.#address
    switch (route.view) {
      case 'servers':
        return this.#whenReady(
          'servers',
          html`<hearth-servers-view .context=${this.context} .server=${route.server}></hearth-servers-view>`,
        )
      case 'settings':
        return this.#whenReady('settings', html`<hearth-settings-view .context=${this.context}></hearth-settings-view>`)
      default:
        return nothing
    }
  }

  #list() {
    const selected = this.#chat.conversation
    return html`<hearth-conversation-list .context=${this.context} .selected=${selected}></hearth-conversation-list>`
  }

  #chatView() {
    const { conversation, message } = this.#chat
    return html`<hearth-chat .context=${this.context} .conversation=${conversation} .message=${message}></hearth-chat>`
  }

  #find() {
    if (this.#lazy.status('find') !== 'ready') return nothing
    const close = () => {
      this.isFinding = false
    }
    return html`<hearth-quick-find .context=${this.context} @hearth-close=${close}></hearth-quick-find>`
  }

  #whenReady(name: keyof typeof parts, view: unknown) {
    const { translate } = this.context
    switch (this.#lazy.status(name)) {
      case 'ready':
        return view
      case 'loading':
        return html`<p class="unseen" role="status">${translate('app.loading')}</p>`
      case 'failed':
        return html`
          <div class="notice" role="alert">
            <p>${translate('app.notLoaded')}</p>
            <button type="button" class="primary" @click=${() => location.reload()}>${translate('app.reload')}</button>
          </div>
        `
    }
  }

  #rail() {
    const { translate } = this.context
    const find = translate('find.title')
    return html`
      <nav class="rail" aria-label=${translate('app.views')}>
        <span class="brand">${icon(Flame)}</span>
        ${this.#link('chat', { label: false })}
        <button type="button" aria-label=${find} title="${find} (${isApple() ? '⌘' : 'Ctrl'} K)" @click=${this.#openFind}>${icon(Search)}</button>
        ${this.#seesServers ? this.#link('servers', { label: false }) : nothing}
        ${this.#link('settings', { label: false })}
      </nav>
    `
  }

  #bar() {
    return html`
      <nav class="bar" aria-label=${this.context.translate('app.views')}>
        ${(['chat', 'history', ...(this.#seesServers ? ['servers' as const] : []), 'settings'] as const).map((view) => this.#link(view, { label: true }))}
      </nav>
    `
  }

  #link(view: keyof typeof icons, { label }: { readonly label: boolean }) {
    const { translate } = this.context
    const text = translate(label && view === 'servers' ? 'app.tools' : `app.${view}`)
    const { view: shown } = this.#address.route
    const isCurrent = shown === view || (view === 'chat' && shown === 'history' && this.#wide.matches)
    return html`
      <a
        href=${formatRoute(view === 'chat' ? this.#chat : { view })}
        class=${view === 'settings' ? 'last' : ''}
        aria-label=${label ? nothing : text}
        title=${label ? nothing : text}
        aria-current=${isCurrent ? 'page' : nothing}
      >
        ${icon(icons[view])}${label ? html`<span>${text}</span>` : nothing}
      </a>
    `
  }

  #focusMain(): void {
    this.renderRoot.querySelector<HTMLElement>('main:not([hidden]), [role="main"]')?.focus()
  }

  get #seesServers(): boolean {
    return this.context.may('tools') || this.context.may('settings')
  }

  /** What cannot be read now is read at the next connect. */
  async #readScopes(): Promise<void> {
    const session = await this.context.client.rest.getSession().catch(() => undefined)
    if (session === undefined) return
    this.#scopes = session.scopes
    this.#rights.tell()
    this.requestUpdate()
  }

  #openFind(): void {
    this.isFinding = true
  }

  #onKey(event: KeyboardEvent): void {
    const isFind =
      event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey
    if (!isFind || !this.#isSignedIn) return
    event.preventDefault()
    this.isFinding = !this.isFinding
  }
}

const icons = { chat: MessageCircle, history: History, servers: Blocks, settings: Settings } as const

const titles = {
  chat: undefined,
  history: 'app.history',
  servers: 'app.servers',
  settings: 'settings.title',
  pair: 'pair.title',
} as const

function isApple(): boolean {
  return /mac|iphone|ipad/i.test(navigator.platform)
}

customElements.define('hearth-app', HearthApp)
