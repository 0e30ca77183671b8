import type { McpServer } from '../../../common/contracts/mcp-server.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { Exchange, ExchangeAnswer, Upstream, UpstreamListing, UpstreamStatus } from '../upstream.ts'
import { exceedsBytes } from './exchange/exceeds-bytes.ts'
import { exchangeFailureOf, tooLarge, wentAway } from './exchange/exchange-failure.ts'
import { listAll } from './exchange/list-all.ts'
import { outputMismatch } from './exchange/output-mismatch.ts'
import { runExchange } from './exchange/run-exchange.ts'
import { Latencies } from './latencies.ts'
import type { LiveLink } from './link/live-link.ts'
import { Slots } from './slots.ts'
import { residentBytes } from './stdio/process-ledger.ts'
import { Supervisor, type SupervisorDeps } from './supervisor.ts'
import { Turn } from './turn.ts'
import type { CallOutcome } from './upstream-metrics.ts'
import { WatchedUris } from './watched-uris.ts'
import { type Work, Works } from './work.ts'

const maxWaiting = 256
const freshMs = 2000
/** A process that is restarted has so long to end in its own way. */
const restartMs = 10_000

/** A request that a new connection may take, since the old one never looked at it. */
class Unseen extends Error {}

/** One external MCP server: what runs for it is the supervisor's, what is asked of it is here. */
export class SupervisedUpstream implements Upstream {
  readonly name: string
  readonly #deps: SupervisorDeps
  readonly #supervisor: Supervisor
  readonly #slots: Slots
  readonly #works = new Works(() => this.#tend())
  readonly #latencies = new Latencies()
  readonly #watched = new WatchedUris(() => {
    this.#supervisor.live?.feed.watch(this.#watched.uris)
    this.#tend()
  })
  #timer: NodeJS.Timeout | undefined
  #isTelling = false
  #isStopped = false

  constructor(server: McpServer, deps: SupervisorDeps) {
    this.name = server.name
    this.#deps = deps
    this.#slots = new Slots(server.limits.concurrency, maxWaiting)
    this.#supervisor = new Supervisor(server, deps, {
      watchedUris: () => this.#watched.uris,
      onChange: () => this.#changed(),
    })
  }

  get server(): McpServer {
    return this.#supervisor.server
  }

  status(): UpstreamStatus {
    const { state, live, lastError, retryAt, restarts } = this.#supervisor
    const pid = live?.link.group?.pid
    return {
      name: this.name,
      state,
      era: live?.link.era,
      protocolVersion: live?.link.client.getNegotiatedProtocolVersion(),
      lastError,
      retryAt,
      restarts,
      callsInFlight: this.#works.size,
      latencyMs: this.#latencies.median,
      pid,
      memoryBytes: pid === undefined ? undefined : residentBytes(pid),
    }
  }

  async list(signal: AbortSignal): Promise<UpstreamListing> {
    const { start_timeout_ms: startMs, timeout_ms: listMs } = this.server.limits
    using work = this.#begin(signal, startMs + listMs)
    // Awaited here: the work, with its deadline and its cancelling, ends when this function does.
    return await this.#once(work, 'list', ({ link, since }) =>
      listAll(link, { signal: work.signal, timeoutMs: listMs, isFresh: performance.now() - since < freshMs }),
    )
  }

  async exchange(exchange: Exchange): Promise<ExchangeAnswer> {
    using work = this.#begin(exchange.signal, this.server.limits.timeout_ms)
    try {
      const answer = await this.#queued(work, (turn) => this.#answerOf(turn.patient(exchange), work))
      this.#ended(work, answer.type === 'complete' ? 'answered' : 'input_required')
      return answer
    } catch (error) {
      this.#ended(work, outcomeOf(error))
      throw error
    }
  }

  watch(uri: string): Disposable {
    return this.#watched.add(uri)
  }

  /** `end` is what its calls end with, when they are not to finish. */
  configure(server: McpServer, end: HearthError | undefined): void {
    this.#slots.setLimit(server.limits.concurrency)
    if (end !== undefined) this.#works.endAll(end)
    this.#supervisor.configure(server)
  }

  async restart(): Promise<void> {
    this.#works.endAll(wentAway(this.name))
    await this.#supervisor.restart(AbortSignal.timeout(restartMs))
  }

  /** Takes nothing more, lets what runs finish until `atOnce` aborts, and ends what belongs to it. */
  async stop(atOnce: AbortSignal): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#supervisor.retire()
    await this.#supervisor.drained(atOnce)
    clearTimeout(this.#timer)
  }

  #begin(caller: AbortSignal, timeoutMs: number): Work {
    this.#refuseWhenOff()
    clearTimeout(this.#timer)
    return this.#works.begin(caller, timeoutMs, () => timedOut(this.name, timeoutMs))
  }

  #refuseWhenOff(): void {
    if (this.#isStopped) throw removed(this.name)
    if (!this.server.enabled) throw switchedOff(this.name)
  }

  async #queued(work: Work, task: (turn: Turn) => Promise<ExchangeAnswer>): Promise<ExchangeAnswer> {
    const release = await this.#slots.take(work.signal)
    if (release === undefined) throw overloaded(this.name)
    using turn = new Turn(this.#slots, work, release)
    return await task(turn)
  }

  async #answerOf(exchange: Exchange, work: Work): Promise<ExchangeAnswer> {
    const refused = exchange.refused?.()
    if (refused !== undefined) throw refused
    const outputBytes = this.server.limits.output_kb * 1024
    const ask = ({ link }: LiveLink) => runExchange(link, exchange, work.signal)
    const answer = await this.#once(work, 'exchange', ask)
    if (exceedsBytes(answer.result, outputBytes)) throw tooLarge(this.name, outputBytes)
    const mismatch = answer.type === 'complete' ? outputMismatch(exchange.tool, answer.result) : undefined
    if (mismatch !== undefined) {
      this.#deps.metrics.mismatched(this.name)
      this.#deps.log.warn(
        { server: this.name, tool: exchange.tool?.name, reason: mismatch },
        'a tool broke its promise',
      )
    }
    return answer
  }

  /** Over a live link, anew when the first turns out to have been forgotten by the upstream. */
  async #once<Value>(work: Work, cause: 'list' | 'exchange', ask: (live: LiveLink) => Promise<Value>): Promise<Value> {
    try {
      return await this.#over(work, cause, ask)
    } catch (error) {
      if (!(error instanceof Unseen)) throw error
    }
    try {
      return await this.#over(work, cause, ask)
    } catch (error) {
      throw error instanceof Unseen ? error.cause : error
    }
  }

  async #over<Value>(work: Work, cause: 'list' | 'exchange', ask: (live: LiveLink) => Promise<Value>): Promise<Value> {
    this.#refuseWhenOff()
    this.#supervisor.admit()
    try {
      const live = await this.#supervisor.ready(cause, work.signal)
      using use = live.enter()
      if (use === undefined) throw new Unseen('it ends', { cause: wentAway(this.name) })
      try {
        const value = await ask(live)
        this.#supervisor.answered(live)
        return value
      } catch (error) {
        throw this.#failureOf(error, live, work)
      }
    } finally {
      if (!work.isTimedOut()) this.#supervisor.trialVoid()
    }
  }

  #failureOf(error: unknown, live: LiveLink, work: Work): unknown {
    if (work.signal.aborted) {
      if (work.isTimedOut()) void this.#supervisor.suspect(live, 'hung')
      return work.signal.reason
    }
    const failure = exchangeFailureOf(this.name, error, this.server.limits.output_kb * 1024)
    switch (failure.type) {
      case 'answered':
        this.#supervisor.answered(live)
        return failure.error
      case 'unauthorized':
        this.#supervisor.unauthorized(live)
        return failure.error
      case 'wrong_era':
        this.#supervisor.wrongEra(live)
        return new Unseen('wrong era', { cause: failure.error })
      case 'unseen':
        this.#supervisor.renew(live)
        return new Unseen('unseen', { cause: failure.error })
      case 'late':
        void this.#supervisor.suspect(live, 'hung')
        return timedOut(this.name, this.server.limits.timeout_ms)
      case 'lost':
        // A process that ended is noticed by itself; over HTTP one broken stream says little about the server.
        void this.#supervisor.suspect(live, 'died')
        return failure.error
    }
  }

  #ended(work: Work, outcome: CallOutcome): void {
    const ms = performance.now() - work.startedAt
    if (outcome === 'answered' || outcome === 'failed') this.#latencies.add(ms)
    this.#deps.metrics.called(this.name, outcome, ms / 1000)
  }

  #changed(): void {
    this.#tend()
    if (this.#isTelling) return
    this.#isTelling = true
    setImmediate(() => {
      this.#isTelling = false
      this.#deps.listener.onStatus(this.status())
    })
  }

  /** Sees to it that it runs while somebody watches, and that it ends when nobody has used it for a while. */
  #tend(): void {
    clearTimeout(this.#timer)
    if (this.#isStopped || !this.server.enabled) return
    const idleMs = this.server.idle_stop_seconds * 1000
    if (this.#watched.isEmpty) {
      const isIdle = this.#supervisor.live !== undefined && this.#works.size === 0
      if (isIdle && idleMs > 0) this.#later(idleMs, () => this.#supervisor.retire())
      return
    }
    const { state, retryAt } = this.#supervisor
    if (state === 'cold' || retryAt !== undefined) {
      this.#later(Math.max(0, (retryAt ?? 0) - this.#deps.clock()), () => this.#wake())
    }
  }

  #later(ms: number, act: () => void): void {
    this.#timer = setTimeout(act, ms).unref()
  }

  #wake(): void {
    try {
      this.#supervisor.admit()
    } catch {
      this.#tend()
      return
    }
    const signal = new AbortController().signal
    this.#supervisor.ready('watch', signal).then(
      (live) => this.#supervisor.answered(live),
      () => this.#tend(),
    )
  }
}

function outcomeOf(error: unknown): CallOutcome {
  if (!(error instanceof HearthError)) return 'failed'
  switch (error.code) {
    case 'tool_unavailable':
      return 'unavailable'
    case 'tool_timeout':
      return 'timed_out'
    case 'caller_cancelled':
      return 'cancelled'
    case 'tool_disabled':
    case 'gateway_overloaded':
      return 'refused'
    default:
      return 'failed'
  }
}

export const switchedOff = (name: string): HearthError =>
  new HearthError('tool_disabled', `The MCP server ${name} is switched off; switch it on to use it.`)

const removed = (name: string): HearthError =>
  new HearthError('tool_unavailable', `The MCP server ${name} was removed, or Hearth is stopping.`, {
    retryable: false,
  })

const overloaded = (name: string): HearthError =>
  new HearthError('gateway_overloaded', `Too many calls wait for the MCP server ${name}; try again later.`, {
    details: { retryAfterMs: 1000 },
  })

const timedOut = (name: string, ms: number): HearthError =>
  new HearthError(
    'tool_timeout',
    `The MCP server ${name} did not answer within ${ms / 1000} s; try again, or raise limits.timeout_ms.`,
  )
