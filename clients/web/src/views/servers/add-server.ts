import { css, html, nothing } from 'lit'
import { controlStyles } from '../../app/control-styles.ts'
import { HearthDialog } from '../../app/dialog.ts'
import '../../app/failure-text.ts'
import type { Failure } from '../../protocol/hearth-client.ts'
import { failureOf } from '../../protocol/hearth-failure.ts'
import { DeskElement } from './desk-element.ts'
import { commandLine, readDraft, type ServerDraft } from './server-draft.ts'
import { commandLines } from './server-facts.ts'
import { formStyles, serversStyles } from './servers-styles.ts'
import type { PlainKey } from './words.ts'

const empty = {
  url: { way: 'url', name: '', trust: 'normal', url: '', transport: '', headers: '' },
  command: { way: 'command', name: '', trust: 'normal', command: '', args: '', env: '' },
} as const satisfies { readonly [Way in ServerDraft['way']]: Extract<ServerDraft, { way: Way }> }

const transports = [
  ['', 'draft.transportAuto'],
  ['http', 'draft.transportHttp'],
  ['sse', 'draft.transportSse'],
] as const

/** A form for a new server: by address, or for admins by a command, which is shown whole and exactly before it is sent. */
export class HearthAddServer extends DeskElement {
  static override properties = {
    ...DeskElement.properties,
    draft: { state: true },
    complaints: { state: true },
    failure: { state: true },
    isBusy: { state: true },
  }

  static override styles = [
    controlStyles,
    serversStyles,
    formStyles,
    css`
      .command {
        border: var(--hairline) solid var(--warn);
      }
    `,
  ]

  declare private draft: ServerDraft
  declare private complaints: ReadonlyMap<string, PlainKey>
  declare private failure: Failure | undefined
  declare private isBusy: boolean

  constructor() {
    super()
    this.draft = empty.url
    this.complaints = new Map()
    this.isBusy = false
  }

  show(): void {
    this.draft = empty.url
    this.complaints = new Map()
    this.failure = undefined
    this.#dialog?.show()
  }

