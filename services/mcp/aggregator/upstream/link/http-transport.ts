import {
  type JSONRPCMessage,
  type JSONRPCRequest,
  type JSONRPCResponse,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { LiveMap } from '../../../../common/collections/live-map.ts'
import { type FirstLook, firstLook } from '../http/first-look.ts'
import type { GivenAnswer, Reading } from '../http/pinned-fetch.ts'
import type { WireAnswer } from '../http/pinned-wire.ts'
import { isEventStream, mediaTypeOf } from '../http/to-response.ts'
import type { ShortPost } from './short-post.ts'

/** In `data` of the error that a request ends with when its stream did; nobody outside can make it. */
export const streamLost: { readonly hearth: 'stream_lost' } = { hearth: 'stream_lost' }
export const answerTooLarge: { readonly hearth: 'answer_too_large' } = { hearth: 'answer_too_large' }

type SendOptions = NonNullable<Parameters<StreamableHTTPClientTransport['send']>[1]>

export interface TransportWays {
  /** Does the work so that what is fetched in it belongs to the reading. */
  readonly run: <Value>(reading: Reading, work: () => Value) => Value
  /** Undefined: everything goes the SDK's way. */
  readonly short: ShortPost | undefined
  /** Hands an answer to who waits for it; false: that is nobody here. */
  readonly take: (answer: JSONRPCResponse) => boolean
  /** Larger answers of the shorter way are not read to their end. */
  readonly maxAnswerBytes: () => number
}

/**
 * The SDK's transport, with an end for every request: when the stream of its answer breaks the SDK would leave it to its
 * timeout, and of a legacy request that was cancelled it would keep the stream. Calls whose answer is plain take a shorter
 * way; any other answer is handed to the SDK as it came.
 */
export class WatchedHttpTransport extends StreamableHTTPClientTransport {
  readonly #ways: TransportWays
  readonly #open = new LiveMap<string | number, AbortController>()

  constructor(
    url: URL,
    options: ConstructorParameters<typeof StreamableHTTPClientTransport>[1] & object,
    ways: TransportWays,
  ) {
    super(url, options)
    this.#ways = ways
  }

  override async send(message: JSONRPCMessage, options: SendOptions = {}): Promise<void> {
    if (options.onRequestStreamEnd === undefined && isRequest(message)) return this.#request(message, options)
    await super.send(message, options)
    const cancelled =
      'method' in message && message.method === 'notifications/cancelled' ? message.params?.['requestId'] : undefined
    if (typeof cancelled === 'string' || typeof cancelled === 'number') this.#end(cancelled)
  }

  override async close(): Promise<void> {
    for (const controller of this.#open.values()) controller.abort()
    await super.close()
  }

  async #request(message: JSONRPCRequest, options: SendOptions): Promise<void> {
    const { short } = this.#ways
    const headers = options.headers === undefined ? short?.headersOf(message, this) : undefined
    const signal = this.#begin(message.id, options.requestSignal)
    const sent = { message, options: { ...options, requestSignal: signal } }
    try {
      if (short === undefined || headers === undefined) await this.#goSdkWay(sent, undefined)
      else await this.#take(sent, await short.send(message, { headers, signal }))
    } catch (error) {
      this.#open.delete(message.id)
      throw error
    }
  }

  #begin(id: string | number, given: AbortSignal | undefined): AbortSignal {
    const controller = new AbortController()
    this.#open.set(id, controller)
    if (given?.aborted === true) this.#end(id)
    given?.addEventListener('abort', () => this.#end(id), { once: true })
    return controller.signal
  }

  #end(id: string | number): void {
    this.#open.get(id)?.abort()
    this.#open.delete(id)
  }

  async #take(sent: Sent, answer: WireAnswer): Promise<void> {
    const { id } = sent.message
    const look = await lookAt(answer, id, this.#ways.maxAnswerBytes())
    if (look.type === 'other') return this.#goSdkWay(sent, { answer, head: look.head })
    if (!this.#ways.take(look.answer)) this.onmessage?.(look.answer)
    if (!isEventStream(answer)) return void this.#open.delete(id)
    // A server may say more on the stream that its answer came on.
    answer.body.once('close', () => this.#open.delete(id))
    const more = (head: GivenAnswer['head'][number]) => {
      answer.body.pause()
      this.#goSdkWay(sent, { answer, head: [head] }).catch(() => undefined)
    }
    if (look.rest.length > 0) more(look.rest)
    else answer.body.once('data', more).resume()
  }

  async #goSdkWay({ message, options }: Sent, given: GivenAnswer | undefined): Promise<void> {
    const { id } = message
    const reading: Reading = { isStream: false, tooLarge: false, given }
    const onRequestStreamEnd = () => {
      this.#open.delete(id)
      const data = reading.tooLarge ? answerTooLarge : streamLost
      this.onmessage?.({ jsonrpc: '2.0', id, error: { code: -32000, message: data.hearth, data } })
    }
    await this.#ways.run(reading, () => super.send(message, { ...options, onRequestStreamEnd }))
    if (!reading.isStream) this.#open.delete(id)
  }
}

interface Sent {
  readonly message: JSONRPCRequest
  readonly options: SendOptions
}

const isRequest = (message: JSONRPCMessage): message is JSONRPCRequest => 'method' in message && 'id' in message

async function lookAt(answer: WireAnswer, id: string | number, maxBytes: number): Promise<FirstLook> {
  const mayBePlain = answer.statusCode === 200 && plainType.test(mediaTypeOf(answer))
  return mayBePlain ? firstLook(answer, id, maxBytes) : { type: 'other', head: [] }
}

const plainType = /^(?:application\/json|text\/event-stream) *(?:;|$)/
