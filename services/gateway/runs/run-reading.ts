import type { Principal } from '../../common/contracts/principal.ts'
import type { Router } from '../../common/contracts/router.ts'
import { type RunEvent, terminalTypes } from '../../common/contracts/run-event.ts'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { forEachBatch } from '../../common/streams/for-each-batch.ts'
import { blobOf, RunEncoder, type RunFrame } from '../sending/encode-run-event.ts'
import type { MergePolicy } from '../sending/merge-policy.ts'
import type { SocketWriter } from '../sending/socket-writer.ts'

export interface RunReadingDeps {
  readonly router: Pick<Router, 'attach'>
  readonly writer: Pick<SocketWriter, 'sendText' | 'sendBlob' | 'isFull' | 'isBehind' | 'whenFree'>
  readonly merge: MergePolicy['merge']
  readonly onSent: (type: string, count: number) => void
}

/** What is read, and how it is told. */
export interface ReadingPlan {
  readonly frame: RunFrame
  readonly caller: Principal
  /** Number of the last event not wanted. */
  readonly startingAfter: number
  /** Pictures up to this number are announced without their bytes. */
  readonly bytesAfter: number
  /** The client waits for `response.created`, also where the replay begins with a snapshot. */
  readonly awaitsCreated: boolean
}

/** The last event of a run, or a snapshot that holds its end. */
const endsRun = (message: RunEvent['message'] | undefined): boolean =>
  terminalTypes.some((type) => type === message?.type) ||
  (message?.type === 'response.snapshot' && message.response.status !== 'in_progress')

/** One reading of one run onto one socket. Stopping it leaves the run alone. */
export class RunReading {
  readonly frame: RunFrame
  readonly #deps: RunReadingDeps
  readonly #plan: ReadingPlan
  readonly #encoder: RunEncoder
  readonly #stopped = new AbortController()
  /** The socket had to be waited for with the last batch. */
  #hasWaited = false

  constructor(deps: RunReadingDeps, plan: ReadingPlan) {
    this.#deps = deps
    this.#plan = plan
    this.frame = plan.frame
    this.#encoder = new RunEncoder(plan.frame)
  }

  /** Nothing is sent after it. */
  stop(): void {
    this.#stopped.abort()
  }

  /** Resolves after the terminal event or `stop`. @throws HearthError of `Router.attach`; `gateway_internal`. */
  async read(): Promise<void> {
    try {
      await this.#readOn()
    } catch (error) {
      if (!this.#stopped.signal.aborted) throw error
    }
  }

  async #readOn(): Promise<void> {
    const { router, merge, writer } = this.#deps
    const { frame, startingAfter, caller } = this.#plan
    const { signal } = this.#stopped
    let isOver = false
    let isFirst = this.#plan.awaitsCreated
    await forEachBatch(router.attach(frame.responseId, startingAfter, caller, signal), signal, (batch) => {
      if (isFirst) this.#announceSnapshot(batch[0])
      isFirst = false
      const sending = this.#sendBatch(merge(batch, this.#hasWaited || writer.isBehind()))
      isOver = endsRun(batch.at(-1)?.message)
      return sending
    })
    if (!isOver) throw new HearthError('gateway_internal', 'The stream of the run ended before its end.')
  }

  /** Only a run that an idempotency key names again can have lost its beginning. */
  #announceSnapshot(first: RunEvent | undefined): void {
    if (first?.message.type !== 'response.snapshot') return
    const { profile, conversation } = first.message.response
    this.#send({ sequenceNumber: 0, message: { type: 'response.created', profile, conversation } })
    this.#deps.onSent('response.created', 1)
  }

  /**
   * The limit is looked at before each event: the batch that ends a long answer says all of its text three times.
   * @returns nothing when the socket took it at once, which it nearly always does: a promise for every token would cost more.
   */
  #sendBatch(batch: readonly RunEvent[]): Promise<void> | undefined {
    const { writer } = this.#deps
    const { streamId } = this.frame
    this.#hasWaited = false
    let sent = 0
    for (const event of batch) {
      if (writer.isFull(streamId)) return this.#sendSlowly(batch, sent)
      this.#send(event)
      sent += 1
    }
    this.#count(batch)
    return undefined
  }

  /** From the event at `index` on, each when the socket has room again. */
  async #sendSlowly(batch: readonly RunEvent[], index: number): Promise<void> {
    const { writer } = this.#deps
    const { streamId } = this.frame
    const { signal } = this.#stopped
    this.#hasWaited = true
    for (const event of batch.slice(index)) {
      while (writer.isFull(streamId) && !signal.aborted) await writer.whenFree(streamId, signal)
      if (signal.aborted) return
      this.#send(event)
    }
    this.#count(batch)
  }

  #send(event: RunEvent): void {
    const { writer } = this.#deps
    const { streamId, streamNo } = this.frame
    writer.sendText(streamId, this.#encoder.encode(event))
    const blob = event.sequenceNumber > this.#plan.bytesAfter ? blobOf(event, streamNo) : undefined
    if (blob !== undefined) writer.sendBlob(streamId, blob)
  }

  /** Once for all events of a kind that follow each other. */
  #count(batch: readonly RunEvent[]): void {
    let count = 0
    let type: string | undefined
    for (const { message } of batch) {
      if (type !== undefined && message.type !== type) {
        this.#deps.onSent(type, count)
        count = 0
      }
      type = message.type
      count += 1
    }
    if (type !== undefined) this.#deps.onSent(type, count)
  }
}
