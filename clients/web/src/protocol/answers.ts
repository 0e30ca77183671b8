import type { BinaryFrame } from './binary-frame.ts'
import type { Clock } from './clock.ts'
import { GrowingAnswer, type Wanted } from './growing-answer.ts'
import type { Failure, LiveAnswer, Question } from './hearth-client.ts'
import type { HouseSocket } from './house-socket.ts'
import type { ServerMessage } from './messages.ts'
import { Uploads } from './uploads.ts'

export interface AnswersDeps {
  readonly clock: Clock
  readonly random: () => number
}

/** The house gives a connection 16 lanes; an ended answer leaves its own a moment later. */
const mostAtOnce = 14

/** The answers that grow, each in a lane of its own, over all connections. */
export class Answers {
  readonly #deps: AnswersDeps
  readonly #uploads: Uploads
  /** Of this client, so that its keys are like no other's. */
  readonly #key: string
  readonly #byLane = new Map<string, GrowingAnswer>()
  #lastLane = 0
  #socket: HouseSocket | undefined
  /** Why nothing can be asked now. */
  #closed: Failure | undefined

  constructor(deps: AnswersDeps) {
    this.#deps = deps
    this.#uploads = new Uploads(deps.clock)
    this.#key = Array.from({ length: 4 }, () => hex32(deps.random())).join('')
  }

  ask(question: Question): LiveAnswer {
    return this.#begin({ do: 'ask', question, key: `${this.#key}-${this.#lastLane + 1}` })
  }

  /** The one that reads it already, if there is one. */
  follow(responseId: string): LiveAnswer {
    const known = [...this.#byLane.values()].find(({ state }) => state.responseId === responseId)
    return known ?? this.#begin({ do: 'follow', responseId })
  }

  connect(socket: HouseSocket): void {
    this.#socket = socket
    for (const answer of [...this.#byLane.values()]) answer.connect(socket)
  }

  disconnect(): void {
    this.#socket = undefined
    for (const answer of [...this.#byLane.values()]) answer.disconnect()
  }

  /** There is, or may soon be, a connection. */
  open(): void {
    this.#closed = undefined
  }

  /** There will be no connection by itself: all fail, until `open` also new ones. */
  close(failure: Failure): void {
    this.#closed = failure
    for (const answer of [...this.#byLane.values()]) answer.fail(failure)
  }

  take(messages: readonly ServerMessage[]): void {
    for (const [lane, own] of Map.groupBy(messages, laneOf)) {
      if (lane !== undefined) this.#byLane.get(lane)?.take(own)
    }
  }

  takeFrame(frame: BinaryFrame): void {
    const answer = [...this.#byLane.values()].find(({ streamNo }) => streamNo === frame.header.streamNo)
    answer?.takeFrame(frame)
  }

  #begin(wanted: Wanted): LiveAnswer {
    this.#lastLane += 1
    const lane = `answer-${this.#lastLane}`
    const refusal = this.#closed ?? (this.#byLane.size >= mostAtOnce ? tooMuch : undefined)
    const onOver = (): void => void this.#byLane.delete(lane)
    const answer = new GrowingAnswer({ clock: this.#deps.clock, uploads: this.#uploads, lane, wanted, onOver })
    if (refusal !== undefined) {
      answer.fail(refusal)
      return answer
    }
    this.#byLane.set(lane, answer)
    if (this.#socket !== undefined) answer.connect(this.#socket)
    return answer
  }
}

/** Errors that came before the lane was read name it in their `event_id` only. */
function laneOf(message: ServerMessage): string | undefined {
  if ('stream_id' in message && message.stream_id !== undefined) return message.stream_id
  return 'event_id' in message ? message.event_id?.split('.', 1)[0] : undefined
}

const hex32 = (chance: number): string =>
  Math.floor(chance * 2 ** 32)
    .toString(16)
    .padStart(8, '0')

const tooMuch: Failure = {
  code: 'client_busy',
  message: `At most ${mostAtOnce} answers are given at once; wait for one to end.`,
  retryable: true,
}