  override render() {
    const { words, context } = this.desk
    const { draft, failure } = this
    const submit = draft.way === 'url' ? 'draft.submit' : 'draft.submitCommand'
    return html`
      <hearth-dialog .context=${context} .heading=${words('add')}>
        <form id="draft" novalidate @submit=${this.#onSubmit} @input=${this.#onInput}>
          ${this.#entry('name', 'draft.name', words('draft.nameHint'), html`<input class="field" id="name" name="name" autocomplete="off" spellcheck="false" autocapitalize="none" aria-invalid=${this.#isWrong('name')} aria-describedby=${this.#describedBy('name', true)} .value=${draft.name}>`)}
          ${context.may('admin') ? this.#ways() : nothing}
          ${draft.way === 'url' ? this.#urlFields(draft) : this.#commandFields(draft)}
          ${this.#entry('trust', 'draft.trust', undefined, html`<select class="field" id="trust" name="trust">${(['low', 'normal', 'high'] as const).map((trust) => html`<option value=${trust} ?selected=${trust === draft.trust}>${words(`trust.${trust}`)}</option>`)}</select>`)}
        </form>
        <div role="alert">${failure === undefined ? nothing : html`<hearth-failure-text .context=${context} .failure=${failure}></hearth-failure-text>`}</div>
        <button slot="actions" type="button" @click=${() => this.#dialog?.close()}>${context.translate('app.cancel')}</button>
        <button slot="actions" type="submit" form="draft" class="primary" ?disabled=${this.isBusy}>${words(this.isBusy ? 'draft.busy' : submit)}</button>
      </hearth-dialog>
    `
  }

  #ways() {
    const { words } = this.desk
    const choose = (way: ServerDraft['way']) => () => {
      const { name, trust } = this.draft
      this.draft = { ...empty[way], name, trust }
      this.complaints = new Map()
    }
    const choice = (way: ServerDraft['way'], text: string) => html`
      <label><input type="radio" name="way" value=${way} .checked=${this.draft.way === way} @change=${choose(way)}>${text}</label>
    `
    return html`
      <fieldset>
        <legend>${words('draft.way')}</legend>
        <div class="choices">${choice('url', words('draft.wayUrl'))}${choice('command', words('draft.wayCommand'))}</div>
      </fieldset>
    `
  }

  #urlFields({ url, transport, headers }: Extract<ServerDraft, { way: 'url' }>) {
    const { words } = this.desk
    const example = 'Authorization: Bearer ${NAME}'
    return html`
      ${this.#entry('url', 'draft.url', undefined, html`<input class="field" id="url" name="url" type="url" autocomplete="off" spellcheck="false" placeholder="http://192.168.1.20:8931/mcp" aria-invalid=${this.#isWrong('url')} aria-describedby=${this.#describedBy('url', false)} .value=${url}>`)}
      ${this.#entry('transport', 'draft.transport', undefined, html`<select class="field" id="transport" name="transport">${transports.map(([value, key]) => html`<option value=${value} ?selected=${value === transport}>${words(key)}</option>`)}</select>`)}
      ${this.#lines('headers', 'draft.headers', words('draft.headersHint', { example }), headers)}
    `
  }

  #commandFields(draft: Extract<ServerDraft, { way: 'command' }>) {
    const { words } = this.desk
    return html`
      <p class="meta">${words('draft.commandRefused')}</p>
      ${this.#entry('command', 'draft.command', undefined, html`<input class="field" id="command" name="command" autocomplete="off" spellcheck="false" autocapitalize="none" aria-invalid=${this.#isWrong('command')} aria-describedby=${this.#describedBy('command', false)} .value=${draft.command}>`)}
      ${this.#lines('args', 'draft.args', words('draft.argsHint'), draft.args)}
      ${this.#lines('env', 'draft.env', words('draft.envHint', { example: 'API_KEY=${NAME}' }), draft.env)}
      <div>
        <p class="meta">${words('draft.exact')}</p>
        ${commandLines(commandLine(draft))}
      </div>
    `
  }

  #lines(id: string, label: PlainKey, hint: string, value: string) {
    return this.#entry(
      id,
      label,
      hint,
      html`<textarea class="field" id=${id} name=${id} rows="2" autocomplete="off" spellcheck="false" aria-invalid=${this.#isWrong(id)} aria-describedby=${this.#describedBy(id, true)} .value=${value}></textarea>`,
    )
  }

  #entry(id: string, label: PlainKey, hint: string | undefined, control: unknown) {
    const { words } = this.desk
    const complaint = this.complaints.get(id)
    return html`
      <div class="entry">
        <label for=${id}>${words(label)}</label>
        ${control}
        ${hint === undefined ? nothing : html`<p class="meta" id="${id}-hint">${hint}</p>`}
        ${complaint === undefined ? nothing : html`<p class="wrong" id="${id}-wrong">${words(complaint)}</p>`}
      </div>
    `
  }

  #isWrong(id: string): 'true' | 'false' {
    return this.complaints.has(id) ? 'true' : 'false'
  }

  #describedBy(id: string, hasHint: boolean) {
    const ids = [...(hasHint ? [`${id}-hint`] : []), ...(this.complaints.has(id) ? [`${id}-wrong`] : [])]
    return ids.length === 0 ? nothing : ids.join(' ')
  }

  get #dialog(): HearthDialog | undefined {
    const found = this.renderRoot.querySelector('hearth-dialog')
    return found instanceof HearthDialog ? found : undefined
  }

  #onInput({ target }: InputEvent): void {
    const isText = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
    if ((isText || target instanceof HTMLSelectElement) && target.name !== 'way') {
      this.draft = { ...this.draft, [target.name]: target.value }
    }
  }

  #onSubmit(event: Event): void {
    event.preventDefault()
    if (this.isBusy) return
    const read = readDraft(this.draft)
    this.complaints = read.status === 'wrong' ? read.complaints : new Map()
    if (read.status === 'ok') void this.#send(read.body)
    else void this.updateComplete.then(() => this.#focusWrong())
  }

  #focusWrong(): void {
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }

  async #send(body: object): Promise<void> {
    const { book, context, words } = this.desk
    const name = this.draft.name.trim()
    this.isBusy = true
    this.failure = undefined
    try {
      await book.create(body)
      this.#dialog?.close()
      context.go({ view: 'servers', server: name })
      context.notify({ text: words('added', { name }) })
    } catch (error) {
      this.failure = failureOf(error)
    } finally {
      this.isBusy = false
    }
  }
}

customElements.define('hearth-add-server', HearthAddServer)
