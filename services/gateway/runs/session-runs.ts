import type { Principal } from '../../common/contracts/principal.ts'
import type { ResponseCreate } from '../../common/contracts/protocol/response-create.ts'
import type { Router } from '../../common/contracts/router.ts'
import type { RunEvent } from '../../common/contracts/run-event.ts'
import { terminalTypes } from '../../common/contracts/run-event.ts'
import type { CancelReason, RunRef, RunRequest } from '../../common/contracts/run-request.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { blobOf, RunEncoder, type RunFrame } from '../sending/encode-run-event.ts'
import type { MergePolicy } from '../sending/merge-policy.ts'
import type { SocketWriter } from '../sending/socket-writer.ts'
import { toRunRequest } from './to-run-request.ts'

/** What an `error` about a run echoes. */
export interface RunEcho {
  readonly event_id?: string
  readonly stream_id?: string
  readonly response_id?: string
}

export interface SessionRunsDeps {
  readonly router: Router
  readonly sessionId: string
  readonly lanes: number
  readonly queuedPerLane: number
  readonly writer: Pick<SocketWriter, 'sendText' | 'sendBlob' | 'isFull' | 'isBehind' | 'whenFree'>
  readonly merge: MergePolicy['merge']
  readonly onFailure: (error: unknown, echo: RunEcho) => void
  readonly onSent: (type: string, count: number) => void
  /** Gives up starts that hang while the process stops. */
  readonly stopped: AbortSignal
}

interface LiveRun {
  readonly message: ResponseCreate
  readonly caller: Principal
  runId: string | undefined
  /** A cancel that came before the router knew the run. */
  cancelWanted: CancelReason | undefined
}

interface Lane {
  readonly runs: Set<LiveRun>
  /** Ends when the run before has been handed to the router, so that a lane stays FIFO. */
  tail: Promise<void>
}

/** One run, or all runs of a lane. */
export type CancelTarget = { readonly responseId: string } | { readonly streamId: string }

const rememberedLanes = 1024

const isTerminal = (event: RunEvent | undefined): boolean => terminalTypes.some((type) => type === event?.message.type)

/** A run that ended is kept for a while only, and for less than its idempotency key. */
const isForgotten = (error: unknown): boolean =>
  error instanceof HearthError && (error.code === 'gateway_replay_gap' || error.code === 'caller_not_found')

const forgotten = (cause: unknown): HearthError =>
  new HearthError(
    'gateway_replay_gap',
    'The run of this idempotency_key ended and its events are no longer kept; read its answer from the conversation.',
    { cause },
  )

/** The runs one session started and still reads. A run itself belongs to the router and outlives the session. */
export class SessionRuns {
  readonly #deps: SessionRunsDeps
  readonly #lanes = new Map<string, Lane>()
  readonly #read = new Map<string, RunFrame>()
  /** Lanes that were used before: to cancel in them is no error. */
  readonly #seenLanes = new Set<string>()
  readonly #ended = new AbortController()
  #lastStreamNo = 0

  constructor(deps: SessionRunsDeps) {
    this.#deps = deps
  }

  get isIdle(): boolean {
    return this.#lanes.size === 0
  }

