import type { Principal } from '../../common/contracts/principal.ts'
import type { ResponseAttach } from '../../common/contracts/protocol/client-messages.ts'
import type { ResponseCreate } from '../../common/contracts/protocol/response-create.ts'
import type { SessionMessage } from '../../common/contracts/protocol/server-messages.ts'
import type { Router } from '../../common/contracts/router.ts'
import type { CancelReason, RunRef, RunRequest, RunView } from '../../common/contracts/run-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { RunEncoder, type RunFrame } from '../sending/encode-run-event.ts'
import { findRun } from './find-run.ts'
import { type LaneLimits, Lanes, type LiveRun } from './lanes.ts'
import { type ReadingPlan, RunReading, type RunReadingDeps } from './run-reading.ts'
import { type RequestContext, toRunRequest } from './to-run-request.ts'

/** What an `error` about a run echoes. */
export interface RunEcho {
  readonly event_id?: string
  readonly stream_id?: string
  readonly response_id?: string
}

export interface SessionRunsDeps extends RunReadingDeps, LaneLimits {
  readonly router: Router
  /** What the messages of this session may refer to. */
  readonly context: () => RequestContext
  readonly limits: { readonly pendingAttaches: number }
  readonly onFailure: (error: unknown, echo: RunEcho) => void
  /** Gives up starts that hang while the process stops. */
  readonly stopped: AbortSignal
}

/** One run, or all runs of a lane. */
export type CancelTarget = { readonly responseId: string } | { readonly streamId: string }

interface OpenReading {
  readonly run: LiveRun
  readonly reading: RunReading
}

interface PendingAttach {
  readonly given: AbortController
  readonly settled: PromiseWithResolvers<void>
}

/** A run that ended is kept for a while only, and for less than its idempotency key. */
const isForgotten = (error: unknown): boolean =>
  error instanceof HearthError && (error.code === 'gateway_replay_gap' || error.code === 'caller_not_found')

const forgotten = (cause: unknown): HearthError =>
  new HearthError(
    'gateway_replay_gap',
    'The run of this idempotency_key ended and its events are no longer kept; read its answer from the conversation.',
    { cause },
  )

const noSuchStream = (): HearthError =>
  new HearthError('caller_not_found', 'This session has no such stream_id.', { details: { param: 'stream_id' } })

/** The runs one session reads, started here or attached to. A run itself belongs to the router and outlives the session. */
export class SessionRuns {
  readonly #deps: SessionRunsDeps
  readonly #lanes: Lanes
  /** By run. */
  readonly #readings = new Map<string, OpenReading>()
  readonly #attaching = new Map<string, PendingAttach>()
  #hasEnded = false
  #lastStreamNo = 0

  constructor(deps: SessionRunsDeps) {
    this.#deps = deps
    this.#lanes = new Lanes(deps)
  }

  get isIdle(): boolean {
    return this.#lanes.isEmpty
  }

  /** Call it before the first run. @see Lanes.continueAfter */
  continueAfter(handedOver: Promise<void>): void {
    this.#lanes.continueAfter(handedOver)
  }

  /** When the router has all runs that came so far. Never rejects. */
  handedOver(): Promise<void> {
    return this.#lanes.handedOver()
  }

