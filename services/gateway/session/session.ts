import type { Principal } from '../../common/contracts/principal.ts'
import type { BinaryFrame } from '../../common/contracts/protocol/binary-frame.ts'
import type { ClientMessage, SessionHello } from '../../common/contracts/protocol/client-messages.ts'
import { closeCodes } from '../../common/contracts/protocol/close-codes.ts'
import { protocolLimits } from '../../common/contracts/protocol/limits.ts'
import type { SessionCreated } from '../../common/contracts/protocol/server-messages.ts'
import type { CredentialRecord } from '../../common/contracts/settings.ts'
import { HearthError, toHearthError } from '../../common/errors/hearth-error.ts'
import { InboundGate } from '../frames/inbound-gate.ts'
import { type FinalVerdict, type InboundFrame, judgeFlood, judgeFrame, type Phase } from '../frames/judge-frame.ts'
import { NewsOutbox } from '../news/news-outbox.ts'
import { type RunEcho, SessionRuns } from '../runs/session-runs.ts'
import { SessionUploads } from '../uploads/session-uploads.ts'
import { type Ending, endingOf } from './close-of.ts'
import { describeSession } from './describe-session.ts'
import { checkHello, principalOf, requireChat } from './greet.ts'
import { liveRuns } from './live-runs.ts'
import type { Membership } from './membership.ts'
import { findOverdue, type Overdue, type Vitals } from './overdue.ts'
import { cancelTarget, echoOf, pongOf } from './replies.ts'
import type { Seat } from './resume-book.ts'
import type { Arrival, SharedDeps } from './session-deps.ts'
import { SocketLink } from './socket-link.ts'

export interface SessionDeps extends SharedDeps {
  readonly onClosed: (session: Session) => void
}

/** Frames kept while a token is checked; together at most as large as one. */
const heldFrames = 16

/** One WebSocket from handshake to close: greets, validates, dispatches. The gateway looks after its times by `sweep`. */
export class Session {
  readonly #deps: SessionDeps
  readonly #arrival: Arrival
  readonly #link: SocketLink
  readonly #runs: SessionRuns
  readonly #uploads: SessionUploads
  readonly #gate: InboundGate
  readonly #membership: Membership
  /** Aborts when nothing more can be sent. */
  readonly #ended = new AbortController()
  readonly #startedAt: number
  /** From session.created on. */
  #seat: Seat | undefined
  #leaveNews: (() => void) | undefined
  #phase: Phase = 'greeting'
  readonly #held: InboundFrame[] = []
  #garbageFrames = 0
  #drainingAt: number | undefined

