import type { IncomingMessage, Server } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import type { Config } from '../common/config/config-schema.ts'
import type { History } from '../common/contracts/history.ts'
import type { Identity } from '../common/contracts/identity.ts'
import type { Router } from '../common/contracts/router.ts'
import type { ChangeBus, Snapshot } from '../common/contracts/settings.ts'
import type { Part } from '../common/lifecycle/part.ts'
import type { SettingsMirror } from '../common/settings/settings-mirror.ts'
import type { Logger } from '../common/telemetry/logger.ts'
import { type GatewayLimits, gatewayLimits } from './gateway-limits.ts'
import { createGatewayMetrics } from './gateway-metrics.ts'
import { Admission } from './handshake/admission.ts'
import { UpgradeHandler } from './handshake/upgrade-handler.ts'
import { registerBlobRoute } from './http/blob-route.ts'
import { registerConsole } from './http/console.ts'
import type { ConsoleFile } from './http/console-files.ts'
import { registerLandingPage } from './http/landing-page.ts'
import { ConversationNews } from './news/conversation-news.ts'
import { type ApiLimits, apiLimits } from './openai-api/api-limits.ts'
import { OpenAiApi } from './openai-api/openai-api.ts'
import { LoopLag } from './sending/loop-lag.ts'
import { mergePolicy } from './sending/merge-policy.ts'
import { ResumeBook } from './session/resume-book.ts'
import { Session, type SessionDeps } from './session/session.ts'
import type { Arrival } from './session/session-deps.ts'
import { UploadBudget } from './uploads/upload-budget.ts'

export interface GatewayDeps {
  readonly router: Router
  readonly identity: Identity
  readonly history: Pick<History, 'getBlob'>
  readonly settings: Pick<SettingsMirror, 'current' | 'onSwap'>
  /** Says which conversations changed. */
  readonly bus: Pick<ChangeBus, 'subscribe'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly log: Logger
  /** Of Hearth, shown to clients. */
  readonly version: string
  readonly metrics?: Registry
  /** The built page, by `readConsoleFiles`. Absent or empty: `/` says how to build it. */
  readonly consoleFiles?: readonly ConsoleFile[]
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly elapsed?: () => number
  readonly limits?: Partial<GatewayLimits>
  readonly apiLimits?: Partial<ApiLimits>
}

/** The public side of Hearth: WebSockets at `/v1/ws`, the OpenAI-compatible routes, and the page and files beside them. */
export interface Gateway extends Part {
  /** Answers every upgrade of the server; nothing else may. */
  attachTo(server: Server): void
  /** The page, `GET /v1/blobs/:id` and the routes of the OpenAI API. */
  registerRoutes(app: FastifyInstance): void
  /** Open WebSockets, also those before session.hello. */
  readonly connections: number
}

export const createGateway = (deps: GatewayDeps, config: Config['gateway']): Gateway => new SocketGateway(deps, config)

const isNoHttp2Offer = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() !== 'h2c'

class SocketGateway implements Gateway {
  readonly name = 'gateway'
  readonly #deps: GatewayDeps
  readonly #limits: GatewayLimits
  readonly #lag: LoopLag
  readonly #news: ConversationNews
  readonly #resumeBook: ResumeBook
  readonly #sessionDeps: SessionDeps
  readonly #upgrades: UpgradeHandler
  readonly #openAiApi: OpenAiApi
  readonly #sessions = new Set<Session>()
  readonly #stopped = new AbortController()
  readonly #emptied = Promise.withResolvers<void>()
  #timer: NodeJS.Timeout | undefined
  #isDraining = false

