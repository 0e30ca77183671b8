import { type BinaryFrame, decodeBinaryFrame } from './binary-frame.ts'
import type { Clock } from './clock.ts'
import type { Failure } from './hearth-client.ts'
import { failureOf, notUnderstood, offline, toldFailure } from './hearth-failure.ts'
import { type Outgoing, parseMessage, type ServerMessage } from './messages.ts'
import { SilenceWatch } from './silence-watch.ts'

export type SocketClass = typeof globalThis.WebSocket

export interface HouseSocketDeps {
  /** `ws(s)://…/v1/ws` */
  readonly url: string
  readonly WebSocket: SocketClass
  readonly clock: Clock
  readonly onOpen: () => void
  /** All that one read of the socket brought, in order. */
  readonly onMessages: (messages: readonly ServerMessage[]) => void
  readonly onFrame: (frame: BinaryFrame) => void
  /** Once; not after `close`. */
  readonly onClosed: (code: number, reason: Failure) => void
}

/** Deltas held back for one fold, at most. */
const longestBatch = 256
const lostCode = 1006

/** One WebSocket to the house. Tells nothing more after it was closed, from either end. */
export class HouseSocket {
  readonly #deps: HouseSocketDeps
  readonly #socket: WebSocket
  readonly #watch: SilenceWatch
  readonly #listening = new AbortController()
  #batch: ServerMessage[] = []
  #stopFlush: (() => void) | undefined
  /** What the house said last, if it was that the connection itself ends; a close has only a code. */
  #told: Failure | undefined

  /** @throws SyntaxError for an address that is none. */
  constructor(deps: HouseSocketDeps) {
    this.#deps = deps
    this.#socket = new deps.WebSocket(deps.url, ['hearth.v1'])
    this.#socket.binaryType = 'arraybuffer'
    this.#watch = new SilenceWatch({
      clock: deps.clock,
      onQuiet: () => this.send({ type: 'ping' }),
      onDead: () => this.#lose(lostCode, offline()),
    })
    const { signal } = this.#listening
    this.#socket.addEventListener('open', () => deps.onOpen(), { signal })
    this.#socket.addEventListener('message', ({ data }) => this.#guard(() => this.#take(data)), { signal })
    // An error is followed by a close, which says more.
    this.#socket.addEventListener('error', () => undefined)
    this.#socket.addEventListener('close', ({ code }) => this.#lose(code, this.#told ?? closeFailure(code)), { signal })
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#deps.WebSocket.OPEN && !this.#listening.signal.aborted
  }

  /** Not yet taken by the network. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount
  }

  /** Says nothing on a socket that is closed: whoever waits for an answer is told of the close. */
  send(message: Outgoing): void {
    if (this.isOpen) this.#socket.send(JSON.stringify(message))
  }

  sendFrame(frame: Uint8Array<ArrayBuffer>): void {
    if (this.isOpen) this.#socket.send(frame)
  }

  /** Is the other end still there? Else it counts as closed. */
  probe(): void {
    this.#watch.probe()
  }

  close(): void {
    this.#listening.abort()
    this.#watch.end()
    this.#stopFlush?.()
    this.#socket.close(1000)
  }

  #take(data: unknown): void {
    this.#watch.heard()
    if (typeof data === 'string') {
      this.#takeMessage(parseMessage(data))
      return
    }
    this.#flush()
    const frame = data instanceof ArrayBuffer ? decodeBinaryFrame(data) : undefined
    if (frame !== undefined) this.#deps.onFrame(frame)
  }

  /** Deltas wait until the read is over, or there are many; nothing else waits. */
  #takeMessage(message: ServerMessage): void {
    this.#told = message.type === 'error' && isOfConnection(message) ? toldFailure(message.error) : undefined
    this.#batch.push(message)
    if (!('delta' in message) || this.#batch.length >= longestBatch) this.#flush()
    else this.#stopFlush ??= this.#deps.clock.after(0, () => this.#guard(() => this.#flush()))
  }

  #flush(): void {
    this.#stopFlush?.()
    this.#stopFlush = undefined
    if (this.#batch.length === 0) return
    const batch = this.#batch
    this.#batch = []
    this.#deps.onMessages(batch)
  }

  /** What cannot be read is never skipped: a new connection reads it again. */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#lose(lostCode, failureOf(error))
    }
  }

  #lose(code: number, reason: Failure): void {
    if (this.#listening.signal.aborted) return
    this.#flushLast()
    this.close()
    this.#deps.onClosed(code, reason)
  }

  /** What came before the end counts. */
  #flushLast(): void {
    try {
      this.#flush()
    } catch {
      this.#batch = []
    }
  }
}

const isOfConnection = (message: Extract<ServerMessage, { type: 'error' }>): boolean =>
  message.event_id === undefined && message.stream_id === undefined && message.response_id === undefined

/** What a close code means to the one at this end, when the house said no more. */
function closeFailure(code: number): Failure {
  switch (code) {
    case 4401:
      return refusal('policy_unauthenticated', 'The house no longer takes the session; sign in again.')
    case 4403:
      return refusal('policy_access_denied', 'This device may not chat; ask the admin of the house.')
    case 4409:
      return refusal('caller_conflict', 'The session goes on elsewhere; reload to use it here.')
    case 4426:
      return refusal('client_protocol', 'The house has another version; reload, or update this program.')
    case 4429:
      return refusal('policy_rate_limited', 'This device has too many connections; close other windows and reload.')
    case 1001:
    case 1012:
      return { code: 'gateway_draining', message: 'The house restarts; this heals by itself.', retryable: true }
    case 1013:
      return { code: 'gateway_overloaded', message: 'The house is busy; this heals by itself.', retryable: true }
    case 1006:
    case 4408:
    case 4500:
      return offline()
    default:
      return { ...notUnderstood(), retryable: false }
  }
}

const refusal = (code: string, message: string): Failure => ({ code, message, retryable: false })
