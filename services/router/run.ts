import type { AdapterSet } from '../common/contracts/adapter-set.ts'
import type { FinishReason, GenerateEvent } from '../common/contracts/generate-event.ts'
import type { ChatMessage } from '../common/contracts/generate-request.ts'
import type { History, OpenedRun } from '../common/contracts/history.ts'
import type { ModelProfile } from '../common/contracts/model-profile.ts'
import type { Principal } from '../common/contracts/principal.ts'
import type { AttemptRecord, ResponseSnapshot, RunMessage } from '../common/contracts/run-event.ts'
import type { CancelReason, RunRef, RunRequest, RunView } from '../common/contracts/run-request.ts'
import { HearthError, toHearthError } from '../common/errors/hearth-error.ts'
import { abortable } from '../common/lifecycle/abortable.ts'
import type { Logger } from '../common/telemetry/logger.ts'
import { type AnswerState, describeItem, emptyAnswer } from './answer-state.ts'
import { runAttempt } from './attempt.ts'
import { Heartbeat } from './heartbeat.ts'
import type { Seat } from './lanes.ts'
import type { RouterLimits } from './limits.ts'
import type { RouterMetrics } from './metrics.ts'
import { composeMessages } from './prompt.ts'
import { answerParts, type Ending, statusOf, terminalMessage, wireUsage } from './run-ending.ts'
import { RunLog } from './run-log.ts'
import { attemptRequest, type Leg, planLegs, totalMs } from './run-plan.ts'
import { saveAnswer } from './save-answer.ts'
import { type AnswerStep, announcePicture, beginAttempt, closeAnswer, stepAnswer } from './step-answer.ts'
import { eligibleTargets, type Target } from './targets.ts'

export interface RunDeps {
  readonly adapters: AdapterSet
  readonly history: History
  readonly clock: () => number
  readonly random: () => number
  readonly log: Logger
  readonly metrics: RouterMetrics
  readonly limits: RouterLimits
}

/** An admitted run. */
export interface AdmittedRun {
  readonly ref: RunRef
  readonly owner: Principal
  readonly profile: ModelProfile
  readonly request: RunRequest
  readonly seat: Seat<unknown>
  readonly opening: Opening
  readonly onEnd: () => void
}

/** How a run comes to its place in history. */
export type Opening =
  /** `open` once the lane lets the conversation be read: what the run in front says belongs to its past. */
  | { readonly type: 'continues'; readonly open: () => Promise<OpenedRun> }
  /** Its conversation begins with it: there is no past to wait for, and its question is on its way to the store. */
  | { readonly type: 'begins'; readonly stored: Promise<OpenedRun> }

/** What is kept of a run for its readers: not the question, which may be large, nor the answer, which the log has. */
export interface EndedRun {
  readonly owner: Principal
  readonly log: RunLog
  readonly view: RunView
  /** For how long it is kept. */
  readonly detachTtlMs: number
  /** Router's clock, milliseconds. */
  readonly endedAt: number
}

/** One request to completion. It goes on by itself from `begin` to its one terminal event, whoever reads. */
export class Run {
  readonly ref: RunRef
  readonly owner: Principal
  readonly log: RunLog
  readonly #deps: RunDeps
  readonly #run: AdmittedRun
  readonly #stop = new AbortController()
  readonly #heartbeat: Heartbeat
  readonly #beganAt: number
  readonly #keeping = new Set<Promise<void>>()
  #answer: AnswerState
  #attempts: readonly AttemptRecord[] = []
  #opening: Promise<OpenedRun> | undefined
  #deadlineAt = Infinity
  #pulse: RunMessage | undefined
  #status: RunView['status'] = 'in_progress'