  /**
   * Hands a run to the router and frames its events; failures after the return go to `onFailure`.
   * @throws HearthError when the message asks for what cannot be, or the session has no lane left.
   */
  create(message: ResponseCreate, caller: Principal): void {
    const request = toRunRequest(message, this.#deps.context())
    const { stream_id: streamId, event_id: eventId } = message
    const { onDisconnect } = request
    const run: LiveRun = { streamId, eventId, caller, onDisconnect, runId: undefined, cancelWanted: undefined }
    const lane = this.#lanes.enter(run)
    const before = lane.tail
    const handedOver = Promise.withResolvers<void>()
    lane.tail = handedOver.promise
    void this.#live(run, request, before, handedOver.resolve)
      .catch((error: unknown) => this.#fail(run, error))
      .finally(() => {
        handedOver.resolve()
        this.#lanes.leave(run)
      })
  }

  /**
   * Reads a run from a number on, in place of an older reading of it here; failures after the return go to `onFailure`.
   * @throws HearthError `caller_not_found`, `caller_invalid_request`, `policy_rate_limited` (lanes).
   */
  async attach(message: ResponseAttach, caller: Principal): Promise<void> {
    const { response_id: runId } = message
    const { given, settled } = this.#beginAttach(runId)
    try {
      const view = await findRun(this.#deps.router, message, caller, given.signal)
      if (view !== undefined) this.#read(message, view, caller)
    } finally {
      if (this.#attaching.get(runId)?.given === given) this.#attaching.delete(runId)
      settled.resolve()
    }
  }

  /** Stops reading a run; idempotent. */
  detach(runId: string): void {
    this.#attaching.get(runId)?.given.abort()
    const open = this.#readings.get(runId)
    if (open === undefined) return
    this.#close(open)
    this.#lanes.leave(open.run)
  }

  /** @throws HearthError `caller_not_found` for what this caller cannot see. */
  async cancel(target: CancelTarget, caller: Principal): Promise<void> {
    if ('responseId' in target) return this.#deps.router.cancel(target.responseId, 'requested', caller)
    await Promise.all([...this.#attaching.values()].map(({ settled }) => settled.promise))
    const { streamId } = target
    const here = this.#lanes.runsOf(streamId)
    const cancelling = (here ?? []).map((run) => this.#cancelRun(run, 'requested'))
    const [others] = await Promise.all([this.#cancelOthers(streamId, caller), ...cancelling])
    if (here === undefined && others === 0) throw noSuchStream()
  }

  /** The connection is gone: stops reading; runs go on unless they asked to be cancelled. */
  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    for (const { given } of this.#attaching.values()) given.abort()
    for (const { reading } of this.#readings.values()) reading.stop()
    for (const run of this.#lanes.all()) this.#disconnect(run)
  }

  async #live(run: LiveRun, request: RunRequest, before: Promise<void>, handedOver: () => void): Promise<void> {
    await before
    const ref = await this.#deps.router.start(request, run.caller, this.#deps.stopped)
    handedOver()
    run.runId = ref.runId
    if (run.cancelWanted !== undefined) await this.#cancelRun(run, run.cancelWanted)
    if (!this.#hasEnded) await this.#follow(run, ref)
  }

  async #follow(run: LiveRun, ref: RunRef): Promise<void> {
    const { eventId } = run
    const known = this.#readings.get(ref.runId)
    if (known !== undefined) return this.#announceAgain(known.reading.frame, eventId, ref)
    const frame = this.#frameOf(run, ref.runId, eventId)
    try {
      await this.#open(run, { frame, caller: run.caller, startingAfter: -1, bytesAfter: -1, awaitsCreated: true })
    } catch (error) {
      if (!ref.existing || !isForgotten(error)) throw error
      this.#announceAgain(frame, eventId, ref)
      throw forgotten(error)
    }
  }

  #beginAttach(runId: string): PendingAttach {
    const older = this.#attaching.get(runId)
    older?.given.abort()
    if (older === undefined && this.#attaching.size >= this.#deps.limits.pendingAttaches) {
      throw new HearthError('policy_rate_limited', 'Too many attaches are on their way; wait for response.attached.')
    }
    const pending: PendingAttach = { given: new AbortController(), settled: Promise.withResolvers<void>() }
    this.#attaching.set(runId, pending)
    return pending
  }

  /** Synchronous, so that no event of the older reading comes after `response.attached`. */
  #read(message: ResponseAttach, view: RunView, caller: Principal): void {
    const { response_id: runId, event_id: eventId, starting_after: startingAfter } = message
    const { status, lastSequenceNumber: last } = view
    const older = this.#readings.get(runId)
    const run: LiveRun = {
      streamId: message.stream_id ?? view.lane.streamId,
      eventId,
      caller,
      onDisconnect: older?.run.onDisconnect ?? 'continue',
      runId,
      cancelWanted: undefined,
    }
    this.#lanes.replace(older?.run, run)
    if (older !== undefined) this.#close(older)
    const frame = this.#frameOf(run, runId, undefined)
    this.#tell(frame.streamId, {
      type: 'response.attached',
      ...(eventId === undefined ? {} : { event_id: eventId }),
      response_id: runId,
      stream_id: frame.streamId,
      stream_no: frame.streamNo,
      status,
      last_sequence_number: last,
    })
    if (status !== 'in_progress' && startingAfter >= last) {
      this.#lanes.leave(run)
      return
    }
    void this.#open(run, { frame, caller, startingAfter, bytesAfter: last, awaitsCreated: false })
      .catch((error: unknown) => this.#fail(run, error))
      .finally(() => this.#lanes.leave(run))
  }

  async #open(run: LiveRun, plan: ReadingPlan): Promise<void> {
    const open: OpenReading = { run, reading: new RunReading(this.#deps, plan) }
    const { responseId } = plan.frame
    this.#readings.set(responseId, open)
    try {
      await open.reading.read()
    } finally {
      if (this.#readings.get(responseId) === open) this.#readings.delete(responseId)
    }
  }

  #close({ reading }: OpenReading): void {
    reading.stop()
    this.#readings.delete(reading.frame.responseId)
  }

  #frameOf({ streamId }: LiveRun, responseId: string, eventId: string | undefined): RunFrame {
    this.#lastStreamNo += 1
    return { responseId, streamId, eventId, streamNo: this.#lastStreamNo }
  }

  /** An idempotency key named a run that this session reads already, or that is no longer kept: only its number 0 is said. */
  #announceAgain(frame: RunFrame, eventId: string | undefined, { profile, conversation }: RunRef): void {
    const created = { sequenceNumber: 0, message: { type: 'response.created', profile, conversation } } as const
    this.#deps.writer.sendText(frame.streamId, new RunEncoder({ ...frame, eventId }).encode(created))
    this.#deps.onSent(created.message.type, 1)
  }

  #tell(streamId: string, message: SessionMessage): void {
    this.#deps.writer.sendText(streamId, JSON.stringify(message))
    this.#deps.onSent(message.type, 1)
  }

  #disconnect(run: LiveRun): void {
    if (run.onDisconnect !== 'cancel') return
    void this.#cancelRun(run, 'disconnected').catch(() => undefined)
  }

  /** Runs of a lane that an earlier connection of this session began, and that are not read here. @returns how many. */
  async #cancelOthers(streamId: string, caller: Principal): Promise<number> {
    const { router, stopped, context } = this.#deps
    const { sessionId } = context()
    const here = new Set(this.#lanes.all().map(({ runId }) => runId))
    const live = await router.runs('live', caller, stopped)
    const isOther = ({ lane, runId }: RunView): boolean =>
      lane.sessionId === sessionId && lane.streamId === streamId && !here.has(runId)
    const others = live.filter(isOther)
    await Promise.all(others.map(({ runId }) => router.cancel(runId, 'requested', caller)))
    return others.length
  }

  async #cancelRun(run: LiveRun, reason: CancelReason): Promise<void> {
    run.cancelWanted = reason
    if (run.runId !== undefined) await this.#deps.router.cancel(run.runId, reason, run.caller)
  }

  #fail(run: LiveRun, error: unknown): void {
    if (this.#hasEnded) return
    const { eventId, streamId, runId } = run
    this.#deps.onFailure(error, {
      ...(eventId === undefined ? {} : { event_id: eventId }),
      stream_id: streamId,
      ...(runId === undefined ? {} : { response_id: runId }),
    })
  }
}
