import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { GatewayLimits } from '../gateway-limits.ts'
import { type OutgoingBlob, SendQueue } from './send-queue.ts'
import { TextFrames } from './text-frames.ts'

export interface SocketWriterDeps {
  readonly socket: WebSocket
  /** Under the WebSocket; text goes to it in one write per tick, which is most of what a token costs. */
  readonly raw: Duplex
  readonly limits: Pick<GatewayLimits, 'softQueueBytes' | 'hardQueueBytes' | 'socketWindowBytes'>
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
  /** Called when more waits than the hard limit allows. */
  readonly onOverflow: () => void
}

/** Lane of messages that belong to no run. */
export const controlLane = ''

/**
 * The only writer of a socket. Text first; a chunk of a picture only when the socket has taken the one before, so that
 * no token waits behind more than one. Never blocks: readers of runs ask `isFull` and wait for `whenFree`.
 */
export class SocketWriter {
  readonly #deps: SocketWriterDeps
  readonly #queue = new SendQueue()
  /** Text that leaves at the end of this tick. */
  readonly #leaving = new TextFrames()
  #isChunkOut = false
  #isLeaving = false
  #isFinished = false
  #progressAt: number
  #changed: PromiseWithResolvers<void> | undefined

  constructor(deps: SocketWriterDeps) {
    this.#deps = deps
    this.#progressAt = deps.elapsed()
  }

  sendText(lane: string, text: string): void {
    if (this.#isFinished) return
    if (this.#waitingTextBytes() >= this.#deps.limits.hardQueueBytes) {
      this.#deps.onOverflow()
      return
    }
    this.#noteBusy()
    if (this.#queue.isEmpty && this.#hasRoom()) this.#writeText(text)
    else this.#queue.pushText(lane, text)
  }

  /** Bytes are held by reference until they are out. */
  sendBlob(lane: string, blob: OutgoingBlob): void {
    if (this.#isFinished) return
    this.#noteBusy()
    this.#queue.pushBlob(lane, blob)
    this.#pump()
  }

  /**
   * Whether the runs of a lane should not be read on: text piles up, or a picture of the lane is still going out. Never
   * once it is finished, whatever the socket still holds: nobody waits for that any more.
   */
  isFull(lane: string): boolean {
    if (this.#isFinished) return false
    return this.#waitingTextBytes() >= this.#deps.limits.softQueueBytes || this.#queue.hasBlob(lane)
  }

  /**
   * Resolves when the lane takes more, the writer is finished, or `signal` aborts together with it. By the time the
   * caller goes on, another that waited may have filled the socket again: look at `isFull` once more.
   */
  async whenFree(lane: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.isFull(lane)) {
      this.#changed ??= Promise.withResolvers<void>()
      await this.#changed.promise
    }
  }

  get isIdle(): boolean {
    return this.#queue.isEmpty && this.#handedBytes() === 0
  }

  /** For how long something waits and the socket takes nothing, milliseconds. */
  stalledMs(): number {
    return this.isIdle ? 0 : this.#deps.elapsed() - this.#progressAt
  }

  /** Drops what waits and wakes all readers; `lastText` still goes to the socket. */
  finish(lastText?: string): void {
    if (this.#isFinished) return
    this.#isFinished = true
    this.#queue.clear()
    this.#wake()
    if (lastText !== undefined) this.#leaving.add(lastText)
    this.#flush()
  }

  /** Something waits or the socket has not yet taken all. */
  isBehind(): boolean {
    return !this.#queue.isEmpty || this.#deps.socket.bufferedAmount > 0
  }

  #waitingTextBytes(): number {
    return this.#queue.textBytes + this.#handedBytes()
  }

  /** Bytes that need no turn any more. */
  #handedBytes(): number {
    return this.#leaving.byteLength + this.#deps.socket.bufferedAmount
  }

  #hasRoom(): boolean {
    return this.#handedBytes() < this.#deps.limits.socketWindowBytes
  }

  #noteBusy(): void {
    if (this.isIdle) this.#progressAt = this.#deps.elapsed()
  }

  #pump(): void {
    while (!this.#isFinished && this.#hasRoom()) {
      const text = this.#queue.takeText()
      if (text !== undefined) this.#writeText(text)
      else if (!this.#sendChunk()) return
    }
  }

  #writeText(text: string): void {
    this.#leaving.add(text)
    if (this.#isLeaving) return
    this.#isLeaving = true
    setImmediate(this.#leave)
  }

  #sendChunk(): boolean {
    const chunk = this.#isChunkOut ? undefined : this.#queue.takeChunk()
    if (chunk === undefined) return false
    this.#isChunkOut = true
    this.#flush()
    this.#deps.socket.send(chunk, this.#onChunkTaken)
    return true
  }

  readonly #leave = (): void => {
    this.#isLeaving = false
    this.#flush()
  }

  /** Nothing is owed to a socket that is gone. */
  #flush(): void {
    if (this.#leaving.byteLength === 0) return
    const frames = this.#leaving.take()
    if (this.#deps.raw.writable) this.#deps.raw.write(frames, this.#onTaken)
  }

  readonly #onTaken = (): void => {
    this.#progressAt = this.#deps.elapsed()
    this.#pump()
    this.#wake()
  }

  readonly #onChunkTaken = (): void => {
    this.#isChunkOut = false
    this.#onTaken()
  }

  #wake(): void {
    this.#changed?.resolve()
    this.#changed = undefined
  }
}
