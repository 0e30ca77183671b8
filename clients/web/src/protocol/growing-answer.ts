import type { AnswerState } from './answer-state.ts'
import type { BinaryFrame } from './binary-frame.ts'
import type { Clock } from './clock.ts'
import { foldAnswer } from './fold-answer.ts'
import { missPicture, sharpen } from './fold-items.ts'
import type { Failure, LiveAnswer, Question } from './hearth-client.ts'
import { answerElsewhere, notUnderstood, toldFailure } from './hearth-failure.ts'
import type { HouseSocket } from './house-socket.ts'
import { Listeners } from './listeners.ts'
import {
  type AttachedMessage,
  type ErrorMessage,
  isNumbered,
  type NumberedMessage,
  type ServerMessage,
} from './messages.ts'
import { type AnnouncedPicture, PictureAssembly } from './picture-assembly.ts'
import { questionMessage, refuseTooLong } from './question-message.ts'
import type { Uploads } from './uploads.ts'

export interface GrowingAnswerDeps {
  readonly clock: Clock
  readonly uploads: Uploads
  /** Its own `stream_id`: everything the house says about this answer names it. */
  readonly lane: string
  readonly wanted: Wanted
  /** It needs nothing of the connection any more. Called once. */
  readonly onOver: () => void
}

/** A question to ask, under a key by which the house knows it again; or an answer to read. */
export type Wanted =
  | { readonly do: 'ask'; readonly question: Question; readonly key: string }
  | { readonly do: 'follow'; readonly responseId: string }

/** How far the exchange is on the connection of now. */
type Exchange =
  | { readonly status: 'offline' | 'over' }
  /** `uploading`: the question is not sent yet. `attaching`: what still comes from before is left out. */
  | { readonly status: 'uploading' | 'asked' | 'attaching' | 'reading'; readonly socket: HouseSocket }

/** Attaches that fail one after another, without anything new in between. */
const mostFailures = 5
const againMs = 1000

/** One answer: asks or attaches on every new connection, folds what comes, ends once. */
export class GrowingAnswer implements LiveAnswer {
  readonly ended: Promise<AnswerState>
  readonly #deps: GrowingAnswerDeps
  readonly #listeners = new Listeners<void>()
  readonly #pictures = new PictureAssembly()
  readonly #over = new AbortController()
  readonly #resolveEnded: (state: AnswerState) => void
  #state: AnswerState
  /** What is shown after `detach`. */
  #frozen: AnswerState | undefined
  #exchange: Exchange = { status: 'offline' }
  #streamNo: number | undefined
  #withoutBytesUpTo = -1
  /** The house may have the question. */
  #wasAsked = false
  #failures = 0
  #stopTimer: (() => void) | undefined

  constructor(deps: GrowingAnswerDeps) {
    this.#deps = deps
    this.#state = firstState(deps.wanted, deps.clock.now())
    const { promise, resolve } = Promise.withResolvers<AnswerState>()
    this.ended = promise
    this.#resolveEnded = resolve
  }

  get state(): AnswerState {
    return this.#frozen ?? this.#state
  }