  constructor(deps: RunDeps, run: AdmittedRun) {
    this.#deps = deps
    this.#run = run
    this.ref = run.ref
    this.owner = run.owner
    const { logEvents: events, logBytes: bytes } = deps.limits
    this.log = new RunLog({ events, bytes, batch: 512 }, () => this.#describe())
    this.#answer = emptyAnswer(run.ref.runId.slice(-12))
    this.#beganAt = deps.clock()
    this.#heartbeat = new Heartbeat(deps.limits.heartbeatMs, deps.clock, () => this.#beat())
  }

  /** How long it goes on without a reader, and how long it is kept when it has ended. */
  get detachTtlMs(): number {
    return Math.max(leastTtlMs, this.#run.profile.detach_ttl_seconds * 1000)
  }

  get view(): RunView {
    const { runId, conversation, profile } = this.ref
    const { lane } = this.#run.request
    return { runId, conversation, profile, lane, status: this.#status, lastSequenceNumber: this.log.lastNumber }
  }

  /**
   * Resolves after the terminal event; never rejects. Undefined: its question could not be stored, so that it ended
   * without one and nothing of it is kept.
   */
  async begin(): Promise<EndedRun | undefined> {
    const { profile, conversation } = this.ref
    const position = this.#run.seat.position()
    const queued: readonly RunMessage[] = position === 0 ? [] : [{ type: 'response.queued', position }]
    this.#append([{ message: { type: 'response.created', profile, conversation } }, ...queued.map(asDraft)])
    this.#heartbeat.start()
    this.#deps.metrics.runStarted()
    const kept = this.#keepQuestion()
    const ending = await this.#work()
    if (!(await kept)) {
      this.#leave()
      this.#deps.metrics.runAbandoned()
      return undefined
    }
    await this.#end(ending)
    const { owner, log, detachTtlMs } = this
    return { owner, log, detachTtlMs, view: this.view, endedAt: this.#deps.clock() }
  }

  /** The adapter's signal aborts before this returns. Idempotent; nothing after the end. */
  cancel(reason: CancelReason): void {
    this.#stop.abort(new HearthError('caller_cancelled', `The run was cancelled (${reason}).`))
  }

  /** Until then nobody may read it. @throws HearthError when its question could not be stored. */
  async whenStored(): Promise<void> {
    const { opening } = this.#run
    if (opening.type === 'begins') await opening.stored
  }

  /** False: it could not be stored, and the model is not heard any further. Readers can come once it is. */
  async #keepQuestion(): Promise<boolean> {
    const { request } = this.#run
    try {
      await this.whenStored()
    } catch (error) {
      this.#stop.abort(error)
      return false
    }
    if (request.onDisconnect === 'cancel') {
      this.log.whenUnread(this.#deps.limits.unreadMs, () => this.cancel('disconnected'))
    } else {
      this.log.whenUnread(this.detachTtlMs, () => this.cancel('ttl'))
    }
    return true
  }

  async #work(): Promise<Ending> {
    const { signal } = this.#stop
    const { profile, request, seat, opening } = this.#run
    let deadline: NodeJS.Timeout | undefined
    try {
      await seat.turn(signal)
      const ms = totalMs(profile, request)
      this.#deadlineAt = this.#deps.clock() + ms
      deadline = setTimeout(() => this.#stop.abort(tooLate(ms)), ms)
      const past = opening.type === 'begins' ? [] : (await abortable(this.#open(), signal)).past
      const instructions = [profile.instructions, request.instructions]
      const reason = await this.#legs(composeMessages(instructions, past, request.input))
      await abortable(Promise.all(this.#keeping), signal)
      return { type: 'finished', reason }
    } catch (thrown) {
      return this.#endingOf(thrown)
    } finally {
      clearTimeout(deadline)
    }
  }

  /** Once, whoever asks first; a failure is not remembered. */
  #open(): Promise<OpenedRun> {
    const { opening } = this.#run
    if (opening.type === 'begins') return opening.stored
    this.#opening ??= opening.open().catch((error) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  /** One after the other; the first that does not stop by itself says how the run ended. */
  async #legs(messages: readonly ChatMessage[]): Promise<FinishReason> {
    let ended: FinishReason = 'stop'
    for (const leg of planLegs(this.#run.profile, this.#run.request)) {
      const reason = await this.#leg(leg, messages)
      if (reason === 'tool_calls' || reason === 'content_filter') return reason
      if (reason !== 'stop') ended = reason
    }
    return ended
  }

  /** The seam of fallback: today the best target is tried once, and what it comes to is what the run comes to. */
  async #leg(leg: Leg, messages: readonly ChatMessage[]): Promise<FinishReason> {
    const { adapters, random } = this.#deps
    const { signal } = this.#stop
    const [target] = eligibleTargets(leg.targets, await abortable(adapters.describe(signal), signal), random)
    return this.#attempt(leg, target, messages)
  }

  async #attempt(leg: Leg, target: Target, messages: readonly ChatMessage[]): Promise<FinishReason> {
    const { clock, metrics, adapters } = this.#deps
    const { profile, request: run } = this.#run
    const attempt = this.#attempts.length + 1
    this.#take(beginAttempt(this.#answer, { attempt, provider: target.adapter, model: target.model }))
    const leftMs = Math.max(1, Math.round(this.#deadlineAt - clock()))
    const inputs = { runId: this.ref.runId, profile, request: run, messages }
    const request = attemptRequest(inputs, leg, { attempt, target, leftMs })
    const onBatch = (batch: readonly GenerateEvent[]) => this.#onBatch(batch)
    const result = await runAttempt({ adapters, clock, onBatch }, target, { request, signal: this.#stop.signal })
    this.#attempts = [...this.#attempts, result.record]
    metrics.attemptEnded(result.record, leg.image === undefined ? 'chat' : 'generate_content')
    if (result.type === 'failed') throw result.error
    return result.reason
  }

  #onBatch(batch: readonly GenerateEvent[]): AnswerState {
    const hadContent = this.#answer.hasContent
    this.#take(stepAnswer(this.#answer, batch))
    if (!hadContent && this.#answer.hasContent && this.#attempts.length === 0) {
      this.#deps.metrics.firstContent(this.ref.profile, this.#deps.clock() - this.#beganAt)
    }
    return this.#answer
  }

  #take({ state, events, keep }: AnswerStep): void {
    this.#answer = state
    this.#append(events)
    for (const { outputIndex, picture } of keep) {
      const keeping = this.#keepPicture(outputIndex, picture)
      this.#keeping.add(keeping)
      // A failure is met where the run waits for its pictures; here it only must not go unhandled.
      keeping.catch(() => undefined)
    }
  }

  async #keepPicture(outputIndex: number, picture: { mediaType: string; bytes: Uint8Array }): Promise<void> {
    const blobId = await this.#deps.history.putBlob({ owner: this.owner.id, ...picture })
    if (this.#status === 'in_progress') this.#take(announcePicture(this.#answer, outputIndex, blobId))
  }

  #endingOf(thrown: unknown): Ending {
    const { signal } = this.#stop
    const error = toHearthError(signal.aborted ? signal.reason : thrown)
    if (signal.aborted && error.code === 'caller_cancelled') return { type: 'cancelled' }
    if (error.code === 'gateway_internal') {
      this.#deps.log.error({ err: error.cause ?? error, run: this.ref.runId }, 'a run failed by a defect')
    }
    return { type: 'failed', error }
  }

  /** The answer is durable before the terminal event says so; a store that fails does not hold it back for long. */
  async #end(ending: Ending): Promise<void> {
    const { clock, metrics } = this.#deps
    await this.#settlePictures()
    const status = statusOf(ending)
    this.#take(closeAnswer(this.#answer, status === 'completed' ? 'completed' : 'incomplete'))
    const isStored = await this.#save(ending)
    this.#status = status
    const usage = wireUsage(this.#answer.usage)
    const { metadata } = this.#run.request
    const message = terminalMessage({ ref: this.ref, ending, usage, attempts: this.#attempts, isStored, metadata })
    const [first] = this.#attempts
    if (first !== undefined && this.#answer.usage !== undefined) metrics.tokensUsed(first, this.#answer.usage)
    metrics.runEnded({ profile: this.ref.profile, status, ms: clock() - this.#beganAt, isStored })
    this.#leave()
    this.log.end({ message })
  }

  /** Its place is free. */
  #leave(): void {
    this.#heartbeat.stop()
    this.#run.seat.leave()
    this.#run.onEnd()
  }

  #describe(): ResponseSnapshot {
    const { runId, conversation, profile } = this.ref
    const output = this.#answer.blocks.map(describeItem)
    return { id: runId, status: this.#status, conversation, profile, output }
  }

  /** Pictures that came whole before a cancel or failure are kept too, if the store is quick. */
  async #settlePictures(): Promise<void> {
    if (this.#keeping.size === 0) return
    const patience = AbortSignal.timeout(this.#deps.limits.historyMs)
    await abortable(Promise.allSettled(this.#keeping), patience).catch(() => undefined)
  }

  async #save(ending: Ending): Promise<boolean> {
    const { history, limits, log } = this.#deps
    const answer = async () => {
      const { conversation, parentId } = await this.#open()
      const { profile, runId } = this.ref
      return {
        runId,
        conversation,
        parentId,
        status: statusOf(ending),
        parts: answerParts(this.#answer.blocks),
        profile,
        usage: wireUsage(this.#answer.usage),
        attempts: this.#attempts,
        ...(ending.type === 'failed' ? { error: { code: ending.error.code, message: ending.error.message } } : {}),
      }
    }
    return saveAnswer(history, answer, { log, runId: this.ref.runId, patienceMs: limits.historyMs })
  }

  #append(events: AnswerStep['events']): void {
    if (events.length === 0) return
    for (const { message } of events) if (message.type === 'response.in_progress') this.#pulse = message
    this.#heartbeat.touch()
    this.log.append(events)
  }

  #beat(): void {
    const position = this.#run.seat.position()
    const message: RunMessage | undefined = position > 0 ? { type: 'response.queued', position } : this.#pulse
    if (message !== undefined) this.#append([{ message }])
  }
}

/** A reader needs a moment to come, also where runs are not to go on alone. */
const leastTtlMs = 1000

const asDraft = (message: RunMessage) => ({ message })

const tooLate = (ms: number) =>
  new HearthError('provider_timeout_total', `The run took longer than ${ms} ms; the part so far is kept.`)
