import {
  isJSONRPCNotification,
  isJSONRPCRequest,
  type JSONRPCMessage,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import type { ReadState } from '../http/pinned-fetch.ts'

/** In `data` of the error that a request ends with when its stream did; nobody outside can make it. */
export const streamLost: { readonly hearth: 'stream_lost' } = { hearth: 'stream_lost' }
export const answerTooLarge: { readonly hearth: 'answer_too_large' } = { hearth: 'answer_too_large' }

type SendOptions = NonNullable<Parameters<StreamableHTTPClientTransport['send']>[1]>

/** Does the work so that what is fetched in it writes to the state. */
type Run = <Value>(state: ReadState, work: () => Value) => Value

/**
 * The SDK's transport, with an end for every request: when the stream of its answer breaks the SDK would leave it to its
 * timeout, and of a legacy request that was cancelled it would keep the stream.
 */
export class WatchedHttpTransport extends StreamableHTTPClientTransport {
  readonly #run: Run
  readonly #open = new Map<unknown, AbortController>()

  constructor(url: URL, options: ConstructorParameters<typeof StreamableHTTPClientTransport>[1] & object, run: Run) {
    super(url, options)
    this.#run = run
  }

  override async send(message: JSONRPCMessage, options: SendOptions = {}): Promise<void> {
    if (isJSONRPCRequest(message) && options.onRequestStreamEnd === undefined) return this.#request(message, options)
    await super.send(message, options)
    if (isJSONRPCNotification(message) && message.method === 'notifications/cancelled') {
      this.#open.get(message.params?.['requestId'])?.abort()
    }
  }

  async #request(message: JSONRPCMessage & { readonly id: string | number }, options: SendOptions) {
    const { id } = message
    const controller = new AbortController()
    const state: ReadState = { isStream: false, tooLarge: false }
    this.#open.set(id, controller)
    controller.signal.addEventListener('abort', () => this.#open.delete(id), { once: true })
    const given = options.requestSignal
    const requestSignal = given === undefined ? controller.signal : AbortSignal.any([controller.signal, given])
    const onRequestStreamEnd = () => {
      this.#open.delete(id)
      const data = state.tooLarge ? answerTooLarge : streamLost
      this.onmessage?.({ jsonrpc: '2.0', id, error: { code: -32000, message: data.hearth, data } })
    }
    try {
      await this.#run(state, () => super.send(message, { ...options, requestSignal, onRequestStreamEnd }))
    } catch (error) {
      this.#open.delete(id)
      throw error
    }
    if (!state.isStream) this.#open.delete(id)
  }
}
