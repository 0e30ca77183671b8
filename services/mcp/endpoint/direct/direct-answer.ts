import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Notification } from '@modelcontextprotocol/server'

export interface AnswerOptions {
  readonly head: OutgoingHttpHeaders
  readonly keepAliveMs: number
  /** More than so many bytes that wait for the client: it is cut. */
  readonly unsentBytes: number
}

/** One answer on one connection: plain JSON, or a stream of events once there is something to tell before the end. */
export class DirectAnswer {
  readonly #res: ServerResponse
  readonly #options: AnswerOptions
  #keepAlive: NodeJS.Timeout | undefined

  constructor(res: ServerResponse, options: AnswerOptions) {
    this.#res = res
    this.#options = options
  }

  notify({ method, params }: Notification): void {
    if (this.#res.writableEnded || this.#res.destroyed) return
    if (this.#keepAlive === undefined) this.#openStream()
    if (this.#res.writableLength > this.#options.unsentBytes) this.#res.destroy()
    else this.#res.write(event(JSON.stringify({ jsonrpc: '2.0', method, params })))
  }

  /** @param json the whole JSON-RPC message. `status` counts as long as nothing was told before. */
  end(json: string, status = 200): void {
    clearInterval(this.#keepAlive)
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
    clearInterval(this.#keepAlive)
    this.#res.destroy()
  }

  #openStream(): void {
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
