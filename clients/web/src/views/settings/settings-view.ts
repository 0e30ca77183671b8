import { html, LitElement } from 'lit'
import { LogOut } from 'lucide'
import type { AppContext } from '../../app/app-context.ts'
import { controlStyles } from '../../app/control-styles.ts'
import { HearthDialog } from '../../app/dialog.ts'
import { errorText } from '../../app/error-text.ts'
import '../../app/failure-text.ts'
import { icon } from '../../app/icon.ts'
import { LanguageController } from '../../app/language-controller.ts'
import type { Failure } from '../../protocol/hearth-client.ts'
import { failureOf } from '../../protocol/hearth-failure.ts'
import type { SessionInfo } from '../../protocol/rest-api.ts'
import './appearance.ts'
import { settingsStyles } from './settings-styles.ts'

type Session =
  | { readonly status: 'loading' }
  | { readonly status: 'known'; readonly info: SessionInfo }
  | { readonly status: 'failed'; readonly failure: Failure }

const roleTexts = { admin: 'settings.roleAdmin', member: 'settings.roleMember', guest: 'settings.roleGuest' } as const

/** How the page looks, who this device is, and the way out. */
export class HearthSettingsView extends LitElement {
  static override properties = { context: { attribute: false }, session: { state: true } }
  static override styles = [controlStyles, settingsStyles]

  declare context: AppContext
  declare private session: Session
  #leave: readonly (() => void)[] = []

  constructor() {
    super()
    this.session = { status: 'loading' }
    new LanguageController(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    const { client } = this.context
    this.#leave = [client.on('connection', () => this.requestUpdate()), client.on('resumed', () => void this.#read())]
    void this.#read()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    for (const leave of this.#leave) leave()
  }

  override render() {
    const { translate } = this.context
    return html`
      <h1>${translate('settings.title')}</h1>
      <section aria-labelledby="appearance">
        <h2 id="appearance">${translate('settings.appearance')}</h2>
        <hearth-appearance .context=${this.context}></hearth-appearance>
      </section>
      <section aria-labelledby="device">
        <h2 id="device">${translate('settings.device')}</h2>
        ${this.#device()}
        <button type="button" class="out" @click=${() => this.#dialog?.show()}>${icon(LogOut)}${translate('settings.signOut')}</button>
      </section>
      ${this.#confirmation()}
    `
  }

  #device() {
    const { client, translate } = this.context
    if (this.session.status === 'failed') {
      return html`
        <div class="card failure" role="alert">
          <hearth-failure-text .context=${this.context} .failure=${this.session.failure}></hearth-failure-text>
        </div>
      `
    }
    const info = this.session.status === 'known' ? this.session.info : undefined
    const isLoading = this.session.status === 'loading'
    const known = (value: string | null | undefined) => value ?? (isLoading ? '…' : translate('settings.unknown'))
    const { connection } = client
    const version = connection.status === 'online' ? connection.session.serverVersion : undefined
    const rows = [
      [translate('settings.deviceName'), known(info?.device?.name)],
      [translate('settings.user'), known(info?.user)],
      [translate('settings.role'), known(info === undefined ? undefined : translate(roleTexts[info.role]))],
      [translate('settings.server'), known(version)],
      [translate('settings.address'), location.host],
    ]
    return html`<dl class="card">${rows.map(([name, value]) => html`<div class="row"><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
  }

  #confirmation() {
    const { translate } = this.context
    return html`
      <hearth-dialog .context=${this.context} .heading=${translate('settings.signOutTitle')}>
        ${translate('settings.signOutText')}
        <button slot="actions" type="button" @click=${() => this.#dialog?.close()}>${translate('app.cancel')}</button>
        <button slot="actions" type="button" class="danger" @click=${this.#signOut}>${translate('settings.signOut')}</button>
      </hearth-dialog>
    `
  }

  get #dialog(): HearthDialog | undefined {
    const found = this.renderRoot.querySelector('hearth-dialog')
    return found instanceof HearthDialog ? found : undefined
  }

  async #read(): Promise<void> {
    try {
      this.session = { status: 'known', info: await this.context.client.rest.getSession() }
    } catch (error) {
      this.session = { status: 'failed', failure: failureOf(error) }
    }
  }

  async #signOut(): Promise<void> {
    const { client, notify, translate, go } = this.context
    this.#dialog?.close()
    try {
      await client.signOut()
      go({ view: 'chat' })
      notify({ text: translate('settings.signedOut') })
    } catch (error) {
      notify({ text: errorText(failureOf(error), translate), tone: 'danger' })
    }
  }
}

customElements.define('hearth-settings-view', HearthSettingsView)
