import type { ServerResponse } from 'node:http'
import type { ApiLimits } from './api-limits.ts'

type StreamLimits = Pick<
  ApiLimits,
  'keepAliveMs' | 'softQueueBytes' | 'socketWindowBytes' | 'stallMs' | 'lingerMs' | 'tickMs'
>

export interface EventStreamDeps {
  readonly response: ServerResponse
  readonly limits: StreamLimits
  /** Monotonic milliseconds. */
  readonly elapsed: () => number
}

const keepAlive = ': keep-alive\n\n'

/**
 * Server-sent events to one client. What is written in one tick leaves in one write; the socket is given no more than
 * a window at a time, so that progress shows. Owns the response from `open` on: a client that takes nothing is cut.
 */
export class EventStream {
  readonly #response: ServerResponse
  readonly #limits: StreamLimits
  readonly #elapsed: () => number
  readonly #wakeUps = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined
  #pending = ''
  /** What is left of a text larger than a window. */
  #rest = Buffer.alloc(0)
  #inFlight = 0
  #isScheduled = false
  #isEnding = false
  /** When the client last took something, or was first given something. */
  #movedAt = 0

  constructor({ response, limits, elapsed }: EventStreamDeps) {
    this.#response = response
    this.#limits = limits
    this.#elapsed = elapsed
  }

  /** Sends the status and the first events in one write. Once. */
  open(headers: Readonly<Record<string, string>>, text: string): void {
    // The client may have left before there was anything to send: no event tells that any more.
    if (this.#response.destroyed) {
      this.#close()
      return
    }
    this.#movedAt = this.#elapsed()
    this.#response.once('close', () => this.#close())
    this.#response.on('error', () => this.#response.destroy())
    this.#response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    })
    this.#timer = setInterval(() => this.#tick(), this.#limits.tickMs)
    this.#pending = text
    this.#flush()
  }

  write(text: string): void {
    if (text === '' || this.#isEnding) return
    if (this.#waiting() === 0) this.#movedAt = this.#elapsed()
    this.#pending += text
    if (this.#isScheduled || this.#inFlight > 0) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#flush()
    })
  }

  /** The last events; the response ends when the client has taken them. */
  end(text: string): void {
    this.write(text)
    this.#isEnding = true
    this.#flush()
  }

  /** The client has not taken everything yet. */
  get isBehind(): boolean {
    return this.#waiting() > 0
  }

  /** More waits than should: read no further before `whenFree`. */
  get isFull(): boolean {
    return !this.#response.destroyed && this.#waiting() > this.#limits.softQueueBytes
  }

  /** Resolves when something was taken or the connection is gone. */
  async whenFree(): Promise<void> {
    if (this.#response.destroyed) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wakeUps.add(resolve)
    await promise
  }

  /** Characters count as bytes: near enough for a bound. */
  #waiting(): number {
    return this.#pending.length + this.#rest.length + this.#inFlight
  }

  #flush(): void {
    if (this.#inFlight > 0 || this.#response.destroyed) return
    const next = this.#take()
    if (next.length > 0) {
      this.#inFlight = next.length
      this.#response.write(next, () => this.#taken())
    } else if (this.#isEnding && !this.#response.writableEnded) this.#response.end()
  }

  #take(): string | Buffer {
    const { socketWindowBytes: window } = this.#limits
    if (this.#rest.length === 0) {
      const text = this.#pending
      this.#pending = ''
      if (text.length <= window) return text
      this.#rest = Buffer.from(text)
    }
    const slice = this.#rest.subarray(0, window)
    this.#rest = this.#rest.subarray(window)
    return slice
  }

  #taken(): void {
    this.#inFlight = 0
    this.#movedAt = this.#elapsed()
    this.#flush()
    this.#wake()
  }

  #tick(): void {
    const idleMs = this.#elapsed() - this.#movedAt
    const waiting = this.#waiting()
    const patienceMs = waiting > this.#limits.softQueueBytes ? this.#limits.stallMs : this.#limits.lingerMs
    if (waiting > 0 && idleMs >= patienceMs) this.#response.destroy()
    else if (waiting === 0 && idleMs >= this.#limits.keepAliveMs) this.write(keepAlive)
  }

  #close(): void {
    clearInterval(this.#timer)
    // What is written from here on goes nowhere: nothing waits any more.
    this.#isEnding = true
    this.#inFlight = 0
    this.#pending = ''
    this.#rest = Buffer.alloc(0)
    this.#wake()
  }

  #wake(): void {
    for (const wakeUp of this.#wakeUps) wakeUp()
    this.#wakeUps.clear()
  }
}
