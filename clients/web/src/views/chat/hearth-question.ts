import { html, LitElement, nothing } from 'lit'
import { Pencil, RotateCcw } from 'lucide'
import type { AppContext } from '../../app/app-context.ts'
import { controlStyles } from '../../app/control-styles.ts'
import { LanguageController } from '../../app/language-controller.ts'
import { actionTemplate } from './action-template.ts'
import { branchTemplate } from './branch-template.ts'
import { ChatEvent } from './chat-event.ts'
import type { ChatNode } from './chat-nodes.ts'
import type { PathStep } from './conversation-tree.ts'
import { CopyButton } from './copy-button.ts'
import './hearth-picture.ts'
import { actionStyles } from './action-styles.ts'
import { questionStyles } from './question-styles.ts'
import type { QuestionView } from './question-view.ts'

/** More lines or characters than this are folded. */
const shownLines = 16
const shownCharacters = 2000

/** What was asked (or told by the system, or by a tool), with its pictures. Fires `ChatEvent`s. */
export class HearthQuestion extends LitElement {
  static override properties = {
    context: { attribute: false },
    step: { attribute: false },
    view: { attribute: false },
    isLast: { type: Boolean },
    isAnswering: { attribute: false },
    isFolded: { state: true },
  }

  static override styles = [controlStyles, actionStyles, questionStyles]

  declare context: AppContext
  declare step: PathStep<ChatNode>
  declare view: QuestionView
  /** Nothing answers it. */
  declare isLast: boolean
  /** Something is being answered in this conversation: nothing else can be asked. */
  declare isAnswering: boolean
  declare private isFolded: boolean
  readonly #copy = new CopyButton(this)

  constructor() {
    super()
    this.isLast = false
    this.isAnswering = false
    this.isFolded = true
    new LanguageController(this)
  }

  override render() {
    const { translate } = this.context
    const { role, text, pictures } = this.view
    return html`
      <article class=${role} aria-label=${this.#name()}>
        ${role === 'user' ? nothing : html`<p class="meta">${this.#name()}</p>`}
        ${pictures.length === 0 ? nothing : this.#pictures()}
        ${text === '' ? nothing : this.#text()}
        ${this.isLast && role === 'user' ? html`<p class="meta">${translate('chat.noAnswer')}</p>` : nothing}
      </article>
      ${role === 'user' ? this.#actions() : nothing}
    `
  }

  #name(): string {
    const { translate } = this.context
    return translate(
      ({ user: 'chat.you', system: 'chat.instructions', tool: 'chat.toolOutput' } as const)[this.view.role],
    )
  }

  #pictures() {
    const { context, view } = this
    return html`
      <div class="pictures">
        ${view.pictures.map((part, index) => {
          const alt = context.translate('chat.pictureSent', { number: index + 1 })
          return html`<hearth-picture thumb .context=${context} .picture=${part} .alt=${alt}></hearth-picture>`
        })}
      </div>
    `
  }

  #text() {
    const { text } = this.view
    const isLong = text.length > shownCharacters || text.split('\n', shownLines + 1).length > shownLines
    if (!isLong) return html`<p class="text">${text}</p>`
    const turn = () => {
      this.isFolded = !this.isFolded
    }
    return html`
      <p class="text ${this.isFolded ? 'folded' : ''}">${text}</p>
      <button type="button" class="quiet" aria-expanded=${!this.isFolded} @click=${turn}>
        ${this.context.translate(this.isFolded ? 'chat.showAll' : 'chat.showLess')}
      </button>
    `
  }

  #actions() {
    const { translate } = this.context
    const { text } = this.view
    const wish = (type: 'edit' | 'retry' | 'choose', nodeId = this.step.node.id) =>
      this.dispatchEvent(new ChatEvent({ type, nodeId }))
    return html`
      <div class="actions" role="group" aria-label=${translate('chat.actions')}>
        ${branchTemplate(this.step, translate, (nodeId) => wish('choose', nodeId))}
        ${text === '' ? nothing : actionTemplate(this.#copy.action(text, this.context))}
        ${actionTemplate({ icon: Pencil, label: translate('chat.edit'), run: () => wish('edit') })}
        ${this.isLast ? actionTemplate({ icon: RotateCcw, label: translate('chat.retry'), run: () => wish('retry'), isDisabled: this.isAnswering }) : nothing}
      </div>
    `
  }
}

customElements.define('hearth-question', HearthQuestion)
