import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { guard } from 'lit/directives/guard.js'
import { live } from 'lit/directives/live.js'
import { ArrowUp, Brush, Paperclip, Square, X } from 'lucide'
import type { AppContext } from '../../app/app-context.ts'
import { controlStyles } from '../../app/control-styles.ts'
import { icon } from '../../app/icon.ts'
import { LanguageController } from '../../app/language-controller.ts'
import type { ProfileView } from '../../protocol/hearth-client.ts'
import { isTooLong } from './attachments.ts'
import { type ComposerAct, ComposerEvent } from './composer-event.ts'
import { actOfKey } from './composer-keys.ts'
import { composerStyles } from './composer-styles.ts'
import type { Draft } from './drafts.ts'
import type { AttachedPicture } from './next-question.ts'
import { PictureAttachments } from './picture-attachments.ts'
import './profile-picker.ts'

/** Where the next question is written. Its owner keeps the draft and the pictures. */
export class HearthComposer extends LitElement {
  static override properties = {
    context: { attribute: false },
    draft: { attribute: false },
    pictures: { attribute: false },
    place: { attribute: false },
    profiles: { attribute: false },
    profile: { attribute: false },
    isAnswering: { attribute: false },
    isStopping: { attribute: false },
    isEditing: { attribute: false },
    blocked: {},
    isLoading: { attribute: false },
    isDropping: { state: true },
  }

  static override styles = [controlStyles, composerStyles]

  declare context: AppContext
  declare draft: Draft
  declare pictures: readonly AttachedPicture[]
  /** Another one when something else is written than before. */
  declare place: number
  declare profiles: readonly ProfileView[]
  declare profile: ProfileView | undefined
  declare isAnswering: boolean
  /** What is answered was stopped here; the house still has to hear it. */
  declare isStopping: boolean
  declare isEditing: boolean
  /** Why nothing can be sent now; empty: it can. */
  declare blocked: string
  /** What was said is being read. That is soon over: the reason is not written under the field, where it would move it. */
  declare isLoading: boolean
  declare private isDropping: boolean
  readonly #attachments = new PictureAttachments(this)

  constructor() {
    super()
    this.draft = { text: '' }
    this.pictures = []
    this.place = 0
    this.profiles = []
    this.isAnswering = false
    this.isStopping = false
    this.isEditing = false
    this.blocked = ''
    this.isLoading = false
    this.isDropping = false
    new LanguageController(this)
  }

  override focus(): void {
    void this.updateComplete.then(() => this.#area?.focus())
  }

  onAttached(pictures: readonly AttachedPicture[]): void {
    this.#tell({ type: 'attach', pictures })
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('pictures')) this.#attachments.show(this.pictures)
  }

