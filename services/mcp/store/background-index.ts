import { toHearthError } from '../../common/errors/hearth-error.ts'
import type { Logger } from '../../common/telemetry/logger.ts'
import type { MessageSearch } from './message-search.ts'
import { WorkPace } from './work-pace.ts'

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
/** Conversations in one go: many when a search waits, else few, as a step holds up the core that streams may need. */
const BATCH = 64
const SMALL_BATCH = 8

/** Keeps the full-text index up behind the appends, so that no append has to do with it. */
export class BackgroundIndex {
  readonly #deps: IndexDeps
  readonly #ended = new AbortController()
  readonly #indexPace = new WorkPace(9)
  /** Quicker: until it is done, what was said before is not found. */
  readonly #catchUpPace = new WorkPace(1)
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

  /** Indexes what was noted, at once; resolves also when it failed, which is logged and tried again later. */
  async flush(): Promise<void> {
    await this.#indexPace.hurry(() => this.#index())
  }

  /** Ends the work after its step; the next start takes it up. */
  async stop(): Promise<void> {
    this.#ended.abort()
    clearTimeout(this.#timer)
    await this.#indexPace.hurry(() => this.#indexing)
    await this.#catchUpPace.hurry(() => this.#catchingUp)
  }

  #index(): Promise<void> | undefined {
    if (this.#noted.size > 0) this.#indexing ??= this.#indexNoted()
    return this.#indexing
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
    void this.#index()
    if (this.#isBehind) this.#catchUp()
  }

  async #indexNoted(): Promise<void> {
    const { rest } = this.#indexPace
    this.#indexPace.begin()
    try {
      while (this.#noted.size > 0 && !this.#ended.signal.aborted) {
        await this.#indexBatch()
        if (this.#noted.size > 0) await rest()
      }
    } catch (error) {
      this.#onFailure(error)
    } finally {
      this.#indexing = undefined
    }
  }

  async #indexBatch(): Promise<void> {
    const batch = [...this.#noted.values().take(this.#indexPace.isHurried ? BATCH : SMALL_BATCH)]
    for (const conversation of batch) this.#noted.delete(conversation)
    await this.#deps.search.index(batch, this.#ended.signal, this.#indexPace.rest)
  }

  /** One at a time: what is asked for meanwhile may be what this one has passed already, so another one follows. */
  #catchUp(): void {
    if (this.#catchingUp !== undefined) return
    this.#isBehind = false
    this.#catchUpPace.begin()
    this.#catchingUp = this.#deps.search
      .catchUp(this.#ended.signal, this.#catchUpPace.rest)
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
