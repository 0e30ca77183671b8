import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { Info, RotateCcw } from 'lucide'
import type { AppContext } from '../../app/app-context.ts'
import { controlStyles } from '../../app/control-styles.ts'
import '../../app/failure-text.ts'
import { icon } from '../../app/icon.ts'
import { LanguageController } from '../../app/language-controller.ts'
import { actionStyles } from './action-styles.ts'
import { actionTemplate } from './action-template.ts'
import { answerFacts } from './answer-facts.ts'
import { factsTemplate } from './answer-facts-template.ts'
import { answerStyles } from './answer-styles.ts'
import { type AnswerView, isEnded, markdownOf, viewOfMessage, viewOfState } from './answer-view.ts'
import { branchTemplate } from './branch-template.ts'
import { ChatEvent } from './chat-event.ts'
import type { ChatNode } from './chat-nodes.ts'
import type { PathStep } from './conversation-tree.ts'
import { CopyButton } from './copy-button.ts'
import { FrameUpdates } from './frame-updates.ts'
import { MarkdownWords } from './markdown-words.ts'
import { partTemplate } from './part-template.ts'
import { waitingText } from './waiting-text.ts'

/**
 * One answer, being given or kept. It grows by itself, once a frame, so that nothing else of the page is rendered for a
 * token. Fires `ChatEvent`s.
 */
export class HearthAnswer extends LitElement {
  static override properties = {
    context: { attribute: false },
    step: { attribute: false },
    outputs: { attribute: false },
    prompt: {},
    isAnswering: { attribute: false },
    showsFacts: { state: true },
  }

  static override styles = [controlStyles, actionStyles, answerStyles]

  declare context: AppContext
  declare step: PathStep<ChatNode>
  /** Of tools, by the call. */
  declare outputs: ReadonlyMap<string, string>
  /** What was asked: what a picture shows. */
  declare prompt: string
  /** Something is being answered in this conversation: nothing else can be asked. */
  declare isAnswering: boolean
  declare private showsFacts: boolean
  readonly #frame = new FrameUpdates(this)
  readonly #copy = new CopyButton(this)
  readonly #labels = new MarkdownWords()

  constructor() {
    super()
    this.outputs = new Map()
    this.prompt = ''
    this.isAnswering = false
    this.showsFacts = false
    new LanguageController(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#watch()
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('step')) this.#watch()
  }

  override render() {
    const { translate, client } = this.context
    const view = this.#view()
    const { waiting, profile } = view
    const around = { context: this.context, prompt: this.prompt, labels: this.#labels.of(translate) }
    const isOnline = client.connection.status === 'online'
    return html`
      <article aria-labelledby="name" aria-busy=${isEnded(view.status) ? 'false' : 'true'}>
        <h3 id="name" class="meta">${profile ?? 'Hearth'}</h3>
        ${view.parts.map((part) => partTemplate(part, around))}
        ${waiting === undefined ? nothing : html`<p class="waiting meta"><span class="pulse" aria-hidden="true"></span>${waitingText(waiting, isOnline, translate)}</p>`}
        ${this.#ending(view)}
        ${isEnded(view.status) ? this.#actions(view) : nothing}
        ${this.showsFacts ? factsTemplate(answerFacts(view.attempts, view.usage), view.profile, translate) : nothing}
      </article>
    `
  }

  #view(): AnswerView {
    const { node } = this.step
    if (node.kind === 'answer') return viewOfState(node.turn.live.state, node.turn.seen())
    if (node.kind === 'message') return viewOfMessage(node.message, node.seen, this.outputs)
    throw new TypeError('A question is not shown as an answer.')
  }

  #watch(): void {
    const { node } = this.step
    this.#frame.follow(node.kind === 'answer' ? node.turn.live : undefined)
  }

  #ending({ status, failure, parts, isLost }: AnswerView) {
    const { translate } = this.context
    const lost = isLost ? html`<p class="note">${translate('chat.notKept')}</p>` : nothing
    if (status === 'failed' && failure !== undefined) {
      return html`
        <div class="failure">
          <hearth-failure-text .context=${this.context} .failure=${failure}></hearth-failure-text>
          <button type="button" ?disabled=${this.isAnswering} @click=${this.#retry}>${icon(RotateCcw)}${translate('chat.retry')}</button>
        </div>
        ${lost}
      `
    }
    const note = { cancelled: 'chat.stopped', incomplete: 'chat.cut' } as const
    if (status === 'cancelled' || status === 'incomplete')
      return html`<p class="note meta">${translate(note[status])}</p>${lost}`
    if (status === 'completed' && parts.length === 0)
      return html`<p class="note meta">${translate('chat.nothing')}</p>${lost}`
    return lost
  }

  #actions(view: AnswerView) {
    const { translate } = this.context
    const markdown = markdownOf(view)
    return html`
      <footer role="group" aria-label=${translate('chat.actions')}>
        ${branchTemplate(this.step, translate, (nodeId) => this.dispatchEvent(new ChatEvent({ type: 'choose', nodeId })))}
        ${markdown === '' ? nothing : actionTemplate(this.#copy.action(markdown, this.context))}
        ${view.failure === undefined ? actionTemplate({ icon: RotateCcw, label: translate('chat.retry'), run: this.#retry, isDisabled: this.isAnswering }) : nothing}
        ${actionTemplate({ icon: Info, label: translate('chat.details'), run: this.#toggleFacts, isExpanded: this.showsFacts })}
      </footer>
    `
  }

  readonly #retry = (): void => {
    this.dispatchEvent(new ChatEvent({ type: 'retry', nodeId: this.step.node.id }))
  }

  readonly #toggleFacts = (): void => {
    this.showsFacts = !this.showsFacts
  }
}

customElements.define('hearth-answer', HearthAnswer)