  constructor(deps: GatewayDeps, config: Config['gateway']) {
    const elapsed = deps.elapsed ?? (() => performance.now())
    const metrics = createGatewayMetrics(deps.metrics)
    const shared = { ...deps, elapsed, snapshot: () => deps.settings.current() }
    this.#deps = deps
    this.#limits = { ...gatewayLimits, ...deps.limits }
    this.#lag = new LoopLag(elapsed)
    this.#news = new ConversationNews(this.#limits)
    this.#resumeBook = new ResumeBook({ limits: this.#limits, elapsed })
    const merging = mergePolicy(config.merge, this.#limits, this.#lag)
    this.#sessionDeps = {
      ...shared,
      metrics,
      limits: { ...this.#limits, softQueueBytes: merging.softQueueBytes },
      merge: merging.merge,
      lanes: config.limits.lanes_per_session,
      queuedPerLane: config.limits.queued_per_lane,
      stopped: this.#stopped.signal,
      news: this.#news,
      resumeBook: this.#resumeBook,
      uploadBudget: new UploadBudget(this.#limits.uploadsTotalBytes),
      onClosed: (session) => this.#forget(session),
    }
    this.#upgrades = new UpgradeHandler({
      ...shared,
      admission: new Admission(config.limits),
      hostPolicy: {
        allowedHosts: config.allowed_hosts,
        allowedOrigins: config.allowed_origins,
        scheme: config.tls === null ? 'http' : 'https',
      },
      trustedProxies: config.trusted_proxies,
      authenticateMs: this.#limits.helloMs,
      isDraining: () => this.#isDraining,
      onArrival: (arrival) => this.#welcome(arrival),
    })
    this.#openAiApi = new OpenAiApi({
      ...shared,
      limits: { ...apiLimits, ...deps.apiLimits },
      merge: merging.merge,
      bodyLimitBytes: config.limits.inference_body_bytes,
      onAnswered: metrics.answered,
    })
  }

  get connections(): number {
    return this.#sessions.size
  }

  attachTo(server: Server): void {
    // Some HTTP clients offer h2c with every request; Node then answers by HTTP/1.1 instead of giving us the socket.
    Object.assign(server, { shouldUpgradeCallback: isNoHttp2Offer })
    server.on('upgrade', (request, socket, head) => this.#upgrades.handle(request, socket, head))
  }

  registerRoutes(app: FastifyInstance): void {
    const { consoleFiles = [] } = this.#deps
    if (consoleFiles.length > 0) registerConsole(app, consoleFiles)
    else registerLandingPage(app)
    registerBlobRoute(app, this.#deps)
    this.#openAiApi.register(app)
  }

  async start(): Promise<void> {
    this.#deps.settings.onSwap((snapshot) => this.#review(snapshot), this.#stopped.signal)
    const onMessage = this.#news.publish.bind(this.#news)
    this.#deps.bus.subscribe('conversations', { onMessage }, this.#stopped.signal)
    this.#timer = setInterval(() => this.#sweep(), this.#limits.sweepMs)
    this.#lag.start()
  }

  /** Tells every client when to come back, lets runs end for a while, and resolves when no socket and no answer is left. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#isDraining = true
    const spreadMs = this.#limits.drainMs / Math.max(1, this.#sessions.size)
    for (const [index, session] of [...this.#sessions].entries()) session.drain(index * spreadMs)
    const cut = (): void => {
      for (const session of this.#sessions) session.terminate()
    }
    if (deadline.aborted) cut()
    else deadline.addEventListener('abort', cut, { once: true })
    const answered = this.#openAiApi.drain(deadline)
    if (this.#sessions.size > 0 && this.#timer !== undefined) await this.#emptied.promise
    await answered
    deadline.removeEventListener('abort', cut)
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#lag.stop()
    this.#stopped.abort()
  }

  #welcome(arrival: Arrival): void {
    const session = new Session(this.#sessionDeps, arrival)
    this.#sessions.add(session)
    session.start()
  }

  #forget(session: Session): void {
    this.#sessions.delete(session)
    if (this.#isDraining && this.#sessions.size === 0) this.#emptied.resolve()
  }

  #review({ credentials }: Snapshot): void {
    const byId = new Map(credentials.map((credential) => [credential.id, credential]))
    for (const session of this.#sessions) session.review(byId)
    this.#openAiApi.review(byId)
  }

  #sweep(): void {
    for (const session of this.#sessions) session.sweep()
    this.#resumeBook.prune()
  }
}
