import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { guard } from 'lit/directives/guard.js'
import { ArrowDown, SquarePen } from 'lucide'
import type { AppContext } from '../../app/app-context.ts'
import { controlStyles } from '../../app/control-styles.ts'
import { errorText } from '../../app/error-text.ts'
import { icon } from '../../app/icon.ts'
import { LanguageController } from '../../app/language-controller.ts'
import { failureOf } from '../../protocol/hearth-failure.ts'
import { announcementKey, type LastAnswer, lastAnswer } from './announcement.ts'
import { blockedReason } from './blocked-reason.ts'
import { ChatEvent, type ChatWish } from './chat-event.ts'
import type { AskedQuestion, ChatNode } from './chat-nodes.ts'
import { ChatSession, type HistoryState } from './chat-session.ts'
import { chatStyles } from './chat-styles.ts'
import { type ComposerAct, ComposerEvent } from './composer-event.ts'
import { type ConversationTitle, watchConversationTitle } from './conversation-title.ts'
import type { PathStep } from './conversation-tree.ts'
import { createDrafts } from './drafts.ts'
import { givenAnswers } from './given-answers.ts'
import './hearth-composer.ts'
import type { HearthAnswer } from './hearth-answer.ts'
import type { HearthComposer } from './hearth-composer.ts'
import type { HearthQuestion } from './hearth-question.ts'
import { historyTemplate } from './history-template.ts'
import { messagesTemplate } from './messages-template.ts'
import { NextQuestion } from './next-question.ts'
import { ProfileMemory } from './profile-memory.ts'
import { type QuestionAgain, questionAgain } from './question-again.ts'
import { questionView } from './question-view.ts'
import { ScrollFollower } from './scroll-follower.ts'

/** A conversation: its messages, and where the next question is written. */
export class HearthChat extends LitElement {
  static override properties = {
    context: { attribute: false },
    conversation: { attribute: false },
    message: { attribute: false },
    announcement: { state: true },
  }

  static override styles = [controlStyles, chatStyles]

