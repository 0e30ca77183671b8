import { ProtocolError, SdkHttpError } from '@modelcontextprotocol/client'
import { ChangeFeed } from './change-feed.ts'
import { streamLost } from './http-transport.ts'
import type { Link, LinkEvents } from './link.ts'

/** A link in use: who uses it, what is heard over it, and its end, which waits for the last user. */
export class LiveLink {
  readonly link: Link
  /** Milliseconds of the monotonic clock. */
  readonly since = performance.now()
  readonly feed: ChangeFeed
  #users = 0
  #isEnding = false
  #idle: (() => void) | undefined
  #lastAnswerAt = 0
  #alive: Promise<boolean> | undefined

  /** `onDoubt` is told when it may be of no use any more. */
  constructor(link: Link, events: LinkEvents, onDoubt: (live: LiveLink) => void) {
    this.link = link
    this.feed = new ChangeFeed(link, events, () => onDoubt(this))
  }

  get users(): number {
    return this.#users
  }

  /** Undefined: it is ending already, and takes nobody any more. */
  enter(): Disposable | undefined {
    if (this.#isEnding) return undefined
    this.#users += 1
    return {
      [Symbol.dispose]: () => {
        this.#users -= 1
        if (this.#users === 0) this.#idle?.()
      },
    }
  }

  answered(): void {
    this.#lastAnswerAt = performance.now()
  }

  /** Does it answer anything within the time? A slow tool is not a dead server. Asked once for all who want to know. */
  isAlive(withinMs: number): Promise<boolean> {
    this.#alive ??= this.#ask(withinMs).finally(() => {
      this.#alive = undefined
    })
    return this.#alive
  }

  /** Ends it when nobody uses it any more, or `atOnce` aborts. */
  async close(atOnce: AbortSignal): Promise<void> {
    this.#isEnding = true
    this.feed.close()
    await this.#unused(atOnce)
    await this.link.close(atOnce)
  }

  #unused(atOnce: AbortSignal): Promise<void> {
    if (this.#users === 0 || atOnce.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      this.#idle = resolve
      atOnce.addEventListener('abort', () => resolve(), { once: true })
      void this.link.lost.then(() => resolve())
    })
  }

  async #ask(withinMs: number): Promise<boolean> {
    const askedAt = performance.now()
    const { client, era } = this.link
    const question = era === 'modern' ? client.discover({ timeout: withinMs }) : client.ping({ timeout: withinMs })
    const answers = await question.then(
      () => true,
      (error: unknown) => isAnswer(error),
    )
    return answers || this.#lastAnswerAt > askedAt
  }
}

/** An error that the server itself made is a sign of life. */
const isAnswer = (error: unknown): boolean =>
  error instanceof SdkHttpError || (error instanceof ProtocolError && error.data !== streamLost)
