import type { AnswerItem, AnswerState } from '../../../clients/web/src/protocol/answer-state.ts'
import type {
  ClientEvents,
  ConnectionState,
  HearthClient,
  LiveAnswer,
  LiveRun,
  Question,
} from '../../../clients/web/src/protocol/hearth-client.ts'
import { HearthFailure } from '../../../clients/web/src/protocol/hearth-failure.ts'
import { Listeners } from '../../../clients/web/src/protocol/listeners.ts'
import type { Message, RestApi } from '../../../clients/web/src/protocol/rest-api.ts'

const sending: AnswerState = {
  status: 'sending',
  responseId: undefined,
  conversation: undefined,
  profile: undefined,
  items: [],
  phase: undefined,
  queuePosition: 0,
  lastSequenceNumber: -1,
  isStopping: false,
  times: { asked: 0 },
  final: undefined,
  failure: undefined,
}

/** An answer that the test gives word by word. */
export class FakeAnswer implements LiveAnswer {
  readonly #changes = new Listeners<void>()
  readonly #ended = Promise.withResolvers<AnswerState>()
  readonly question: Question | undefined
  state: AnswerState
  wasCancelled = false
  wasDetached = false

  constructor(question: Question | undefined, state: AnswerState) {
    this.question = question
    this.state = state
  }

  get ended(): Promise<AnswerState> {
    return this.#ended.promise
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener)
  }

  cancel(): void {
    this.wasCancelled = true
  }

  detach(): void {
    this.wasDetached = true
  }

  become(part: Partial<AnswerState>): void {
    this.state = { ...this.state, ...part }
    this.#changes.tell()
    if (['completed', 'failed', 'cancelled', 'incomplete'].includes(this.state.status)) this.#ended.resolve(this.state)
  }

  say(...items: readonly AnswerItem[]): void {
    this.become({ status: 'in_progress', items })
  }
}

export const textItem = (text: string): AnswerItem => ({ kind: 'text', id: 'text', text, isDone: false })

/** A house that does what the test says. `messages` is its history: conversation → messages. */
export class FakeClient implements HearthClient {
  readonly asked: FakeAnswer[] = []
  readonly followed: FakeAnswer[] = []
  readonly messages = new Map<string, readonly Message[]>()
  connection: ConnectionState = {
    status: 'online',
    session: { sessionId: 's1', serverVersion: '0', profiles: [], revision: 1 },
  }
  live: readonly LiveRun[] = []
  /** How often the history was read. */
  reads = 0
  /** Until when readings that begin now wait. */
  hold: Promise<void> | undefined
  /** What reading it throws. */
  failure: HearthFailure | undefined
  readonly #listeners: { readonly [Type in keyof ClientEvents]: Listeners<ClientEvents[Type]> } = {
    connection: new Listeners(),
    conversation: new Listeners(),
    resumed: new Listeners(),
  }

  readonly rest: RestApi = {
    listMessages: async (conversation) => {
      this.reads += 1
      if (this.hold !== undefined) await this.hold
      if (this.failure !== undefined) throw this.failure
      const messages = this.messages.get(conversation)
      if (messages === undefined) throw new HearthFailure({ code: 'caller_not_found', message: '', retryable: false })
      return messages
    },
    listConversations: unused,
    searchConversations: unused,
    getConversation: unused,
    renameConversation: unused,
    removeConversation: unused,
    getBlob: unused,
    getSession: unused,
    state: unused,
    send: unused,
  }

  start(): void {}
  stop(): void {}
  pair(): Promise<void> {
    return unused()
  }
  signOut(): Promise<void> {
    return unused()
  }
  wake(): void {}

  ask(question: Question): LiveAnswer {
    const answer = new FakeAnswer(question, { ...sending, conversation: question.conversation })
    this.asked.push(answer)
    return answer
  }

  follow(responseId: string): LiveAnswer {
    const conversation = this.live.find((run) => run.responseId === responseId)?.conversation
    const answer = new FakeAnswer(undefined, { ...sending, status: 'in_progress', responseId, conversation })
    this.followed.push(answer)
    return answer
  }

  on<Type extends keyof ClientEvents>(type: Type, listener: (event: ClientEvents[Type]) => void): () => void {
    return this.#listeners[type].add(listener)
  }

  tell<Type extends keyof ClientEvents>(type: Type, event: ClientEvents[Type]): void {
    this.#listeners[type].tell(event)
  }

  /** History takes an answer and, before it, its question. */
  keep(conversation: string, ...messages: readonly Message[]): void {
    this.messages.set(conversation, [...(this.messages.get(conversation) ?? []), ...messages])
  }
}

function unused(): Promise<never> {
  return Promise.reject(new Error('This fake does not do that.'))
}

let made = 0

/** A message of history; a question unless it has a `runId`. */
export function message(part: Partial<Message> & { readonly text?: string } = {}): Message {
  const { text = '', ...fields } = part
  return {
    id: `msg_${++made}`,
    parentId: null,
    role: part.runId === undefined || part.runId === null ? 'user' : 'assistant',
    status: 'completed',
    runId: null,
    profile: null,
    parts: text === '' ? [] : [{ type: 'text', text }],
    usage: null,
    attempts: [],
    error: undefined,
    createdAt: made,
    ...fields,
  }
}

/** Lets everything run that waits for nothing but its turn. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
