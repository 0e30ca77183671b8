import type { McpServer } from '../../../common/contracts/mcp-server.ts'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { abortable } from '../../../common/lifecycle/abortable.ts'
import type { Logger } from '../../../common/telemetry/logger.ts'
import type { UpstreamListener, UpstreamState } from '../upstream.ts'
import { admit, type Health, type HealthEvent, stepHealth, wellHealth } from './health.ts'
import type { LinkEvents } from './link/link.ts'
import { type LinkStarter, NotUsable } from './link/link-starter.ts'
import { LiveLink } from './link/live-link.ts'
import { type StartFailure, startFailureOf } from './link/start-failure.ts'
import { oneLine } from './one-line.ts'
import { reachHash } from './reach.ts'
import type { UpstreamMetrics } from './upstream-metrics.ts'

/** Answered again for so long, earlier failures are forgotten. */
const settledMs = 10_000
const aliveWithinMs = 2000

export interface SupervisorDeps {
  readonly starter: LinkStarter
  readonly listener: UpstreamListener
  readonly metrics: UpstreamMetrics
  readonly log: Logger
  readonly clock: () => number
}

type Connection =
  | { readonly type: 'none' }
  | { readonly type: 'starting'; readonly done: Promise<LiveLink>; readonly abort: AbortController }
  | { readonly type: 'up'; readonly live: LiveLink }

/** For a handshake that nobody wants any more. */
const handshakeGraceMs = 500

const tooSlow: StartFailure = { type: 'failed', reason: 'its start took too long', detail: '' }

/** What a start is for; whoever asked for lists needs not be told that they may have changed. */
export type StartCause = 'list' | 'exchange' | 'watch'

/**
 * Keeps one upstream in the state it should be in: starts it once for all who need it, notices its end, waits longer after
 * every failure, refuses while its breaker is open, ends what belongs to it.
 */
export class Supervisor {
  readonly #deps: SupervisorDeps
  readonly #events: LinkEvents
  readonly #watchedUris: () => readonly string[]
  readonly #onChange: () => void
  readonly #closing = new Map<Promise<void>, AbortController>()
  #server: McpServer
  #connection: Connection = { type: 'none' }
  #health: Health = wellHealth
  #isUnauthorized = false
  #lastError: string | undefined
  #restarts = 0
  #hasFailed = false

  constructor(
    server: McpServer,
    deps: SupervisorDeps,
    hooks: { readonly watchedUris: () => readonly string[]; readonly onChange: () => void },
  ) {
    this.#server = server
    this.#deps = deps
    this.#watchedUris = hooks.watchedUris
    this.#onChange = hooks.onChange
    const { name } = server
    this.#events = {
      onListsChanged: () => deps.listener.onListsChanged(name),
      onResourceUpdated: (uri) => {
        if (this.#watchedUris().length > 0) deps.listener.onResourceUpdated(name, uri)
      },
    }
  }

  get server(): McpServer {
    return this.#server
  }

  get live(): LiveLink | undefined {
    return this.#connection.type === 'up' ? this.#connection.live : undefined
  }

  get restarts(): number {
    return this.#restarts
  }

  get lastError(): string | undefined {
    return this.#deps.starter.refusalOf(this.#server) ?? this.#lastError
  }

  get retryAt(): number | undefined {
    return 'retryAt' in this.#health && this.#health.retryAt > this.#deps.clock() ? this.#health.retryAt : undefined
  }

