import type { AnswerState } from '../../protocol/answer-state.ts'
import type { ConversationUpdate, Failure, HearthClient, LiveRun } from '../../protocol/hearth-client.ts'
import { Listeners } from '../../protocol/listeners.ts'
import type { Message } from '../../protocol/rest-api.ts'
import { isElsewhere, isEnded, isLost, nothingSeen, type SeenWhileGiven } from './answer-view.ts'
import {
  type AskedQuestion,
  type ChatNode,
  chatNodes,
  claimMessages,
  type Names,
  nameOf,
  openQuestion,
  type Turn,
} from './chat-nodes.ts'
import { type ChosenBranches, chooseWayTo, type PathStep, shownPath } from './conversation-tree.ts'
import { givenAnswers } from './given-answers.ts'
import { createGivenWatch } from './given-watch.ts'
import { createLoader, type Loader } from './loader.ts'

/** What the chat view shows. Replaced, never written to. */
export interface ChatState {
  /** Undefined: a new one, until the house has made it. */
  readonly conversation: string | undefined
  readonly history: HistoryState
  /** From the first message to the newest of the branch shown. */
  readonly steps: readonly PathStep<ChatNode>[]
}

export type HistoryState =
  | { readonly status: 'ready' }
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly failure: Failure }
  /** Removed, or never there. */
  | { readonly status: 'gone' }

export interface ChatSessionDeps {
  readonly client: HearthClient
  /** Epoch milliseconds. */
  readonly clock: () => number
}

/** A conversation opened at a time: turns asked in a new one belong to it before it has an id. */
interface Place {
  readonly conversation: string | undefined
}

interface PlacedTurn extends Turn {
  readonly place: Place
  /** Ends the watching. */
  readonly leave: () => void
}

/**
 * One conversation at a time, as this page sees it: its history, the answers being given in it wherever they were asked,
 * and the branch shown. Knows no DOM.
 */
export class ChatSession {
  readonly #deps: ChatSessionDeps
  readonly #changes = new Listeners<void>()
  readonly #loader: Loader
  readonly #seen = new Map<string, SeenWhileGiven>()
  #leave: readonly (() => void)[] = []
  #place: Place = { conversation: undefined }
  #history: HistoryState = { status: 'ready' }
  #messages: readonly Message[] = []
  #turns: readonly PlacedTurn[] = []
  #names: Names = new Map()
  #chosen: ChosenBranches = new Map()
  /** Answers of this conversation that others were told of and this page does not show yet. */
  #news: readonly string[] = []
  #made = 0
  #state: ChatState = { conversation: undefined, history: { status: 'ready' }, steps: [] }