  /**
   * Hands a run to the router and frames its events; failures after the return go to `onFailure`.
   * @throws HearthError when the message asks for what cannot be, or the session has no lane left.
   */
  create(message: ResponseCreate, caller: Principal): void {
    const request = toRunRequest(message, this.#deps.sessionId)
    const lane = this.#enterLane(message.stream_id)
    const run: LiveRun = { message, caller, runId: undefined, cancelWanted: undefined }
    lane.runs.add(run)
    const before = lane.tail
    const handedOver = Promise.withResolvers<void>()
    lane.tail = handedOver.promise
    void this.#live(run, request, before, handedOver.resolve)
      .catch((error: unknown) => this.#fail(run, error))
      .finally(() => {
        handedOver.resolve()
        this.#leaveLane(run, lane)
      })
  }

  /** @throws HearthError `caller_not_found` for what this caller cannot see. */
  async cancel(target: CancelTarget, caller: Principal): Promise<void> {
    if ('responseId' in target) return this.#deps.router.cancel(target.responseId, 'requested', caller)
    const lane = this.#lanes.get(target.streamId)
    if (lane === undefined && !this.#seenLanes.has(target.streamId)) {
      throw new HearthError('caller_not_found', 'This session has no such stream_id.', {
        details: { param: 'stream_id' },
      })
    }
    await Promise.all([...(lane?.runs ?? [])].map((run) => this.#cancelRun(run, 'requested')))
  }

  /** The connection is gone: stops reading; runs go on unless they asked to be cancelled. */
  end(): void {
    if (this.#ended.signal.aborted) return
    this.#ended.abort()
    for (const lane of this.#lanes.values()) {
      for (const run of lane.runs) this.#disconnect(run)
    }
  }

  async #live(run: LiveRun, request: RunRequest, before: Promise<void>, handedOver: () => void): Promise<void> {
    await before
    const ref = await this.#deps.router.start(request, run.caller, this.#deps.stopped)
    handedOver()
    run.runId = ref.runId
    if (run.cancelWanted !== undefined) await this.#cancelRun(run, run.cancelWanted)
    if (!this.#ended.signal.aborted) await this.#frame(run, ref)
  }

  async #frame(run: LiveRun, ref: RunRef): Promise<void> {
    const { event_id: eventId, stream_id: streamId } = run.message
    const known = this.#read.get(ref.runId)
    if (known !== undefined) return this.#announceAgain(known, eventId, ref)
    this.#lastStreamNo += 1
    const frame: RunFrame = { responseId: ref.runId, streamId, eventId, streamNo: this.#lastStreamNo }
    this.#read.set(ref.runId, frame)
    try {
      await this.#readRun(frame, run.caller)
    } catch (error) {
      if (!ref.existing || !isForgotten(error)) throw error
      this.#announceAgain(frame, eventId, ref)
      throw forgotten(error)
    } finally {
      this.#read.delete(ref.runId)
    }
  }

  /** An idempotency key named a run that this session reads already, or that is no longer kept: only its number 0 is said. */
  #announceAgain(frame: RunFrame, eventId: string | undefined, { profile, conversation }: RunRef): void {
    const created = { sequenceNumber: 0, message: { type: 'response.created', profile, conversation } } as const
    this.#deps.writer.sendText(frame.streamId, new RunEncoder({ ...frame, eventId }).encode(created))
    this.#deps.onSent(created.message.type, 1)
  }

  async #readRun(frame: RunFrame, caller: Principal): Promise<void> {
    const { writer, merge, router } = this.#deps
    const { signal } = this.#ended
    const encoder = new RunEncoder(frame)
    let isOver = false
    let hasWaited = false
    for await (const batch of router.attach(frame.responseId, -1, caller, signal)) {
      hasWaited = await this.#sendBatch(frame, encoder, merge(batch, hasWaited || writer.isBehind()))
      if (signal.aborted) return
      isOver = isTerminal(batch.at(-1))
    }
    if (isOver || signal.aborted) return
    throw new HearthError('gateway_internal', 'The stream of the run ended before its end.')
  }

  /**
   * The limit is looked at before each event: the batch that ends a long answer says all of its text three times.
   * @returns whether the socket had to be waited for.
   */
  async #sendBatch(frame: RunFrame, encoder: RunEncoder, batch: readonly RunEvent[]): Promise<boolean> {
    const { writer } = this.#deps
    const { signal } = this.#ended
    let hasWaited = false
    for (const event of batch) {
      while (writer.isFull(frame.streamId) && !signal.aborted) {
        hasWaited = true
        await writer.whenFree(frame.streamId, signal)
      }
      if (signal.aborted) return hasWaited
      this.#send(frame, encoder, event)
    }
    this.#count(batch)
    return hasWaited
  }

  #send(frame: RunFrame, encoder: RunEncoder, event: RunEvent): void {
    this.#deps.writer.sendText(frame.streamId, encoder.encode(event))
    const blob = event.bytes === undefined ? undefined : blobOf(event, frame.streamNo)
    if (blob !== undefined) this.#deps.writer.sendBlob(frame.streamId, blob)
  }

  /** Once for all events of a kind that follow each other. */
  #count(batch: readonly RunEvent[]): void {
    let since = 0
    for (const [index, { message }] of batch.entries()) {
      if (message.type === batch[index + 1]?.message.type) continue
      this.#deps.onSent(message.type, index + 1 - since)
      since = index + 1
    }
  }

  #enterLane(streamId: string): Lane {
    const known = this.#lanes.get(streamId)
    if (known !== undefined && known.runs.size > this.#deps.queuedPerLane) {
      throw new HearthError('policy_rate_limited', `A lane holds at most ${this.#deps.queuedPerLane} waiting runs.`)
    }
    if (known === undefined && this.#lanes.size >= this.#deps.lanes) {
      throw new HearthError('policy_rate_limited', `A session uses at most ${this.#deps.lanes} lanes; wait for one.`)
    }
    const lane = known ?? { runs: new Set<LiveRun>(), tail: Promise.resolve() }
    this.#lanes.set(streamId, lane)
    this.#seenLanes.add(streamId)
    const oldest = this.#seenLanes.size > rememberedLanes ? this.#seenLanes.values().next().value : undefined
    if (oldest !== undefined) this.#seenLanes.delete(oldest)
    return lane
  }

  #leaveLane(run: LiveRun, lane: Lane): void {
    lane.runs.delete(run)
    if (lane.runs.size === 0) this.#lanes.delete(run.message.stream_id)
  }

  #disconnect(run: LiveRun): void {
    if (run.message.on_disconnect !== 'cancel') return
    void this.#cancelRun(run, 'disconnected').catch(() => undefined)
  }

  async #cancelRun(run: LiveRun, reason: CancelReason): Promise<void> {
    run.cancelWanted = reason
    if (run.runId !== undefined) await this.#deps.router.cancel(run.runId, reason, run.caller)
  }

  #fail(run: LiveRun, error: unknown): void {
    if (this.#ended.signal.aborted) return
    const { event_id, stream_id } = run.message
    this.#deps.onFailure(error, {
      ...(event_id === undefined ? {} : { event_id }),
      stream_id,
      ...(run.runId === undefined ? {} : { response_id: run.runId }),
    })
  }
}
