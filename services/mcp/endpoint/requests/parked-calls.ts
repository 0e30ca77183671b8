import { randomUUID } from 'node:crypto'
import type { Result } from '@modelcontextprotocol/server'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { ExchangeAnswer, Question } from '../../aggregator/upstream.ts'
import type { Ask } from './ask.ts'

/** How far a running call got: it is done, or its upstream wants to know something first. */
export type CallStep =
  | { readonly type: 'answered'; readonly answer: ExchangeAnswer }
  | { readonly type: 'asks'; readonly questions: ReadonlyMap<string, Question> }

interface Waiting {
  readonly question: Question
  answer(result: Result): void
  refuse(reason: unknown): void
}

/**
 * One call to an upstream that may outlive the request that began it: when the upstream asks in the middle, a modern
 * client gets the question as its answer, and its retry goes on here. Belongs to the request that is attached; without
 * one it ends after a while.
 */
export class RunningCall {
  /** One of these has it under way. */
  readonly servers: ReadonlySet<string>
  #handle: string | undefined
  readonly #ended = new AbortController()
  readonly #waiting = new Map<string, Waiting>()
  #asks = Promise.withResolvers<void>()
  #outcome: Promise<ExchangeAnswer> | undefined
  #attached: Ask | undefined
  #asked = 0

  constructor(servers: ReadonlySet<string>) {
    this.servers = servers
  }

  /** By which a retry finds it. */
  get handle(): string {
    this.#handle ??= randomUUID()
    return this.#handle
  }

  get signal(): AbortSignal {
    return this.#ended.signal
  }

  /** The request that listens now: it gets progress and logs, and answers. */
  get attached(): Ask | undefined {
    return this.#attached
  }

  begin(ask: Ask, work: () => Promise<ExchangeAnswer>): void {
    // What is told before the first wait belongs to it too.
    this.#attached = ask
    this.#outcome = work()
    // Whoever waits gets it; nobody may be waiting when it fails.
    this.#outcome.catch(() => undefined)
  }

  /** A legacy upstream asks. Resolves when a retry brings the answer. */
  question(question: Question): Promise<Result> {
    this.#asked += 1
    const key = `${question.method}#${this.#asked}`
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(key, { question, answer: resolve, refuse: reject })
      this.#asks.resolve()
    })
  }

  /** What the retry brought. */
  deliver(responses: Readonly<Record<string, unknown>>): void {
    for (const [key, waiting] of this.#waiting) {
      const response = responses[key]
      if (typeof response !== 'object' || response === null) continue
      this.#waiting.delete(key)
      waiting.answer({ ...response })
    }
    if (this.#waiting.size === 0) this.#asks = Promise.withResolvers<void>()
  }

  /** Waits for the end or for questions, on behalf of `ask`, whose end is the end of the call. */
  async step(ask: Ask): Promise<CallStep> {
    if (this.#outcome === undefined) throw new Error('not begun')
    const leave = (): void => this.end(gone())
    if (ask.signal.aborted) leave()
    this.#attached = ask
    ask.signal.addEventListener('abort', leave, { once: true })
    try {
      const answer = await Promise.race([this.#outcome, this.#asks.promise])
      if (answer !== undefined) return { type: 'answered', answer }
      return { type: 'asks', questions: new Map([...this.#waiting].map(([key, { question }]) => [key, question])) }
    } finally {
      ask.signal.removeEventListener('abort', leave)
      this.#attached = undefined
    }
  }

  end(reason: unknown): void {
    this.#ended.abort(reason)
    for (const { refuse } of this.#waiting.values()) refuse(reason)
    this.#waiting.clear()
  }
}

const gone = (): HearthError => new HearthError('caller_cancelled', 'The client cancelled the call.')

interface Parked {
  readonly call: RunningCall
  readonly slot: Disposable
  readonly timer: NodeJS.Timeout
}

/** Calls that wait for their client to come back with an answer. Each ends after `ttlMs`. */
export class ParkedCalls {
  readonly #ttlMs: number
  readonly #parked = new Map<string, Parked>()

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs
  }

  /** `slot` is freed when the call is taken out again or ends. */
  park(call: RunningCall, slot: Disposable): void {
    const late = (): void => {
      this.take(call.handle)?.end(new HearthError('tool_timeout', 'Nobody answered what the server asked for.'))
    }
    const timer = setTimeout(late, this.#ttlMs)
    timer.unref()
    this.#parked.set(call.handle, { call, slot, timer })
  }

  take(handle: string): RunningCall | undefined {
    const parked = this.#parked.get(handle)
    if (parked === undefined) return undefined
    this.#parked.delete(handle)
    clearTimeout(parked.timer)
    parked.slot[Symbol.dispose]()
    return parked.call
  }

  endAll(reason: unknown): void {
    for (const handle of [...this.#parked.keys()]) this.take(handle)?.end(reason)
  }
}