  /** In binary frames of the connection of now. */
  get streamNo(): number | undefined {
    return this.#streamNo
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener)
  }

  cancel(): void {
    if (this.#exchange.status === 'over') return
    const isUnasked = this.#state.responseId === undefined && !this.#wasAsked
    if (isUnasked) {
      this.#finish({ ...this.#state, status: 'cancelled' })
      return
    }
    if (!this.#state.isStopping) this.#set({ ...this.#state, isStopping: true })
    this.#sendCancel()
  }

  detach(): void {
    if (this.#exchange.status === 'over' || this.#frozen !== undefined) return
    this.#freeze()
    if (this.#state.responseId !== undefined) this.#leave(this.#state.responseId)
  }

  /** There is a connection. */
  connect(socket: HouseSocket): void {
    if (this.#exchange.status === 'over') return
    this.#withoutBytesUpTo = -1
    if (this.#state.responseId === undefined) void this.#ask(socket)
    else this.#attach(socket, this.#state.responseId)
  }

  /** The connection is gone. */
  disconnect(): void {
    this.#stopTimer?.()
    if (this.#exchange.status === 'over') return
    this.#exchange = { status: 'offline' }
    this.#streamNo = undefined
    this.#set(this.#withoutMissing(this.#state, this.#pictures.drop()))
  }

  /** All that one read brought about this answer. */
  take(messages: readonly ServerMessage[]): void {
    let events: NumberedMessage[] = []
    for (const message of messages) {
      if (isNumbered(message)) {
        events.push(message)
        continue
      }
      this.#fold(events)
      events = []
      this.#hear(message)
    }
    this.#fold(events)
  }

  takeFrame(frame: BinaryFrame): void {
    const assembled = this.#pictures.add(frame)
    if (assembled.status === 'waiting') return
    const { announced } = assembled
    if (assembled.status === 'damaged') this.#set(this.#withoutMissing(this.#state, [announced]))
    else this.#set(sharpen(this.#state, announced.itemId, { mediaType: announced.mediaType, bytes: assembled.bytes }))
  }

  /** It will not go on. */
  fail(failure: Failure): void {
    if (this.#exchange.status !== 'over') this.#finish({ ...this.#state, status: 'failed', failure })
  }

  async #ask(socket: HouseSocket): Promise<void> {
    const { wanted, lane, uploads } = this.#deps
    if (wanted.do !== 'ask') return
    const exchange: Exchange = { status: 'uploading', socket }
    this.#exchange = exchange
    const { pictures = [] } = wanted.question
    const upload = { socket, pictures, eventId: `${lane}.upload`, signal: this.#over.signal }
    const blobNos = pictures.length === 0 ? [] : await uploads.send(upload)
    if (this.#exchange !== exchange || blobNos === undefined) return
    const names = { stream_id: lane, event_id: `${lane}.create`, idempotency_key: wanted.key }
    const message = questionMessage(wanted.question, names, blobNos)
    const refusal = refuseTooLong(message)
    if (refusal !== undefined) {
      this.fail(refusal)
      return
    }
    this.#exchange = { status: 'asked', socket }
    this.#wasAsked = true
    socket.send(message)
    if (this.#state.isStopping) this.#sendCancel()
  }

  #attach(socket: HouseSocket, responseId: string): void {
    const { lane } = this.#deps
    this.#exchange = { status: 'attaching', socket }
    socket.send({
      type: 'response.attach',
      event_id: `${lane}.attach`,
      response_id: responseId,
      stream_id: lane,
      starting_after: this.#state.lastSequenceNumber,
    })
    if (this.#state.isStopping) this.#sendCancel()
  }

  #sendCancel(): void {
    if (!('socket' in this.#exchange) || this.#exchange.status === 'uploading') return
    const { lane } = this.#deps
    const { responseId } = this.#state
    const target = responseId === undefined ? { stream_id: lane } : { response_id: responseId }
    this.#exchange.socket.send({ type: 'response.cancel', event_id: `${lane}.cancel`, ...target })
  }

  #fold(batch: readonly NumberedMessage[]): void {
    const { status } = this.#exchange
    if (batch.length === 0 || (status !== 'asked' && status !== 'reading')) return
    const context = { now: this.#deps.clock.now(), withoutBytesUpTo: this.#withoutBytesUpTo }
    const { state, hasGap, announced } = foldAnswer(this.#state, batch, context)
    for (const message of batch) if (message.type === 'response.created') this.#begin(message.stream_no)
    if (state !== this.#state) this.#failures = 0
    const refused = announced.filter((picture) => !this.#pictures.announce(picture))
    this.#goOn(this.#withoutMissing(state, refused), hasGap)
  }

  #goOn(state: AnswerState, hasGap: boolean): void {
    if (isEnd(state)) {
      this.#finish(state)
      return
    }
    this.#set(state)
    if (this.#frozen !== undefined && state.responseId !== undefined) this.#leave(state.responseId)
    else if (hasGap) this.#attachAgain(notUnderstood(), 0)
  }

  #begin(streamNo: number): void {
    this.#streamNo = streamNo
    if (this.#exchange.status === 'asked') this.#exchange = { ...this.#exchange, status: 'reading' }
  }

  #hear(message: ServerMessage): void {
    if (message.type === 'response.attached') {
      this.#hearAttached(message)
      return
    }
    const isMine = message.type === 'error' && message.event_id !== `${this.#deps.lane}.cancel`
    if (isMine && this.#exchange.status !== 'over') this.#hearError(message)
  }

  #hearAttached({ stream_no, status, last_sequence_number, response_id }: AttachedMessage): void {
    if (this.#exchange.status !== 'attaching') return
    this.#exchange = { ...this.#exchange, status: 'reading' }
    this.#streamNo = stream_no
    this.#withoutBytesUpTo = last_sequence_number
    const isOver = status !== 'in_progress' && last_sequence_number <= this.#state.lastSequenceNumber
    if (isOver) this.fail(answerElsewhere(response_id))
  }

  #hearError({ error }: ErrorMessage): void {
    const { responseId } = this.#state
    if (error.code === 'gateway_draining') {
      // Asked or attached again on the next connection, which comes by itself.
      this.disconnect()
    } else if (responseId === undefined) {
      this.fail(toldFailure(error))
    } else if (error.code === 'caller_not_found' || error.code === 'gateway_replay_gap') {
      this.fail(answerElsewhere(responseId))
    } else if (/^(policy_access|caller)_/.test(error.code)) {
      this.fail(toldFailure(error, responseId))
    } else {
      this.#attachAgain(toldFailure(error, responseId), error.retry_after_ms ?? againMs)
    }
  }

  /** Reading broke off, the connection holds. */
  #attachAgain(failure: Failure, afterMs: number): void {
    const { exchange, responseId } = { exchange: this.#exchange, responseId: this.#state.responseId }
    if (!('socket' in exchange) || responseId === undefined) return
    if (this.#failures >= mostFailures) {
      this.fail(failure)
      return
    }
    this.#failures += 1
    this.#stopTimer?.()
    this.#exchange = { ...exchange, status: 'attaching' }
    this.#stopTimer = this.#deps.clock.after(afterMs, () => this.#attach(exchange.socket, responseId))
  }

  /** Of final pictures whose bytes will not come, the view fetches what is kept. */
  #withoutMissing(state: AnswerState, missing: readonly AnnouncedPicture[]): AnswerState {
    return missing.filter(({ isFinal }) => isFinal).reduce((sum, { itemId }) => missPicture(sum, itemId), state)
  }

  #set(state: AnswerState): void {
    if (state === this.#state) return
    this.#state = state
    if (this.#frozen === undefined) this.#listeners.tell()
  }

  #leave(responseId: string): void {
    if ('socket' in this.#exchange) this.#exchange.socket.send({ type: 'response.detach', response_id: responseId })
    this.#close()
  }

  #finish(state: AnswerState): void {
    const ended = state.times.ended ?? this.#deps.clock.now()
    const missing = this.#pictures.drop()
    this.#close()
    const last = { ...state, phase: undefined, isStopping: false, times: { ...state.times, ended } }
    this.#set(this.#withoutMissing(last, missing))
    this.#freeze()
  }

  #freeze(): void {
    this.#frozen ??= this.#state
    this.#resolveEnded(this.#frozen)
  }

  #close(): void {
    this.#stopTimer?.()
    this.#exchange = { status: 'over' }
    this.#streamNo = undefined
    this.#over.abort()
    this.#deps.onOver()
  }
}

const firstState = (wanted: Wanted, now: number): AnswerState => ({
  status: wanted.do === 'ask' ? 'sending' : 'in_progress',
  responseId: wanted.do === 'ask' ? undefined : wanted.responseId,
  conversation: wanted.do === 'ask' ? wanted.question.conversation : undefined,
  profile: wanted.do === 'ask' ? wanted.question.profile : undefined,
  items: [],
  phase: undefined,
  queuePosition: 0,
  lastSequenceNumber: -1,
  times: { asked: now },
  final: undefined,
  failure: undefined,
  isStopping: false,
})

const isEnd = ({ times }: AnswerState): boolean => times.ended !== undefined