  get state(): UpstreamState {
    if (!this.#server.enabled) return 'off'
    if (this.#deps.starter.refusalOf(this.#server) !== undefined) return 'disabled'
    if (this.#isUnauthorized) return 'unauthorized'
    if (this.#health.type === 'open' || this.#health.type === 'trial') return 'open'
    if (this.#connection.type !== 'none') return this.#connection.type === 'up' ? 'ready' : 'starting'
    return this.retryAt === undefined ? 'cold' : 'backoff'
  }

  /** What runs stays when it is reached as before; otherwise it ends when its last call has. */
  configure(server: McpServer): void {
    const before = this.#server
    this.#server = server
    if (!server.enabled || reachHash(before) !== reachHash(server)) {
      this.retire()
      this.#recover()
    }
    this.#onChange()
  }

  /** @throws HearthError `tool_unavailable` when the breaker or a backoff refuses. */
  admit(): void {
    const admission = admit(this.#health, this.#deps.clock())
    if (admission.type === 'refused' && this.#connection.type !== 'starting') throw this.#refusal(admission.retryAt)
    if (admission.type === 'go') this.#health = admission.health
  }

  /** The live link, started if it has to be. @throws HearthError `tool_unavailable`, or the reason of `signal`. */
  ready(cause: StartCause, signal: AbortSignal): Promise<LiveLink> {
    if (this.#connection.type === 'up') return Promise.resolve(this.#connection.live)
    if (this.#connection.type === 'none') this.#start(cause)
    const connection: Connection = this.#connection
    return connection.type === 'starting' ? abortable(connection.done, signal) : this.ready(cause, signal)
  }

  answered(live: LiveLink): void {
    live.answered()
    this.#step({ type: 'answered', settled: performance.now() - live.since > settledMs })
  }

  trialVoid(): void {
    this.#step({ type: 'trial_void' })
  }

  /** A call took too long, or its connection broke: is the server still there? */
  async suspect(live: LiveLink, type: 'died' | 'hung'): Promise<void> {
    if (await live.isAlive(aliveWithinMs)) return this.trialVoid()
    this.lose(live, type, type === 'hung' ? 'it does not answer at all' : 'the connection broke')
  }

  /** The link is of no use any more. */
  lose(live: LiveLink, type: 'died' | 'hung', why: string): void {
    if (this.live !== live) return
    this.#connection = { type: 'none' }
    this.#failed({ type }, why)
    this.#close(live, AbortSignal.abort())
  }

  /** The server forgot the session: the next use opens another; what is under way may end in this one. */
  renew(live: LiveLink): void {
    if (this.live !== live) return
    this.#connection = { type: 'none' }
    this.#close(live, undefined)
    this.#onChange()
  }

  unauthorized(live: LiveLink): void {
    this.#isUnauthorized = true
    this.lose(live, 'died', 'it wants a sign-in or another token')
  }

  wrongEra(live: LiveLink): void {
    this.#deps.starter.forget(this.#server)
    this.lose(live, 'died', 'it changed the revision of MCP that it speaks')
  }

  /** Ends what runs, when its last call has ended; a start is given up. */
  retire(): void {
    const connection = this.#connection
    this.#connection = { type: 'none' }
    if (connection.type === 'starting') this.#giveUp(connection)
    if (connection.type === 'up') this.#close(connection.live, undefined)
    this.#onChange()
  }

  /** Ends what runs, and forgets what went wrong. */
  async restart(atOnce: AbortSignal): Promise<void> {
    this.retire()
    this.#recover()
    await this.drained(atOnce)
  }

  /** Resolves when nothing of it runs any more; `atOnce` ends what is being waited for. */
  async drained(atOnce: AbortSignal): Promise<void> {
    const end = () => {
      for (const controller of this.#closing.values()) controller.abort()
    }
    if (atOnce.aborted) end()
    else atOnce.addEventListener('abort', end, { once: true })
    await Promise.allSettled(this.#closing.keys())
    atOnce.removeEventListener('abort', end)
  }

  /** A handshake that is under way may open a session whose id only its answer tells: that is waited for, to end it. */
  #giveUp({ done, abort }: Extract<Connection, { type: 'starting' }>): void {
    const timer = setTimeout(() => abort.abort(this.#goneAway()), handshakeGraceMs)
    const clear = () => clearTimeout(timer)
    done.then(clear, clear)
  }

  #recover(): void {
    this.#isUnauthorized = false
    this.#lastError = undefined
    this.#step({ type: 'reset' })
  }

  #start(cause: StartCause): void {
    const abort = new AbortController()
    const done = this.#open(cause, abort)
    this.#connection = { type: 'starting', done, abort }
    // Whoever waits hears of it; nobody may be waiting any more.
    done.catch(() => undefined)
    this.#track(
      done.then(
        () => undefined,
        () => undefined,
      ),
      abort,
    )
    this.#onChange()
  }

  async #open(cause: StartCause, abort: AbortController): Promise<LiveLink> {
    const server = this.#server
    const startedAt = performance.now()
    const timer = setTimeout(
      () => abort.abort(new DOMException('the start took too long', 'TimeoutError')),
      server.limits.start_timeout_ms,
    )
    if (this.#hasFailed) this.#countRestart()
    try {
      const link = await this.#deps.starter.open({
        server,
        outputBytes: () => this.#server.limits.output_kb * 1024,
        events: this.#events,
        signal: abort.signal,
      })
      const live = new LiveLink(link, this.#events, (doubtful) => void this.suspect(doubtful, 'died'))
      if (!this.#isStarting(abort) || abort.signal.aborted) {
        await live.close(AbortSignal.abort())
        throw this.#goneAway()
      }
      this.#deps.metrics.started(server.name, (performance.now() - startedAt) / 1000)
      this.#up(live, cause)
      return live
    } catch (error) {
      throw this.#startFailed(error, abort)
    } finally {
      clearTimeout(timer)
    }
  }

  #up(live: LiveLink, cause: StartCause): void {
    this.#connection = { type: 'up', live }
    this.#isUnauthorized = false
    this.#step({ type: 'answered', settled: false })
    live.feed.start(this.#watchedUris())
    void live.link.lost.then((why) => this.lose(live, 'died', why))
    if (cause !== 'list') setImmediate(() => this.#events.onListsChanged())
    this.#onChange()
  }

  /** Nobody has given it up meanwhile. */
  #isStarting(abort: AbortController): boolean {
    return this.#connection.type === 'starting' && this.#connection.abort === abort
  }

  #startFailed(error: unknown, abort: AbortController): HearthError {
    if (!this.#isStarting(abort)) return this.#goneAway()
    this.#connection = { type: 'none' }
    const { name } = this.#server
    if (error instanceof NotUsable) {
      this.#onChange()
      return unusable(name, error.message)
    }
    const failure = abort.signal.aborted ? tooSlow : startFailureOf(error)
    this.#isUnauthorized = failure.type === 'unauthorized'
    this.#failed({ type: 'start_failed' }, [failure.reason, oneLine(failure.detail)].filter(Boolean).join(': '))
    const message = `The MCP server ${name} cannot be started: ${failure.reason}.`
    return new HearthError('tool_unavailable', message, { cause: error })
  }

  #countRestart(): void {
    this.#restarts += 1
    this.#hasFailed = false
    this.#deps.metrics.restarted(this.#server.name)
  }

  #failed(event: HealthEvent, why: string): void {
    this.#hasFailed = true
    this.#lastError = oneLine(why)
    this.#deps.log.warn({ server: this.#server.name, reason: this.#lastError }, 'an MCP server failed')
    this.#step(event)
  }

  #step(event: HealthEvent): void {
    const before = this.#health
    this.#health = stepHealth(before, event, this.#deps.clock(), Math.random())
    if (before.type !== this.#health.type || before.failures !== this.#health.failures) this.#onChange()
  }

  #close(live: LiveLink, atOnce: AbortSignal | undefined): void {
    const controller = new AbortController()
    if (atOnce?.aborted === true) controller.abort()
    this.#track(live.close(controller.signal), controller)
  }

  #track(work: Promise<void>, controller: AbortController): void {
    const tracked: Promise<void> = work.finally(() => this.#closing.delete(tracked))
    tracked.catch((error: unknown) => this.#deps.log.warn({ err: error }, 'an MCP server did not end as it should'))
    this.#closing.set(tracked, controller)
  }

  #refusal(retryAt: number): HearthError {
    const retryAfterMs = Math.max(0, retryAt - this.#deps.clock())
    const message = `The MCP server ${this.#server.name} failed and is tried again in ${Math.ceil(retryAfterMs / 1000)} s; look at its status.`
    return new HearthError('tool_unavailable', message, { details: { retryAfterMs } })
  }

  #goneAway(): HearthError {
    return new HearthError('tool_unavailable', `The MCP server ${this.#server.name} was changed or stopped; try again.`)
  }
}

export const unusable = (name: string, reason: string): HearthError =>
  new HearthError('tool_unavailable', `The MCP server ${name} cannot be used: ${reason}`, { retryable: false })
