import { html, nothing } from 'lit'
import { ExternalLink, LogIn } from 'lucide'
import { controlStyles } from '../../app/control-styles.ts'
import '../../app/failure-text.ts'
import { icon } from '../../app/icon.ts'
import type { Failure } from '../../protocol/hearth-client.ts'
import { failureOf, notUnderstood } from '../../protocol/hearth-failure.ts'
import { DeskElement } from './desk-element.ts'
import { serversStyles } from './servers-styles.ts'

type SignIn =
  | { readonly status: 'idle' }
  | { readonly status: 'asking' }
  /** A person has to go there; the house is told by the browser that comes back. */
  | { readonly status: 'begun'; readonly address: URL }
  | { readonly status: 'failed'; readonly failure: Failure }

/** Signs the house in at a server: shows where that leads before anybody goes there. */
export class HearthSignIn extends DeskElement {
  static override properties = { ...DeskElement.properties, server: {}, signIn: { state: true } }
  static override styles = [controlStyles, serversStyles]

  /** Its name. */
  declare server: string
  declare private signIn: SignIn

  constructor() {
    super()
    this.signIn = { status: 'idle' }
  }

  override render() {
    const { words, context } = this.desk
    const { signIn } = this
    if (signIn.status === 'begun') return this.#link(signIn.address)
    return html`
      <button type="button" class="primary" ?disabled=${signIn.status === 'asking'} @click=${this.#begin}>${icon(LogIn)}${words('signIn')}</button>
      ${signIn.status === 'failed' ? html`<hearth-failure-text .context=${context} .failure=${signIn.failure}></hearth-failure-text>` : nothing}
    `
  }

  #link(address: URL) {
    const { words } = this.desk
    return html`
      <p class="line">
        <a class="button primary" href=${address.href} target="_blank" rel="noopener noreferrer">${icon(ExternalLink)}${words('signInAt', { host: address.host })}</a>
        <span class="meta">${words('signInHint')}</span>
      </p>
    `
  }

  async #begin(): Promise<void> {
    this.signIn = { status: 'asking' }
    try {
      const address = webAddress(await this.desk.api.beginSignIn(this.server))
      this.signIn =
        address === undefined ? { status: 'failed', failure: notUnderstood() } : { status: 'begun', address }
    } catch (error) {
      this.signIn = { status: 'failed', failure: failureOf(error) }
    }
  }
}

/** The address comes from another server in the end: anything but a page of the web is none. */
function webAddress(text: string): URL | undefined {
  const address = URL.parse(text)
  return address !== null && /^https?:$/.test(address.protocol) ? address : undefined
}

customElements.define('hearth-sign-in', HearthSignIn)