  declare context: AppContext
  /** Undefined: a new one. */
  declare conversation: string | undefined
  /** To be scrolled to. */
  declare message: string | undefined
  declare private announcement: string
  readonly #follower = new ScrollFollower(this)
  readonly #next = new NextQuestion({
    drafts: createDrafts(() => sessionStorage),
    profiles: new ProfileMemory(() => localStorage),
  })
  #session: ChatSession | undefined
  #title: ConversationTitle | undefined
  #stop = new AbortController()
  #last: LastAnswer | undefined
  /** What `conversation` was when the session opened it. */
  #opened: string | undefined
  #isRevealed = false

  constructor() {
    super()
    this.announcement = ''
    new LanguageController(this)
  }

  override connectedCallback(): void {
    super.connectedCallback()
    const { client } = this.context
    this.#stop = new AbortController()
    const { signal } = this.#stop
    const session = new ChatSession({ client, clock: Date.now })
    const title = watchConversationTitle(client, () => this.requestUpdate())
    this.#session = session
    this.#title = title
    const leaving = [
      session.onChange(() => this.#onSession()),
      client.on('connection', () => this.requestUpdate()),
      () => session.stop(),
      () => title.stop(),
    ]
    for (const leave of leaving) signal.addEventListener('abort', leave)
    window.addEventListener('keydown', (event) => this.#onKey(event), { signal })
    window.addEventListener('hashchange', () => this.#claimAddress(), { signal })
    for (const type of ['online', 'offline']) window.addEventListener(type, () => this.requestUpdate(), { signal })
    session.start()
    this.#open()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#stop.abort()
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('message')) this.#isRevealed = false
    if (this.hasUpdated && changed.has('conversation') && this.conversation !== this.#opened) this.#open()
    const { connection } = this.context.client
    if (connection.status === 'online') this.#next.learn(connection.session.profiles)
  }

  override render() {
    const steps = this.#steps
    return html`
      <div class="chat">
        ${this.#header()}
        <div class="scroller" tabindex="0" role="region" aria-label=${this.context.translate('chat.messages')}>
          <div class="column messages">${this.#content(steps)}</div>
        </div>
        <div class="foot">
          ${steps.length === 0 || this.#follower.isAtEnd ? nothing : this.#toEnd()}
          <div class="column">${this.#composer(steps)}</div>
        </div>
        <p class="unseen" role="status">${this.announcement}</p>
      </div>
    `
  }

  override updated(): void {
    const scroller = this.renderRoot.querySelector<HTMLElement>('.scroller')
    const content = this.renderRoot.querySelector<HTMLElement>('.messages')
    if (scroller !== null && content !== null) this.#follower.attach({ scroller, content })
    this.#reveal()
  }

  get #steps(): readonly PathStep<ChatNode>[] {
    return this.#session?.state.steps ?? []
  }

  get #history(): HistoryState {
    return this.#session?.state.history ?? { status: 'loading' }
  }

  /** Why nothing can be asked now; empty: it can. */
  get #blocked(): string {
    const { client, translate } = this.context
    const { connection } = client
    return blockedReason({ connection, hasNetwork: navigator.onLine, history: this.#history }, translate)
  }

  get #composerElement(): HearthComposer | null {
    return this.renderRoot.querySelector('hearth-composer')
  }

  #header() {
    const { translate, go } = this.context
    const label = translate('chat.new')
    return html`
      <header>
        <h2>${this.#title?.text ?? translate('chat.title')}</h2>
        ${this.conversation === undefined ? nothing : html`<button type="button" class="quiet square new" aria-label=${label} title=${label} @click=${() => go({ view: 'chat' })}>${guard([], () => icon(SquarePen))}</button>`}
      </header>
    `
  }

  #content(steps: readonly PathStep<ChatNode>[]) {
    const acts = { begin: (text: string) => this.#begin(text), reload: () => this.#session?.reload() }
    const history = this.#history
    // What could not be read stands before what is here.
    const isMissing = history.status === 'failed' || steps.length === 0
    return html`
      ${isMissing ? historyTemplate(history, this.context, acts) : nothing}
      ${messagesTemplate(steps, this.context, this.#onWish)}
    `
  }

  #toEnd() {
    const label = this.context.translate('chat.toEnd')
    return html`
      <button type="button" class="to-end" @click=${() => this.#follower.toEnd()}>${guard([], () => icon(ArrowDown))}${label}</button>
    `
  }

  #composer(steps: readonly PathStep<ChatNode>[]) {
    const given = givenAnswers(steps)
    return html`
      <hearth-composer
        .context=${this.context}
        .draft=${this.#next.draft}
        .pictures=${this.#next.pictures}
        .place=${this.#next.place}
        .profiles=${this.#next.profiles}
        .profile=${this.#next.profile(steps)}
        .isAnswering=${given.length > 0}
        .isStopping=${given.every(({ state }) => state.isStopping)}
        .isEditing=${this.#next.editing !== undefined}
        .isLoading=${this.#history.status === 'loading'}
        .blocked=${this.#blocked}
        @hearth-compose=${this.#onCompose}
      ></hearth-composer>
    `
  }

  get #isAnswering(): boolean {
    return givenAnswers(this.#steps).length > 0
  }

  #open(): void {
    this.#opened = this.conversation
    this.#next.open(this.conversation)
    this.#session?.open(this.conversation)
    this.#title?.open(this.conversation)
    this.#last = lastAnswer(this.#steps)
    this.announcement = ''
    if (this.conversation === undefined) this.#follower.toStart()
    else if (this.message === undefined) this.#follower.toEnd()
    const isTouch = matchMedia('(pointer: coarse)').matches
    if (this.conversation === undefined && !isTouch) void this.updateComplete.then(() => this.#composerElement?.focus())
  }

  #onSession(): void {
    const { state } = this.#session ?? {}
    if (state === undefined) return
    const last = lastAnswer(state.steps)
    const key = announcementKey(this.#last, last)
    if (key !== undefined) this.announcement = this.context.translate(key)
    this.#last = last
    if (state.history.status === 'gone') this.#onGone()
    if (state.conversation !== undefined && this.#opened === undefined) this.#onMade(state.conversation)
    this.requestUpdate()
  }

  /** The house has made the conversation that was begun here. */
  #onMade(conversation: string): void {
    this.#next.adopt(conversation)
    this.#opened = conversation
    this.#title?.open(conversation)
    this.#claimAddress()
  }

  /** A reader who is elsewhere meanwhile is not called back. */
  #claimAddress(): void {
    const { route, go } = this.context
    const shown = route()
    const isUnnamed = shown.view === 'chat' && shown.conversation === undefined && this.conversation === undefined
    if (isUnnamed && this.#opened !== undefined) go({ view: 'chat', conversation: this.#opened })
  }

  #onGone(): void {
    const { notify, translate, go, route } = this.context
    notify({ text: translate('chat.gone') })
    if (route().view === 'chat') go({ view: 'chat' })
  }

  #reveal(): void {
    if (this.message === undefined || this.#isRevealed) return
    const nodeId = this.#session?.reveal(this.message)
    if (nodeId === undefined) return
    this.#isRevealed = true
    this.#follower.release()
    void this.updateComplete.then(() => this.#messageElement(nodeId)?.scrollIntoView({ block: 'start' }))
  }

  readonly #onCompose = (event: Event): void => {
    if (event instanceof ComposerEvent) this.#act(event.act)
  }

  #act(act: ComposerAct): void {
    switch (act.type) {
      case 'draft':
        this.#next.write(act.draft)
        this.requestUpdate()
        break
      case 'attach':
        this.#next.attach(act.pictures)
        this.requestUpdate()
        break
      case 'send':
        this.#send(act)
        break
      case 'stop':
        this.#stopAnswer()
        break
      case 'edit-last':
        this.#editLast()
        break
      case 'edit-end':
        this.#endEditing()
        break
    }
  }

  #send({ text, pictures, draws }: Extract<ComposerAct, { type: 'send' }>): void {
    if (this.#blocked !== '') return
    const insteadOf = this.#next.editing
    const question = this.#next.compose({ text, pictures, draws }, this.#steps)
    this.#next.clear()
    this.#ask(question, insteadOf)
  }

  #begin(text: string): void {
    this.#ask(this.#next.compose({ text, pictures: [], draws: this.#next.draft.draws === true }, this.#steps))
  }

  #ask(question: AskedQuestion, insteadOf?: string): void {
    this.#session?.ask(question, insteadOf)
    this.#follower.toEnd()
    this.#composerElement?.focus()
  }

  #stopAnswer(): void {
    this.#session?.cancel()
    this.#composerElement?.focus()
  }

  #editLast(): void {
    const last = this.#steps.findLast(({ node }) => questionView(node)?.role === 'user')
    if (last !== undefined) void this.#edit(last.node.id)
  }

  #endEditing(): void {
    this.#next.endEditing()
    this.requestUpdate()
    this.#composerElement?.focus()
  }

  readonly #onWish = (event: Event): void => {
    if (event instanceof ChatEvent) this.#fulfil(event.wish)
  }

  #fulfil({ type, nodeId }: ChatWish): void {
    switch (type) {
      case 'choose':
        void this.#choose(nodeId)
        break
      case 'edit':
        void this.#edit(nodeId)
        break
      case 'retry':
        void this.#retry(nodeId)
        break
    }
  }

  /** The reader stays where the versions are, with the focus on the way to the next one. */
  async #choose(nodeId: string): Promise<void> {
    this.#follower.release()
    this.#session?.choose(nodeId)
    await this.updateComplete
    const message = this.#messageElement(nodeId)
    await message?.updateComplete
    message?.renderRoot.querySelector<HTMLElement>('.branches button:enabled')?.focus()
  }

  #messageElement(nodeId: string): HearthQuestion | HearthAnswer | undefined {
    const messages = this.renderRoot.querySelectorAll<HearthQuestion | HearthAnswer>('hearth-question, hearth-answer')
    return [...messages].find(({ dataset }) => dataset['node'] === nodeId)
  }

  async #edit(nodeId: string): Promise<void> {
    const question = await this.#again(nodeId)
    if (question === undefined) return
    const { text, draws, pictures } = question
    this.#next.edit({ nodeId: question.nodeId, draft: { text, draws }, pictures })
    this.requestUpdate()
    await this.updateComplete
    this.#composerElement?.focus()
  }

  async #retry(nodeId: string): Promise<void> {
    const question = await this.#again(nodeId)
    if (question === undefined || this.#isAnswering || this.#blocked !== '') return
    this.#ask(this.#next.compose(question, this.#steps), question.nodeId)
  }

  async #again(nodeId: string): Promise<QuestionAgain | undefined> {
    const { signal } = this.#stop
    try {
      return await questionAgain(nodeId, { rest: this.context.client.rest, steps: () => this.#steps, signal })
    } catch (error) {
      if (!signal.aborted) this.#tellFailure(error)
      return undefined
    }
  }

  #tellFailure(error: unknown): void {
    const { notify, translate } = this.context
    notify({ text: errorText(failureOf(error), translate), tone: 'danger' })
  }

  /** Wherever the focus is, except in what Escape closes. */
  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented || !this.checkVisibility()) return
    const isInOverlay = event
      .composedPath()
      .some((target) => target instanceof Element && target.matches('dialog, [popover]'))
    if (isInOverlay || !this.#isAnswering) return
    event.preventDefault()
    this.#stopAnswer()
  }
}

customElements.define('hearth-chat', HearthChat)
