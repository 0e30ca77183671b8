import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { Flame } from 'lucide'
import type { AppContext } from '../../app/app-context.ts'
import { controlStyles } from '../../app/control-styles.ts'
import '../../app/failure-text.ts'
import { icon } from '../../app/icon.ts'
import { LanguageController } from '../../app/language-controller.ts'
import { failureOf } from '../../protocol/hearth-failure.ts'
import { devicePartsOf } from './device-name.ts'
import { type PairProblem, problemOf } from './pair-outcome.ts'
import { pairStyles } from './pair-styles.ts'
import { caretAfter, codeLength, formatCode, parseCode } from './pairing-code.ts'

/** The way in: a code, typed or brought by a link, and a name for this device. */
export class HearthPairView extends LitElement {
  static override properties = {
    context: { attribute: false },
    code: {},
    isBusy: { state: true },
    problem: { state: true },
    now: { state: true },
  }

  static override styles = [controlStyles, pairStyles]

  declare context: AppContext
  /** Of the link that led here. */
  declare code: string | undefined
  declare private isBusy: boolean
  declare private problem: PairProblem | undefined
  declare private now: number
  #timer: ReturnType<typeof setInterval> | undefined

  constructor() {
    super()
    this.isBusy = false
    this.problem = undefined
    this.now = Date.now()
    new LanguageController(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#timer = setInterval(() => {
      this.now = Date.now()
    }, 1000)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#timer)
  }

  override render() {
    const { translate } = this.context
    const isLimited = this.#waitSeconds > 0
    return html`
      <form novalidate @submit=${this.#onSubmit}>
        ${this.#head()}
        <div class="part">
          <label for="code">${translate('pair.code')}</label>
          <input
            id="code"
            class="field code"
            type="text"
            autocomplete="one-time-code"
            autocapitalize="characters"
            autocorrect="off"
            spellcheck="false"
            aria-invalid=${this.#isAboutCode}
            aria-describedby="code-problem code-hint"
            @input=${this.#onCode}
          >
          <p id="code-problem" class="problem" role="alert">${this.#isAboutCode ? this.#problemText() : nothing}</p>
          ${isLimited ? this.#countdown() : nothing}
          <p id="code-hint" class="meta">${translate('pair.codeHint')}</p>
        </div>
        <div class="part">
          <label for="name">${translate('pair.deviceName')}</label>
          <input
            id="name"
            class="field"
            type="text"
            maxlength="64"
            autocomplete="off"
            .value=${this.#suggestedName()}
            aria-invalid=${this.problem?.kind === 'name-missing'}
            aria-describedby="name-problem name-hint"
            @input=${this.#forget}
          >
          <p id="name-problem" class="problem" role="alert">${this.problem?.kind === 'name-missing' ? translate('pair.deviceNameMissing') : nothing}</p>
          <p id="name-hint" class="meta">${translate('pair.deviceNameHint')}</p>
        </div>
        ${
          this.problem?.kind === 'failed'
            ? html`<hearth-failure-text class="problem" role="alert" .context=${this.context} .failure=${this.problem.failure}></hearth-failure-text>`
            : nothing
        }
        <button type="submit" class="primary" ?disabled=${this.isBusy || isLimited}>
          ${translate(this.isBusy ? 'pair.busy' : 'pair.submit')}
        </button>
      </form>
    `
  }

  override updated(changed: PropertyValues): void {
    if (changed.has('code')) this.#begin()
    if (!changed.has('problem') || this.problem === undefined) return
    if (this.problem.kind === 'name-missing') this.#nameField?.focus()
    else this.#codeField?.focus()
    if (this.problem.kind === 'wrong') this.#codeField?.select()
  }

  #head() {
    const { client, translate } = this.context
    const state = client.connection
    const wasSignedOut = state.status === 'signed-out' && state.reason !== undefined
    return html`
      <div class="head">
        ${icon(Flame)}
        <h1>${translate('pair.title')}</h1>
        ${wasSignedOut ? html`<p class="hello">${translate('pair.again')}</p>` : nothing}
        <p>${this.code === undefined ? html`${translate('pair.intro')} <code>npm run hearth -- pair</code>` : translate('pair.introLink')}</p>
      </div>
    `
  }

  /** A link leaves one thing to do. */
  #begin(): void {
    if (this.code !== undefined && this.#codeField !== null) this.#codeField.value = formatCode(parseCode(this.code))
    const first = this.code === undefined ? this.#codeField : this.renderRoot.querySelector('button')
    first?.focus()
  }

  get #codeField(): HTMLInputElement | null {
    return this.renderRoot.querySelector<HTMLInputElement>('#code')
  }

  get #nameField(): HTMLInputElement | null {
    return this.renderRoot.querySelector<HTMLInputElement>('#name')
  }

  get #isAboutCode(): boolean {
    return this.problem !== undefined && ['code-short', 'wrong', 'limited'].includes(this.problem.kind)
  }

  get #waitSeconds(): number {
    return this.problem?.kind === 'limited' ? Math.max(0, Math.ceil((this.problem.until - this.now) / 1000)) : 0
  }

  #problemText(): string {
    const { translate } = this.context
    switch (this.problem?.kind) {
      case 'code-short':
        return translate('pair.codeShort', { count: this.problem.missing })
      case 'wrong':
        return translate('pair.wrong')
      case 'limited':
        return translate(this.#waitSeconds > 0 ? 'pair.limited' : 'pair.limitOver')
      default:
        return ''
    }
  }

  /** To be seen only: a screen reader would say every second. */
  #countdown() {
    const text = this.context.translate('error.retryIn', { count: this.#waitSeconds })
    return html`<p class="problem" aria-hidden="true">${text}</p>`
  }

  #suggestedName(): string {
    const { translate } = this.context
    const { browser = translate('pair.browser'), system } = devicePartsOf(navigator)
    return system === undefined ? browser : translate('pair.nameWithSystem', { browser, system })
  }

  #onCode(event: InputEvent): void {
    const field = event.target
    if (!(field instanceof HTMLInputElement)) return
    const before = parseCode(field.value.slice(0, field.selectionStart ?? undefined))
    field.value = formatCode(parseCode(field.value))
    field.setSelectionRange(caretAfter(before.length), caretAfter(before.length))
    this.#forget()
  }

  /** What was wrong is being put right; a wait stays a wait. */
  #forget(): void {
    if (this.#waitSeconds === 0) this.problem = undefined
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault()
    const code = parseCode(this.#codeField?.value ?? '')
    const name = this.#nameField?.value.trim() ?? ''
    if (code.length < codeLength) this.problem = { kind: 'code-short', missing: codeLength - code.length }
    else if (name === '') this.problem = { kind: 'name-missing' }
    else if (!this.isBusy && this.#waitSeconds === 0) void this.#pair(code, name)
  }

  async #pair(code: string, name: string): Promise<void> {
    const { context } = this
    this.isBusy = true
    this.problem = undefined
    try {
      await context.client.pair(code, name)
      if (context.route().view === 'pair') context.go({ view: 'chat' })
    } catch (error) {
      this.now = Date.now()
      this.problem = problemOf(failureOf(error), this.now)
    } finally {
      this.isBusy = false
    }
  }
}

customElements.define('hearth-pair-view', HearthPairView)