  constructor(deps: SessionDeps, arrival: Arrival) {
    this.#deps = deps
    this.#arrival = arrival
    this.#startedAt = deps.elapsed()
    this.#membership = arrival.membership
    this.#gate = new InboundGate(deps.limits, this.#startedAt)
    this.#link = new SocketLink({
      ...deps,
      ...arrival,
      onOverflow: () => this.#endSlow(),
      onEnding: () => this.#letGo(),
    })
    this.#uploads = new SessionUploads({ limits: deps.limits, budget: deps.uploadBudget })
    this.#runs = new SessionRuns({
      ...deps,
      context: () => ({
        sessionId: this.id,
        upload: (blobNo) => this.#uploads.use(blobNo),
        picturesBytes: deps.limits.uploadsBytes,
      }),
      writer: this.#link.writer,
      onFailure: (error, echo) => this.#refuse(error, echo),
      onSent: (type, count) => deps.metrics.frame('out', type, count),
    })
  }

  /** Empty before session.created. */
  get id(): string {
    return this.#seat?.sessionId ?? ''
  }

  /** Listens to the socket until it closes. */
  start(): void {
    const { socket } = this.#arrival
    this.#deps.metrics.opened()
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#take({ data, isBinary }))
    socket.on('error', (error) => {
      this.#deps.log.debug({ session: this.id, reason: error.message }, 'websocket broken')
      this.#link.noteBroken(error)
    })
    socket.once('close', (code) => this.#onClosed(code))
  }

  /** Does what is due by time. */
  sweep(): void {
    const due = findOverdue(this.#vitals(), this.#deps.limits)
    if (due !== undefined) this.#settle(due)
  }

  /** A new snapshot is in effect. */
  review(credentials: ReadonlyMap<string, CredentialRecord>): void {
    const failure = this.#membership.review(credentials)
    if (failure !== undefined) this.#link.end(endingOf(failure), true)
  }

  /** The server stops: the session ends when its runs have, or by time. */
  drain(reconnectInMs: number): void {
    this.#drainingAt ??= this.#deps.elapsed()
    if (this.#phase !== 'open') return
    this.#link.send({ type: 'session.draining', reason: 'shutdown', reconnect_in_ms: Math.round(reconnectInMs) })
  }

  terminate(): void {
    this.#link.terminate()
  }

  /** Another connection goes on with this session. @returns when the router has all its runs. */
  takeOver(): Promise<void> {
    const handedOver = this.#runs.handedOver()
    const error = new HearthError('caller_conflict', 'The session goes on with another connection.')
    this.#link.end({ error, code: closeCodes.takenOver.code }, false)
    return handedOver
  }

  /** A defect met while reading a frame is the answer to this frame, not the end of the process. */
  #take(frame: InboundFrame): void {
    try {
      this.#onFrame(frame)
    } catch (error) {
      this.#refuse(error)
    }
  }

  #onFrame(frame: InboundFrame): void {
    if (this.#link.isEnding) return
    const uploadBytes = frame.isBinary ? this.#uploads.expect(frame.data) : 0
    const gate = this.#gate.judge(this.#deps.elapsed(), uploadBytes)
    if (gate.status !== 'pass') {
      this.#follow(judgeFlood(gate))
      return
    }
    this.#accept(frame)
  }

  #accept(frame: InboundFrame): void {
    const { type, verdict } = judgeFrame(frame, this.#phase)
    if (verdict.do === 'hold') {
      this.#hold(frame)
      return
    }
    this.#deps.metrics.frame('in', type)
    this.#follow(verdict)
  }

  /** A client need not wait for session.created; before it is known, little is kept for it. */
  #hold(frame: InboundFrame): void {
    this.#held.push(frame)
    const heldBytes = this.#held.reduce((sum, { data }) => sum + data.byteLength, 0)
    if (this.#held.length <= heldFrames && heldBytes <= protocolLimits.textFrameBytes) return
    this.#endBadly('Wait for session.created after session.hello.')
  }

  #follow(verdict: FinalVerdict): void {
    switch (verdict.do) {
      case 'dispatch':
        this.#dispatch(verdict.message)
        break
      case 'receive':
        this.#receive(verdict.chunk)
        break
      case 'end':
        this.#link.end(endingOf(verdict.error), true)
        break
      case 'refuse':
        this.#refuse(verdict.error, verdict.echo)
        if (verdict.isGarbage) this.#countGarbage()
    }
  }

  #countGarbage(): void {
    this.#garbageFrames += 1
    if (this.#garbageFrames < this.#deps.limits.garbageFrames) return
    this.#endBadly('Too many frames that are no messages.')
  }

  #endBadly(message: string): void {
    this.#link.end(endingOf(new HearthError('caller_invalid_request', message)), true)
  }

  #receive(chunk: BinaryFrame): void {
    const eventId = this.#uploads.eventIdOf(chunk.header.blobNo)
    try {
      this.#uploads.receive(chunk)
    } catch (error) {
      this.#refuse(error, eventId === undefined ? {} : { event_id: eventId })
    }
  }

  #dispatch(message: ClientMessage): void {
    const echo = echoOf(message)
    this.#handle(message, echo).catch((error: unknown) => this.#refuse(error, echo))
  }

  async #handle(message: ClientMessage, echo: RunEcho): Promise<void> {
    if (message.type === 'session.hello') return this.#greet(message)
    const { principal } = this.#membership
    if (principal === undefined) return
    switch (message.type) {
      case 'response.create':
        if (this.#drainingAt !== undefined) throw draining()
        return this.#runs.create(message, principal)
      case 'response.cancel':
        return this.#runs.cancel(cancelTarget(message), principal)
      case 'response.attach':
        return this.#runs.attach(message, principal)
      case 'response.detach':
        return this.#runs.detach(message.response_id)
      case 'blob.begin':
        return this.#uploads.begin(message)
      case 'blob.end':
        return this.#uploads.end(message)
      case 'session.refresh':
        return this.#refresh(message.auth, principal, echo)
      case 'ping':
        return this.#link.send(pongOf(message))
    }
  }

  async #greet(hello: SessionHello): Promise<void> {
    if (this.#phase === 'open') throw new HearthError('caller_invalid_request', 'session.hello is sent once.')
    checkHello(hello)
    this.#phase = 'authenticating'
    try {
      const { signal } = this.#ended
      const principal = await principalOf(hello, this.#membership.principal, this.#deps.identity, signal)
      if (this.#link.isEnding) return
      this.#membership.adopt(principal)
      const live = wantsLive(hello) ? await this.#liveRuns(principal) : undefined
      if (this.#link.isEnding) return
      this.#open(hello, this.#membership.principal ?? principal, live)
      for (const frame of this.#held.splice(0)) if (!this.#link.isEnding) this.#accept(frame)
    } catch (error) {
      const known = toHearthError(error)
      this.#logDefect(known)
      this.#link.end(endingOfGreeting(known), true)
    }
  }

  #open(hello: SessionHello, principal: Principal, live: SessionCreated['live']): void {
    const { resumeBook, news, limits } = this.#deps
    const seat = resumeBook.take(this, principal.id, hello.resume)
    this.#seat = seat
    this.#phase = 'open'
    this.#runs.continueAfter(seat.handedOver)
    this.#link.send({
      type: 'session.created',
      ...echoOf(hello),
      ...this.#describe(principal, seat),
      ...(live !== undefined && (seat.isResumed || asksForNews(hello)) ? { live } : {}),
    })
    const outbox = new NewsOutbox({
      writer: this.#link.writer,
      send: (text) => this.#link.sendEncoded('conversation.updated', text),
      waitingLimit: limits.waitingNews,
      ended: this.#ended.signal,
    })
    this.#leaveNews = news.join(principal.id, outbox, asksForNews(hello))
  }

  #liveRuns(principal: Principal): Promise<SessionCreated['live']> {
    const { router, limits, log } = this.#deps
    const onUnknown = (error: unknown): void => log.warn({ err: error }, 'the runs of a caller are not known')
    return liveRuns({ router, limits, onUnknown }, principal, this.#ended.signal)
  }

  async #refresh(token: string, before: Principal, echo: RunEcho): Promise<void> {
    const principal = await this.#deps.identity.authenticate(token, this.#ended.signal)
    if (this.#link.isEnding) return
    if (principal.id !== before.id) {
      throw new HearthError('policy_access_denied', 'The new token belongs to another principal.', {
        details: { param: 'auth' },
      })
    }
    requireChat(principal)
    this.#membership.adopt(principal)
    if (this.#seat === undefined) return
    this.#link.send({ type: 'session.updated', ...echo, ...this.#describe(principal, this.#seat) })
  }

  #describe(principal: Principal, { sessionId, resumeToken }: Seat): ReturnType<typeof describeSession> {
    return describeSession({
      ...this.#deps,
      sessionId,
      resumeToken,
      principal,
      snapshot: this.#deps.snapshot(),
      now: this.#deps.clock(),
    })
  }

  #settle(due: Overdue): void {
    if (due.do === 'terminate') this.#link.terminate()
    else if (due.do === 'ping') this.#link.ping()
    else this.#link.end(due.ending, due.announce)
  }

  #vitals(): Vitals {
    const now = this.#deps.elapsed()
    const { endingMs, ...link } = this.#link.vitals()
    const phase = this.#phase === 'open' ? 'open' : 'greeting'
    return {
      ...link,
      phase: endingMs === undefined ? phase : 'closing',
      phaseMs: endingMs ?? now - this.#startedAt,
      expiredMs: this.#membership.expiredMs(),
      suspectMs: this.#membership.suspectMs(),
      drainingMs: this.#drainingAt === undefined ? undefined : now - this.#drainingAt,
      isIdle: this.#runs.isIdle && this.#link.writer.isIdle,
    }
  }

  #refuse(error: unknown, echo: RunEcho = {}): void {
    const known = toHearthError(error)
    this.#logDefect(known)
    this.#link.sendError(known, echo)
  }

  #logDefect(error: HearthError): void {
    if (error.code === 'gateway_internal') this.#deps.log.error({ err: error, session: this.id }, 'message failed')
  }

  #endSlow(): void {
    const error = new HearthError('gateway_slow_consumer', 'More waits for this socket than it may; runs go on.')
    this.#link.end(endingOf(error), false)
  }

  /** Nothing more can be sent or will be read. */
  #letGo(): void {
    this.#ended.abort()
    this.#leaveNews?.()
    this.#seat?.leave(this.#runs.handedOver())
    this.#runs.end()
    this.#uploads.clear()
  }

  #onClosed(code: number): void {
    this.#deps.metrics.closed(this.#link.closed(code))
    this.#deps.onClosed(this)
  }
}

const asksForNews = ({ features }: SessionHello): boolean => features?.includes('conversations') === true

const wantsLive = (hello: SessionHello): boolean => hello.resume !== undefined || asksForNews(hello)

const draining = (): HearthError => new HearthError('gateway_draining', 'The server stops; come back later.')

/** A credential with too many connections has a close code of its own, not the one of other limits. */
const endingOfGreeting = (error: HearthError): Ending =>
  error.code === 'policy_rate_limited' ? { error, code: closeCodes.tooManyConnections.code } : endingOf(error)