  constructor(deps: ChatSessionDeps) {
    this.#deps = deps
    this.#loader = createLoader({
      load: (conversation) => deps.client.rest.listMessages(conversation),
      onLoaded: (messages) => this.#onLoaded(messages),
      onFailed: (failure) => this.#onFailed(failure),
    })
  }

  get state(): ChatState {
    return this.#state
  }

  /** Not for every token: an answer being given is watched through its node's `turn.live`. */
  onChange(listener: () => void): () => void {
    return this.#changes.add(listener)
  }

  /** Listens to the house until `stop`; reads what is open, as it may have changed. Idempotent. */
  start(): void {
    if (this.#leave.length > 0) return
    const { client } = this.#deps
    this.#leave = [
      client.on('conversation', (update) => this.#onUpdate(update)),
      client.on('resumed', ({ live }) => this.#onResumed(live)),
    ]
    this.#readAgain(client.live)
  }

  /** Answers go on at the house; whoever comes back finds them there. */
  stop(): void {
    for (const leave of this.#leave) leave()
    this.#leave = []
    this.#loader.stop()
    for (const turn of this.#turns) turn.leave()
    for (const { live } of this.#turns) if (live.state.status !== 'sending') live.detach()
    this.#turns = []
  }

  /** Shows another conversation; undefined: a new one. Nothing happens for the one that is shown. */
  open(conversation: string | undefined): void {
    if (conversation === this.#place.conversation) return
    this.#place = this.#turns.find((turn) => conversation === undefined && isOfNone(turn))?.place ?? { conversation }
    this.#messages = []
    this.#chosen = new Map()
    this.#news = []
    this.#turns = this.#turns.filter(({ live }) => !isInHistory(live.state))
    this.#forgetSeen()
    this.#history = conversation === undefined ? { status: 'ready' } : { status: 'loading' }
    this.#renew()
    if (conversation === undefined) this.#loader.stop()
    else if (this.#leave.length > 0) this.#readAgain(this.#deps.client.live)
  }

  /**
   * Asks after the newest message shown, or instead of the question `insteadOf`: a branch, unless the house never had that
   * question. Without the history nobody knows what comes before: then the house goes on after its newest message.
   */
  ask(question: AskedQuestion, insteadOf?: string): void {
    const { steps } = this.#state
    const at = insteadOf === undefined ? -1 : steps.findIndex(({ node }) => node.id === insteadOf)
    const before = at < 0 ? steps : steps.slice(0, at)
    const point = before.findLast(({ node }) => responseIdOf(node) !== undefined)?.node
    const { conversation } = this.#place
    const isKnown = conversation !== undefined && this.#history.status === 'ready'
    if (insteadOf !== undefined) this.#forgetUnkept(insteadOf)
    const live = this.#deps.client.ask({
      ...question,
      ...(conversation === undefined ? {} : { conversation }),
      ...(isKnown ? { previousResponseId: responseIdOf(point) ?? null } : {}),
    })
    const number = ++this.#made
    const questionId = `question-${number}`
    const parentId = point?.id ?? null
    const known = new Set(this.#messages.map(({ id }) => id))
    this.#seen.set(questionId, { ...nothingSeen, pictures: question.pictures })
    this.#add({ answerId: `answer-${number}`, questionId, live, asked: { question, parentId, known } })
    this.#chosen = chooseWayTo(this.#nodes(), this.#chosen, questionId)
    this.#renew()
  }

  /** Shows the branch of this node. */
  choose(id: string): void {
    this.#chosen = chooseWayTo(this.#nodes(), this.#chosen, id)
    this.#renew()
  }

  /** Node of a message of history, its branch shown; undefined when it is not here. */
  reveal(messageId: string): string | undefined {
    if (!this.#messages.some(({ id }) => id === messageId)) return undefined
    const id = nameOf(this.#names, messageId)
    this.choose(id)
    return id
  }

  /** Stops the answer being given in the branch shown. */
  cancel(): void {
    for (const answer of givenAnswers(this.#state.steps)) answer.cancel()
  }

  /** Reads the history again. */
  reload(): void {
    this.#readAgain(this.#deps.client.live)
  }

  #readAgain(live: readonly LiveRun[]): void {
    const { conversation } = this.#place
    if (conversation === undefined) return
    const runs = live.filter((run) => run.conversation === conversation).map(({ responseId }) => responseId)
    this.#news = [...new Set([...this.#news, ...runs])]
    this.#loader.load(conversation)
  }

  #onUpdate({ conversation, change, responseId }: ConversationUpdate): void {
    if (conversation !== this.#place.conversation) return
    if (change === 'removed') this.#onFailed({ code: 'caller_not_found', message: '', retryable: false })
    if (change === 'asked' && responseId !== undefined) this.#news = [...new Set([...this.#news, responseId])]
    if (change === 'asked' || change === 'answered') this.#loader.load(conversation)
  }

  #onResumed(live: readonly LiveRun[]): void {
    this.#news = []
    this.#readAgain(live)
  }

  #onLoaded(messages: readonly Message[]): void {
    this.#messages = messages
    this.#history = { status: 'ready' }
    this.#settle()
    this.#followNews()
    this.#renew()
  }

  #onFailed(failure: Failure): void {
    if (failure.code === 'caller_not_found') this.#history = { status: 'gone' }
    else if (this.#history.status !== 'ready') this.#history = { status: 'failed', failure }
    this.#renew()
  }

  #settle(): void {
    const { names, settled } = claimMessages(this.#messages, this.#shownTurns(), this.#names)
    const gone = this.#shownTurns().filter(isFruitless)
    this.#names = names
    this.#turns = this.#turns.filter((turn) => !(settled.includes(turn) || gone.includes(turn)))
    this.#giveUp()
  }

  /** What is neither in history nor being given was lost with the house that gave it. */
  #giveUp(): void {
    const given = new Set(this.#deps.client.live.map(({ responseId }) => responseId))
    for (const { live, answerId, seen } of this.#shownTurns()) {
      const isGone = isElsewhere(live.state) && !given.has(live.state.responseId ?? '')
      if (isGone) this.#seen.set(answerId, { ...seen(), restComes: false })
    }
  }

  /**
   * What others asked comes in here too. While a question of this page is on its way, its own answer cannot be told from
   * theirs, so that waits.
   */
  #followNews(): void {
    const turns = this.#shownTurns()
    if (this.#history.status !== 'ready' || turns.some(({ live }) => live.state.status === 'sending')) return
    const known = new Set([
      ...turns.map(({ live }) => live.state.responseId),
      ...this.#messages.map(({ runId }) => runId),
    ])
    const news = this.#news.filter((responseId) => !known.has(responseId))
    this.#news = []
    for (const responseId of news.toReversed()) {
      const questionId = openQuestion(this.#messages, this.#shownTurns(), this.#names)
      const live = this.#deps.client.follow(responseId)
      this.#add({ answerId: `answer-${++this.#made}`, questionId, live, asked: undefined })
    }
  }

  #add(added: Omit<Turn, 'seen'>): void {
    const watch = createGivenWatch(this.#deps.clock)
    const turn = { ...added, seen: () => this.#seen.get(added.answerId) ?? nothingSeen }
    let status: string | undefined
    const look = () => {
      const { state } = turn.live
      this.#seen.set(turn.answerId, watch(state))
      const now = `${state.status} ${state.isStopping} ${state.conversation} ${state.responseId}`
      if (now === status) return
      status = now
      this.#onTurn(turn)
    }
    const placed = { ...turn, place: this.#place, leave: turn.live.onChange(look) }
    this.#turns = [...this.#turns, placed]
    look()
  }

  #onTurn({ live, answerId }: Turn): void {
    const turn = this.#turns.find((one) => one.answerId === answerId)
    const { conversation, status } = live.state
    if (turn === undefined) return
    if (turn.place === this.#place && this.#place.conversation === undefined && conversation !== undefined) {
      this.#place = { conversation }
      this.#turns = this.#turns.filter((one) => one.place !== turn.place || !isOfNone(one))
    }
    if (!this.#isShown(turn)) return
    if (status !== 'sending') this.#followNews()
    if (isEnded(status) && this.#place.conversation !== undefined) this.#loader.load(this.#place.conversation)
    this.#renew()
  }

  /** A question that the house never had leaves no branch. */
  #forgetUnkept(nodeId: string): void {
    const isIt = (turn: Turn) => turn.questionId === nodeId && turn.live.state.responseId === undefined
    this.#turns = this.#turns.filter((turn) => !isIt(turn))
  }

  /** Of conversations that are left, pictures and all; what still is being given keeps its own. */
  #forgetSeen(): void {
    const kept = new Set(this.#turns.flatMap(({ answerId, questionId }) => [answerId, questionId]))
    for (const id of this.#seen.keys()) if (!kept.has(id)) this.#seen.delete(id)
  }

  #isShown({ place, live }: PlacedTurn): boolean {
    const { conversation } = this.#place
    return place === this.#place || (conversation !== undefined && live.state.conversation === conversation)
  }

  #shownTurns(): readonly PlacedTurn[] {
    return this.#turns.filter((turn) => this.#isShown(turn))
  }

  #nodes(): readonly ChatNode[] {
    return chatNodes(this.#messages, this.#shownTurns(), this.#names, this.#seen)
  }

  #renew(): void {
    const steps = shownPath(this.#nodes(), this.#chosen)
    this.#state = { conversation: this.#place.conversation, history: this.#history, steps }
    this.#changes.tell()
  }
}

/** It ended, and nothing is lost without it. What the house never took is nowhere but here. */
const isInHistory = (state: AnswerState): boolean =>
  isEnded(state.status) && state.responseId !== undefined && !isElsewhere(state)

/** A question that the house never took, and that no conversation was made for. */
const isOfNone = ({ live: { state } }: Turn): boolean =>
  isEnded(state.status) && state.responseId === undefined && state.conversation === undefined

/** Of an answer that the house has or will have. */
function responseIdOf(node: ChatNode | undefined): string | undefined {
  if (node?.kind === 'message') return node.message.runId ?? undefined
  if (node?.kind !== 'answer') return undefined
  const { live, seen } = node.turn
  const isKept = live.state.final?.stored !== false && !isLost(live.state, seen())
  return isKept ? live.state.responseId : undefined
}

/** Followed, and there was nothing to follow any more. */
function isFruitless({ asked, live }: Turn): boolean {
  const { status, items, failure } = live.state
  return (
    asked === undefined && status === 'failed' && items.length === 0 && failure?.code.startsWith('provider_') !== true
  )
}
