import { once } from 'node:events'
import type http from 'node:http'
import { fieldOf } from './read-body.ts'

export interface VendorRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<http.IncomingHttpHeaders>
  /** Parsed JSON, or the fields of a form (files as `FormFile`). */
  readonly body: unknown
  readonly model: string
  /** Tells sockets apart. */
  readonly clientPort: number | undefined
  /** `performance.now()`. */
  readonly receivedAtMs: number
  /** Steps of the body written so far. */
  readonly written: number
  /** Who ended the response; open while it runs. */
  readonly ended: { readonly by: 'vendor' | 'client'; readonly atMs: number } | undefined
  /** Resolves when the response ended, or its socket closed. */
  readonly closed: Promise<void>
}

/** A request while it is answered. */
export interface OpenRequest extends VendorRequest {
  written: number
  ended: VendorRequest['ended']
  /** Aborts when the response ended, or its socket closed. */
  readonly gone: AbortSignal
}

const keptRequests = 10_000

/** Every request that came, the newest 10 000. */
export class RequestLog {
  readonly requests: VendorRequest[] = []
  readonly #arrivals = new EventTarget()

  async waitFor(index: number, signal: AbortSignal): Promise<VendorRequest> {
    for (;;) {
      const request = this.requests[index]
      if (request !== undefined) return request
      await once(this.#arrivals, 'request', { signal })
    }
  }

  record(request: http.IncomingMessage, response: http.ServerResponse, body: unknown): OpenRequest {
    const { promise, resolve } = Promise.withResolvers<void>()
    const gone = new AbortController()
    const seen: OpenRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
      model: String(fieldOf(body, 'model') ?? ''),
      clientPort: request.socket.remotePort,
      receivedAtMs: performance.now(),
      written: 0,
      ended: undefined,
      closed: promise,
      gone: gone.signal,
    }
    response.once('close', () => {
      seen.ended ??= { by: response.writableFinished ? 'vendor' : 'client', atMs: performance.now() }
      gone.abort()
      resolve()
    })
    this.requests.push(seen)
    if (this.requests.length > keptRequests) this.requests.shift()
    this.#arrivals.dispatchEvent(new Event('request'))
    return seen
  }
}
