import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { SessionMessage } from '../../common/contracts/protocol/server-messages.ts'
import type { HearthError } from '../../common/errors/hearth-error.ts'
import { wireErrorOf } from '../../common/errors/wire-error.ts'
import type { GatewayLimits } from '../gateway-limits.ts'
import type { GatewayMetrics } from '../gateway-metrics.ts'
import type { RunEcho } from '../runs/session-runs.ts'
import { controlLane, SocketWriter } from '../sending/socket-writer.ts'
import { closeReason, type Ending } from './close-of.ts'

export interface SocketLinkDeps {
  readonly socket: WebSocket
  readonly raw: Duplex
  readonly limits: GatewayLimits
  readonly elapsed: () => number
  readonly metrics: GatewayMetrics
  readonly onOverflow: () => void
  /** Nothing more can be sent. Called once. */
  readonly onEnding: () => void
}

/** One WebSocket as its session sees it: messages out, pings, and one way to end it. Owns the socket. */
export class SocketLink {
  readonly writer: SocketWriter
  readonly #deps: SocketLinkDeps
  #pingedAt: number
  #unansweredPings = 0
  #endedWith: number | undefined
  #endedAt: number | undefined

  constructor(deps: SocketLinkDeps) {
    this.#deps = deps
    this.#pingedAt = deps.elapsed()
    this.writer = new SocketWriter(deps)
    deps.socket.on('pong', () => {
      this.#unansweredPings = 0
    })
  }

  get isEnding(): boolean {
    return this.#endedAt !== undefined
  }

  vitals(): { pingMs: number; unansweredPings: number; stalledMs: number; endingMs: number | undefined } {
    const now = this.#deps.elapsed()
    return {
      pingMs: now - this.#pingedAt,
      unansweredPings: this.#unansweredPings,
      stalledMs: this.writer.stalledMs(),
      endingMs: this.#endedAt === undefined ? undefined : now - this.#endedAt,
    }
  }

  send(message: SessionMessage): void {
    this.sendEncoded(message.type, JSON.stringify(message))
  }

  /** `text`: a whole message of that type. */
  sendEncoded(type: SessionMessage['type'], text: string): void {
    this.#deps.metrics.frame('out', type)
    this.writer.sendText(controlLane, text)
  }

  sendError(error: HearthError, echo: RunEcho): void {
    this.send({ type: 'error', error: wireErrorOf(error), ...echo })
  }

  ping(): void {
    this.#pingedAt = this.#deps.elapsed()
    this.#unansweredPings += 1
    this.#deps.socket.ping()
  }

  /** Closes with code and reason, dropping what waits; `announce` says the error in a last frame before. Idempotent. */
  end(ending: Ending, announce: boolean): void {
    if (this.isEnding) return
    this.#endedWith = ending.code
    this.#stopSending(announce ? JSON.stringify({ type: 'error', error: wireErrorOf(ending.error) }) : undefined)
    this.#deps.socket.close(ending.code, closeReason(ending))
  }

  /** The client broke a rule of RFC 6455: `ws` closes by itself, with a code that only its error tells. */
  noteBroken(error: Error): void {
    if (this.isEnding) return
    this.#endedWith = brokenCode(error)
    this.#stopSending(undefined)
  }

  terminate(): void {
    this.#deps.socket.terminate()
  }

  /** The socket is gone. @returns the code of whoever closed first. */
  closed(code: number): number {
    if (!this.isEnding) this.#stopSending(undefined)
    return this.#endedWith ?? code
  }

  #stopSending(lastText: string | undefined): void {
    this.#endedAt = this.#deps.elapsed()
    this.writer.finish(lastText)
    this.#deps.onEnding()
  }
}

/** Close codes of RFC 6455 §7.4.1 by the error codes of ws 8. */
const brokenCodes: ReadonlyMap<unknown, number> = new Map([
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 1009],
  ['WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH', 1009],
  ['WS_ERR_INVALID_UTF8', 1007],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 1008],
])

/** Undefined for an error of the socket under it. */
function brokenCode(error: Error): number | undefined {
  const code = 'code' in error ? error.code : undefined
  const known = brokenCodes.get(code)
  if (known !== undefined) return known
  return String(code).startsWith('WS_ERR_') ? 1002 : undefined
}
