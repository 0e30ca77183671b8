import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { JSONRPCMessage, Notification } from '@modelcontextprotocol/server'

export interface AnswerOptions {
  readonly head: OutgoingHttpHeaders
  /** So long after the last sign of life there is another, milliseconds. */
  readonly keepAliveMs: number
  /** More than so many bytes that wait for the client: it is cut. */
  readonly unsentBytes: number
}

/** One answer on one connection: plain JSON, or a stream of events once there is something to tell before the end. */
export class DirectAnswer {
  readonly #res: ServerResponse
  readonly #options: AnswerOptions
  readonly #wait: NodeJS.Timeout
  #keepAlive: NodeJS.Timeout | undefined

  constructor(res: ServerResponse, options: AnswerOptions) {
    this.#res = res
    this.#options = options
    this.#wait = setTimeout(() => this.#showLife(), options.keepAliveMs)
    this.#wait.unref()
  }

  /** Something before the end. */
  tell(message: JSONRPCMessage): void {
    if (!this.#streams()) return
    if (this.#res.writableLength > this.#options.unsentBytes) this.#res.destroy()
    else this.#res.write(event(JSON.stringify(message)))
  }

  notify({ method, params }: Notification): void {
    this.tell({ jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) })
  }

  /** @param json the whole JSON-RPC message. `status` counts as long as nothing was told before. */
  end(json: string, status = 200): void {
    this.#stopTimers()
    if (this.#res.writableEnded || this.#res.destroyed) return
    if (this.#keepAlive !== undefined) {
      this.#res.end(event(json))
      return
    }
    this.#res.writeHead(status, {
      ...this.#options.head,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(json),
    })
    this.#res.end(json)
  }

  /** Nobody is there to be answered, or nobody who may be. */
  cut(): void {
    this.#stopTimers()
    this.#res.destroy()
  }

  /** The client does not want to know any more. */
  leave(): void {
    if (this.#streams()) this.#res.end()
    this.#stopTimers()
  }

  #showLife(): void {
    if (this.#streams()) this.#res.flushHeaders()
  }

  #stopTimers(): void {
    clearTimeout(this.#wait)
    clearInterval(this.#keepAlive)
  }

  /** Sees to it that it is a stream, if that is possible. */
  #streams(): boolean {
    if (this.#res.writableEnded || this.#res.destroyed) return false
    if (this.#keepAlive === undefined) this.#openStream()
    return true
  }

  #openStream(): void {
    clearTimeout(this.#wait)
    this.#res.writeHead(200, {
      ...this.#options.head,
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    this.#keepAlive = setInterval(() => this.#res.write(': keepalive\n\n'), this.#options.keepAliveMs)
    this.#keepAlive.unref()
    this.#res.once('close', () => clearInterval(this.#keepAlive))
  }
}

const event = (json: string): string => `event: message\ndata: ${json}\n\n`
