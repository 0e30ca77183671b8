import { controlLane, type SocketWriter } from '../sending/socket-writer.ts'
import type { NewsListener } from './conversation-news.ts'

export interface NewsOutboxDeps {
  readonly writer: Pick<SocketWriter, 'isFull' | 'whenFree'>
  readonly send: (text: string) => void
  /** Conversations whose news may wait; beyond it the oldest are dropped. */
  readonly waitingLimit: number
  /** Nothing more can be sent. */
  readonly ended: AbortSignal
}

/**
 * News for one socket. They never add to what a slow socket already has to take: then only the latest of each
 * conversation waits, and goes out once there is room.
 */
export class NewsOutbox implements NewsListener {
  readonly #deps: NewsOutboxDeps
  /** The latest by conversation, oldest first. */
  readonly #waiting = new Map<string, string>()
  #isEmptying = false

  constructor(deps: NewsOutboxDeps) {
    this.#deps = deps
  }

  tell(conversation: string, text: string): void {
    if (this.#waiting.size === 0 && !this.#deps.writer.isFull(controlLane)) {
      this.#deps.send(text)
      return
    }
    this.#keep(conversation, text)
    if (!this.#isEmptying) void this.#empty()
  }

  #keep(conversation: string, text: string): void {
    this.#waiting.delete(conversation)
    this.#waiting.set(conversation, text)
    const oldest = this.#waiting.size > this.#deps.waitingLimit ? this.#waiting.keys().next().value : undefined
    if (oldest !== undefined) this.#waiting.delete(oldest)
  }

  async #empty(): Promise<void> {
    const { writer, send, ended } = this.#deps
    this.#isEmptying = true
    for (let next = this.#oldest(); next !== undefined && !ended.aborted; next = this.#oldest()) {
      // Others were woken too, and one of them may have filled the socket again.
      while (writer.isFull(controlLane) && !ended.aborted) await writer.whenFree(controlLane, ended)
      // It may have been dropped meanwhile, or be newer now.
      const [conversation] = next
      const text = this.#waiting.get(conversation)
      if (text === undefined || ended.aborted) continue
      this.#waiting.delete(conversation)
      send(text)
    }
    this.#isEmptying = false
  }

  #oldest(): readonly [string, string] | undefined {
    return this.#waiting.entries().next().value
  }
}
