import { css, html, nothing, type PropertyValues } from 'lit'
import { Play, Square } from 'lucide'
import { controlStyles } from '../../app/control-styles.ts'
import '../../app/failure-text.ts'
import { icon } from '../../app/icon.ts'
import type { Failure } from '../../protocol/hearth-client.ts'
import { failureOf } from '../../protocol/hearth-failure.ts'
import { DeskElement } from './desk-element.ts'
import { durationText } from './figures.ts'
import { fieldTemplate } from './form/field-template.ts'
import { type Complaint, readArguments, wholeText } from './form/read-arguments.ts'
import { type Field, type ToolForm, toolForm } from './form/schema-fields.ts'
import type { HouseTool } from './house-shapes.ts'
import './result/tool-result.ts'
import { formStyles, serversStyles } from './servers-styles.ts'

type Trial =
  | { readonly status: 'idle' }
  | { readonly status: 'calling'; readonly startedAt: number; readonly stop: AbortController }
  | { readonly status: 'answered'; readonly answer: unknown; readonly ms: number }
  | { readonly status: 'failed'; readonly failure: Failure }
  | { readonly status: 'stopped' }

const tickMs = 1000

/** Calls a tool for real, with what a person writes into a form made from its schema. */
export class HearthToolTrial extends DeskElement {
  static override properties = {
    ...DeskElement.properties,
    tool: { attribute: false },
    canBeCalled: { type: Boolean },
    trial: { state: true },
    complaints: { state: true },
  }

  static override styles = [
    controlStyles,
    serversStyles,
    formStyles,
    css`
      [role='status']:not(:empty) {
        margin-block-start: var(--space-3);
      }

      form {
        padding-block-start: var(--space-4);
        border-block-start: var(--hairline) solid var(--line);
      }
    `,
  ]

  declare tool: HouseTool
  declare canBeCalled: boolean
  declare private trial: Trial
  declare private complaints: ReadonlyMap<string, Complaint>
  #form: ToolForm = { kind: 'json' }
  /** As text: a reading that changed nothing must not build the form anew. */
  #schema: string | undefined
  #timer: ReturnType<typeof setInterval> | undefined

  constructor() {
    super()
    this.trial = { status: 'idle' }
    this.complaints = new Map()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#timer)
    if (this.trial.status === 'calling') this.trial.stop.abort()
  }

  override willUpdate(changed: PropertyValues): void {
    if (!changed.has('tool')) return
    const schema = JSON.stringify(this.tool.definition.inputSchema)
    if (schema === this.#schema) return
    this.#schema = schema
    this.#form = toolForm(this.tool.definition.inputSchema)
  }

  override render() {
    const { words } = this.desk
    return html`
      <form novalidate aria-label=${words('try')} @submit=${this.#onSubmit} @keydown=${this.#onKey}>
        <h4>${words('try')}</h4>
        ${this.#fields()}
        <div class="line">${this.#button()}<span class="meta">${words(this.canBeCalled ? 'tryReal' : 'tryOff')}</span></div>
      </form>
      <div role="status">${this.#outcome()}</div>
    `
  }

  #fields() {
    const { words } = this.desk
    if (this.#form.kind === 'json') return this.#field(wholeField(words('tryAll')), 0)
    if (this.#form.fields.length === 0) return html`<p class="meta">${words('tryNothing')}</p>`
    return this.#form.fields.map((field, index) => this.#field(field, index))
  }

  #field(field: Field, index: number) {
    const complaint = this.complaints.get(field.name)
    return fieldTemplate(field, { words: this.desk.words, id: `field-${index}`, complaint })
  }

  #button() {
    const { words } = this.desk
    if (this.trial.status !== 'calling') {
      return html`<button type="submit" class="primary" ?disabled=${!this.canBeCalled}>${icon(Play)}${words('tryCall')}</button>`
    }
    const { stop, startedAt } = this.trial
    const seconds = Math.floor((Date.now() - startedAt) / 1000)
    return html`
      <button type="button" @click=${() => stop.abort()}>${icon(Square)}${words('tryStop')}</button>
      <span class="meta" aria-hidden="true">${words('tryCalling', { seconds })}</span>
    `
  }

  #outcome() {
    const { trial } = this
    const { words, context } = this.desk
    switch (trial.status) {
      case 'idle':
      case 'calling':
        return nothing
      case 'stopped':
        return html`<p class="meta">${words('resultStopped')}</p>`
      case 'failed':
        return html`<div class="card"><hearth-failure-text .context=${context} .failure=${trial.failure}></hearth-failure-text></div>`
      case 'answered':
        return html`
          <p class="meta">${words('resultIn', { duration: durationText(trial.ms, context.translate.language) })}</p>
          <hearth-tool-result .desk=${this.desk} .answer=${trial.answer}></hearth-tool-result>
        `
    }
  }

  #onSubmit(event: Event): void {
    event.preventDefault()
    if (this.trial.status === 'calling' || !this.canBeCalled) return
    const read = readArguments(this.#form, this.#written)
    this.complaints = read.status === 'wrong' ? read.complaints : new Map()
    if (read.status === 'ok') void this.#call(read.args)
    else void this.updateComplete.then(() => this.#focusWrong())
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.#onSubmit(event)
  }

  get #written(): ReadonlyMap<string, string> {
    const controls = this.renderRoot.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>(
      '[data-field]',
    )
    return new Map([...controls].map((control) => [control.dataset['field'] ?? '', control.value]))
  }

  #focusWrong(): void {
    this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }

  async #call(args: Readonly<Record<string, unknown>>): Promise<void> {
    const stop = new AbortController()
    const startedAt = Date.now()
    this.trial = { status: 'calling', startedAt, stop }
    this.#timer = setInterval(() => this.requestUpdate(), tickMs)
    try {
      const answer = await this.desk.api.callTool(this.tool.exposed_name, args, stop.signal)
      this.trial = { status: 'answered', answer, ms: Date.now() - startedAt }
    } catch (error) {
      this.trial = stop.signal.aborted ? { status: 'stopped' } : { status: 'failed', failure: failureOf(error) }
    } finally {
      clearInterval(this.#timer)
      this.desk.book.again()
    }
  }
}

const wholeField = (label: string): Field => ({
  name: wholeText,
  label,
  description: undefined,
  isRequired: false,
  initial: '{}',
  kind: 'json',
  type: 'object',
})

customElements.define('hearth-tool-trial', HearthToolTrial)
