import { createHash } from 'node:crypto'
import type {
  Blob,
  History,
  MessagePart,
  NewBlob,
  NewMessage,
  OpenedRun,
  OpenRun,
  RunAnswer,
  StoredMessage,
} from '../contracts/history.ts'
import { HearthError } from '../errors/hearth-error.ts'

interface FakeConversation {
  readonly id: string
  readonly owner: string
  readonly messages: StoredMessage[]
}

/** History in memory, with the whole behaviour of the stored one. Set `failure` to let every call fail with it. */
export class FakeHistory implements History {
  failure: HearthError | undefined
  readonly #conversations = new Map<string, FakeConversation>()
  readonly #answers = new Map<string, RunAnswer>()
  readonly #blobs = new Map<string, Blob>()
  readonly #clock: () => number
  #lastId = 0

  constructor(clock: () => number = Date.now) {
    this.#clock = clock
  }

  async open(request: OpenRun, signal: AbortSignal): Promise<OpenedRun> {
    this.#check()
    if (signal.aborted) throw new HearthError('caller_cancelled', 'The run was cancelled before it began.')
    const point = this.#findPoint(request)
    const conversation = point?.conversation ?? this.#makeConversation(request)
    const past = chainTo(conversation, point?.messageId ?? null)
    let parentId = point?.messageId ?? null
    for (const message of request.input) parentId = this.#append(conversation, message, parentId).id
    return { conversation: conversation.id, past, parentId }
  }

  async close(answer: RunAnswer): Promise<void> {
    this.#check()
    if (this.#answers.has(answer.runId)) return
    const conversation = this.#conversations.get(answer.conversation)
    if (conversation === undefined) throw notFound('conversation')
    if (answer.parentId !== null && !conversation.messages.some((message) => message.id === answer.parentId))
      throw notFound('message')
    this.#answers.set(answer.runId, answer)
    this.#append(conversation, { role: 'assistant', parts: answer.parts }, answer.parentId, answer)
  }

  async putBlob(blob: NewBlob): Promise<string> {
    this.#check()
    const content = createHash('sha256').update(blob.bytes).digest('hex')
    const id = `blob_${createHash('sha256').update(`${blob.owner}\0${blob.mediaType}\0${content}`).digest('hex').slice(0, 40)}`
    this.#blobs.set(id, { ...blob, bytes: blob.bytes.slice(), id })
    return id
  }

  async getBlob(blobId: string, owner: string): Promise<Blob> {
    this.#check()
    const blob = this.#blobs.get(blobId)
    if (blob === undefined || blob.owner !== owner) throw notFound('blob')
    return blob
  }

  /** The answers closed so far, in the order they came. */
  answers(): readonly RunAnswer[] {
    return [...this.#answers.values()]
  }

  /** Everything in a conversation, oldest first. */
  messages(conversation: string): readonly StoredMessage[] {
    return this.#conversations.get(conversation)?.messages ?? []
  }

  #check(): void {
    if (this.failure !== undefined) throw this.failure
  }

  #findPoint(request: OpenRun): { conversation: FakeConversation; messageId: string | null } | undefined {
    const { previousResponseId } = request
    if (typeof previousResponseId === 'string') return this.#pointOfRun(request, previousResponseId)
    if (request.conversation === undefined) return undefined
    const conversation = this.#conversations.get(request.conversation)
    if (conversation === undefined || conversation.owner !== request.owner) throw notFound('conversation')
    const newest = conversation.messages.at(-1)?.id ?? null
    return { conversation, messageId: previousResponseId === null ? null : newest }
  }

  #pointOfRun(request: OpenRun, runId: string): { conversation: FakeConversation; messageId: string } {
    const conversation = this.#conversations.get(this.#answers.get(runId)?.conversation ?? '')
    const message = conversation?.messages.find((candidate) => candidate.runId === runId)
    const isForeign = conversation?.owner !== request.owner
    const isElsewhere = request.conversation !== undefined && request.conversation !== conversation?.id
    if (conversation === undefined || message === undefined || isForeign || isElsewhere) throw notFound('response')
    return { conversation, messageId: message.id }
  }

  #makeConversation({ owner, newConversation }: OpenRun): FakeConversation {
    const id = newConversation ?? this.#nextId('conv')
    if (this.#conversations.has(id)) throw new HearthError('store_unavailable', 'There is a conversation of that id.')
    const conversation: FakeConversation = { id, owner, messages: [] }
    this.#conversations.set(conversation.id, conversation)
    return conversation
  }

  #append(to: FakeConversation, message: NewMessage, parentId: string | null, answer?: RunAnswer): StoredMessage {
    const stored: StoredMessage = {
      id: this.#nextId('msg'),
      parentId,
      role: message.role,
      parts: message.parts.map(portablePart),
      status: answer?.status ?? 'completed',
      runId: answer?.runId ?? null,
      createdAt: this.#clock(),
    }
    to.messages.push(stored)
    return stored
  }

  #nextId(prefix: string): string {
    this.#lastId += 1
    return `${prefix}_${this.#lastId}`
  }
}

function chainTo(conversation: FakeConversation, messageId: string | null): readonly StoredMessage[] {
  const byId = new Map(conversation.messages.map((message) => [message.id, message]))
  const chain: StoredMessage[] = []
  for (let next = byId.get(messageId ?? ''); next !== undefined; next = byId.get(next.parentId ?? '')) chain.push(next)
  return chain.reverse()
}

function notFound(what: string): HearthError {
  return new HearthError('caller_not_found', `There is no such ${what}, or it belongs to someone else.`)
}

function portable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}

function portablePart(part: MessagePart): MessagePart {
  switch (part.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return { ...part, text: portable(part.text) }
    case 'tool_call':
      return { ...part, arguments: portable(part.arguments) }
    case 'tool_output':
      return { ...part, output: portable(part.output) }
    case 'image':
      return part
  }
}
