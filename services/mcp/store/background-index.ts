import { toHearthError } from '../../common/errors/hearth-error.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { MessageSearch } from './message-search.ts'

interface IndexDeps {
  readonly search: Pick<MessageSearch, 'index' | 'catchUp'>
  readonly log: Logger
}

/** Appends have priority: the index follows when there was none for that long … */
const QUIET_MS = 1000
/** … or after that many such times at the latest. A search does not wait for either. */
const MAX_PUT_OFF = 60
const RETRY_MS = 60_000
/** Conversations noted; beyond that a catch-up finds them. */
const MAX_NOTED = 10_000
const BATCH = 64

/** Keeps the full-text index up behind the appends, so that no append has to do with it. */
export class BackgroundIndex {
  readonly #deps: IndexDeps
  readonly #ended = new AbortController()
  #noted = new Set<string>()
  #isBehind = true
  #isQuiet = true
  #putOff = 0
  #timer: NodeJS.Timeout | undefined
  #indexing: Promise<void> | undefined
  #catchingUp: Promise<void> | undefined

  constructor(deps: IndexDeps) {
    this.#deps = deps
  }

  /** What was not indexed before the last stop is, in the background. */
  start(): void {
    this.#catchUp()
  }

  /** Something was appended to that conversation, or it is new. */
  note(conversation: string): void {
    if (this.#noted.size < MAX_NOTED) this.#noted.add(conversation)
    else this.#isBehind = true
    this.#isQuiet = false
    this.#wait(QUIET_MS)
  }

  /** Indexes what was noted; resolves also when it failed, which is logged and tried again later. */
  async flush(): Promise<void> {
    if (this.#noted.size > 0) this.#indexing ??= this.#indexNoted()
    await this.#indexing
  }

  /** Ends the work after its step; the next start takes it up. */
  async stop(): Promise<void> {
    this.#ended.abort()
    clearTimeout(this.#timer)
    await this.#indexing
    await this.#catchingUp
  }

  #wait(ms: number): void {
    if (this.#ended.signal.aborted) return
    this.#timer ??= setTimeout(() => this.#onTimer(), ms).unref()
  }

  #onTimer(): void {
    this.#timer = undefined
    const hasToWait = !this.#isQuiet && this.#putOff < MAX_PUT_OFF
    this.#isQuiet = true
    this.#putOff = hasToWait ? this.#putOff + 1 : 0
    if (hasToWait) {
      this.#wait(QUIET_MS)
      return
    }
    void this.flush()
    if (this.#isBehind) this.#catchUp()
  }

  async #indexNoted(): Promise<void> {
    try {
      while (this.#noted.size > 0 && !this.#ended.signal.aborted) await this.#indexBatch()
    } catch (error) {
      this.#onFailure(error)
    } finally {
      this.#indexing = undefined
    }
  }

  async #indexBatch(): Promise<void> {
    const batch = [...this.#noted.values().take(BATCH)]
    for (const conversation of batch) this.#noted.delete(conversation)
    await this.#deps.search.index(batch, this.#ended.signal)
  }

  /** One at a time: what is asked for meanwhile may be what this one has passed already, so another one follows. */
  #catchUp(): void {
    if (this.#catchingUp !== undefined) return
    this.#isBehind = false
    this.#catchingUp = this.#deps.search
      .catchUp(this.#ended.signal)
      .catch((error: unknown) => this.#onFailure(error))
      .finally(() => {
        this.#catchingUp = undefined
        if (this.#isBehind) this.#wait(RETRY_MS)
      })
  }

  #onFailure(error: unknown): void {
    if (this.#ended.signal.aborted) return
    this.#isBehind = true
    this.#deps.log.warn({ code: toHearthError(error).code }, 'what was said last is not found by a search yet')
    this.#wait(RETRY_MS)
  }
}