  override render() {
    const { translate } = this.context
    const { text } = this.draft
    return html`
      <form
        class=${this.isDropping ? 'dropping' : ''}
        @submit=${this.#onSubmit}
        @dragover=${this.#onDragOver}
        @dragleave=${this.#onDragLeave}
        @drop=${this.#onDrop}
      >
        ${this.isEditing ? this.#editing() : nothing}
        ${this.#attachments.items.length === 0 ? nothing : this.#previews()}
        <div class="grow" data-text=${`${text} `}>
          <textarea
            id="question"
            rows="1"
            aria-label=${translate('composer.label')}
            aria-describedby="keys"
            placeholder=${translate(this.#draws ? 'composer.placeholderDraw' : 'composer.placeholder')}
            enterkeyhint="send"
            .value=${live(text)}
            @input=${this.#onInput}
            @keydown=${this.#onKey}
            @paste=${this.#onPaste}
          ></textarea>
        </div>
        ${this.#tools()}
        <p id="keys" class="unseen">${translate('composer.keys')}</p>
      </form>
      ${this.#reason === '' ? nothing : html`<p id="blocked" class="blocked meta">${this.#reason}</p>`}
    `
  }

  override updated(_changed: PropertyValues<this>): void {
    this.toggleAttribute('data-answering', this.isAnswering)
  }

  get #area(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector('textarea')
  }

  /** Why nothing can be sent, where it is written. */
  get #reason(): string {
    return this.isLoading ? '' : this.blocked
  }

  get #draws(): boolean {
    return this.#canDraw && this.draft.draws === true
  }

  get #canDraw(): boolean {
    const modalities = this.profile?.modalities
    return modalities?.includes('image') === true && modalities.includes('text')
  }

  #editing() {
    const { translate } = this.context
    return html`
      <div class="editing meta">
        <span role="status">${translate('composer.editing')}</span>
        <button type="button" class="quiet" @click=${() => this.#tell({ type: 'edit-end' })}>${translate('composer.editCancel')}</button>
      </div>
    `
  }

  #previews() {
    const { translate } = this.context
    return html`
      <ul aria-label=${translate('composer.attachments')}>
        ${this.#attachments.items.map(
          ({ id, name, url }) => html`
            <li>
              <img src=${url} alt=${name} />
              <button type="button" class="square" aria-label=${translate('composer.remove', { name })} @click=${() => this.#remove(id)}>
                ${icon(X)}
              </button>
            </li>
          `,
        )}
      </ul>
    `
  }

  #tools() {
    const { translate } = this.context
    const attach = translate('composer.attach')
    return html`
      <div class="tools">
        <input type="file" multiple hidden @change=${this.#onFiles} />
        <button type="button" class="quiet square" aria-label=${attach} title=${attach} @click=${this.#pickFiles}>
          ${guard([], () => icon(Paperclip))}
        </button>
        ${this.#canDraw ? this.#drawToggle() : nothing}
        <hearth-profile-picker
          .context=${this.context}
          .profiles=${this.profiles}
          .selected=${this.profile?.name}
          @change=${this.#onProfile}
        ></hearth-profile-picker>
        ${this.isAnswering ? this.#stopButton() : this.#sendButton()}
      </div>
    `
  }

  #drawToggle() {
    const label = this.context.translate('composer.draw')
    const turn = () => this.#tell({ type: 'draft', draft: { ...this.draft, draws: !this.#draws } })
    return html`
      <button type="button" class="quiet draw" aria-pressed=${this.#draws} @click=${turn}>
        ${guard([], () => icon(Brush))}<span>${label}</span>
      </button>
    `
  }

  #sendButton() {
    const label = this.context.translate('composer.send')
    return html`
      <button
        type="submit"
        class="primary square go"
        aria-label=${label}
        title=${this.isLoading ? this.blocked : label}
        aria-describedby=${this.#reason === '' ? nothing : 'blocked'}
        ?disabled=${!this.#canSend}
      >
        ${guard([], () => icon(ArrowUp))}
      </button>
    `
  }

  #stopButton() {
    const label = this.context.translate('composer.stop')
    const stop = () => this.#tell({ type: 'stop' })
    return html`
      <button type="button" class="primary square go stop" aria-label=${label} title=${label} ?disabled=${this.isStopping} @click=${stop}>
        ${guard([], () => icon(Square))}
      </button>
    `
  }

  get #canSend(): boolean {
    const hasContent = this.draft.text.trim() !== '' || this.#attachments.items.length > 0
    return hasContent && this.blocked === '' && !this.isAnswering
  }

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault()
    if (!this.#canSend) return
    const { notify, translate } = this.context
    const text = this.draft.text.trim()
    if (isTooLong(text)) {
      notify({ text: translate('composer.tooLong'), tone: 'danger' })
      return
    }
    const pictures = this.#attachments.items.map(({ mediaType, bytes }) => ({ mediaType, bytes }))
    this.#tell({ type: 'send', text, pictures, draws: this.#draws })
    this.focus()
  }

  readonly #onInput = (): void => {
    this.#tell({ type: 'draft', draft: { ...this.draft, text: this.#area?.value ?? '' } })
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const isEmpty = this.draft.text === '' && this.#attachments.items.length === 0
    const act = actOfKey(event, { isEmpty, isAnswering: this.isAnswering, isEditing: this.isEditing })
    if (act === undefined) return
    event.preventDefault()
    if (act === 'send') this.#onSubmit(event)
    else this.#tell({ type: act })
  }

  readonly #onPaste = (event: ClipboardEvent): void => {
    const files = [...(event.clipboardData?.files ?? [])]
    if (files.length === 0) return
    event.preventDefault()
    void this.#add(files)
  }

  readonly #onDragOver = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes('Files') !== true) return
    event.preventDefault()
    this.isDropping = true
  }

  readonly #onDragLeave = (): void => {
    this.isDropping = false
  }

  readonly #onDrop = (event: DragEvent): void => {
    event.preventDefault()
    this.isDropping = false
    void this.#add([...(event.dataTransfer?.files ?? [])])
  }

  readonly #pickFiles = (): void => {
    this.renderRoot.querySelector<HTMLInputElement>('input[type="file"]')?.click()
  }

  readonly #onFiles = (event: Event): void => {
    if (!(event.target instanceof HTMLInputElement)) return
    void this.#add([...(event.target.files ?? [])])
    event.target.value = ''
  }

  async #add(files: readonly File[]): Promise<void> {
    const { notify, translate } = this.context
    const { place } = this
    const isWanted = () => this.place === place
    const texts = await this.#attachments.add(files, { notify, translate, isWanted })
    if (texts.length > 0) {
      const text = [this.draft.text.trimEnd(), ...texts].filter((part) => part !== '').join('\n\n')
      this.#tell({ type: 'draft', draft: { ...this.draft, text: `${text}\n` } })
    }
    this.focus()
  }

  #remove(id: number): void {
    this.#attachments.remove(id)
    this.focus()
  }

  readonly #onProfile = (event: Event): void => {
    if (!(event.target instanceof HTMLElement && 'selected' in event.target)) return
    const { selected } = event.target
    if (typeof selected === 'string') this.#tell({ type: 'draft', draft: { ...this.draft, profile: selected } })
  }

  #tell(act: ComposerAct): void {
    this.dispatchEvent(new ComposerEvent(act))
  }
}

customElements.define('hearth-composer', HearthComposer)
