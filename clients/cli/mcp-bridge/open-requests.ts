import type { JSONRPCRequest, RequestId } from '@modelcontextprotocol/client'

export interface OpenRequest {
  readonly message: JSONRPCRequest
  /** 2026-07-28 and later: cancelled by ending its connection. */
  readonly isModern: boolean
  readonly ending: AbortController
  /** Of `subscriptions/listen`: the client knows that it listens. */
  isAcknowledged: boolean
}

/** What the client has asked and waits for, by id. */
export class OpenRequests {
  readonly #open = new Map<RequestId, OpenRequest>()
  #onAnswered: (() => void) | undefined

  get size(): number {
    return this.#open.size
  }

  get(id: RequestId): OpenRequest | undefined {
    return this.#open.get(id)
  }

  add(request: OpenRequest): void {
    this.#open.set(request.message.id, request)
  }

  /** It has its end, whichever; undefined: it had before. */
  take(id: RequestId): OpenRequest | undefined {
    const request = this.#open.get(id)
    this.#open.delete(id)
    if (this.#onAnswered !== undefined && this.#hasOnlyListeners) this.#onAnswered()
    return request
  }

  /** Resolves when nothing but listeners, which have no end, is under way, or when `signal` aborts. */
  async answered(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#hasOnlyListeners) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onAnswered = resolve
    signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
  }

  endAll(): void {
    for (const { ending } of this.#open.values()) ending.abort()
    this.#open.clear()
  }

  get #hasOnlyListeners(): boolean {
    return [...this.#open.values()].every(({ message }) => message.method === 'subscriptions/listen')
  }
}
