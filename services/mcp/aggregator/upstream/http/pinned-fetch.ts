import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Egress } from './egress.ts'
import type { HostAddress } from './egress-rule.ts'
import { MessageCap } from './message-cap.ts'

/** What becomes known of the answer to one request while it is read. */
export interface ReadState {
  isStream: boolean
  tooLarge: boolean
}

const bodyWindowBytes = 256 * 1024
const maxHeaderBytes = 64 * 1024

export interface PinnedFetchOptions {
  readonly egress: Pick<Egress, 'addressesOf'>
  /** Of a body, or of one event of an event stream. */
  readonly maxMessageBytes: number
  readonly maxSockets: number
  /** Of the request that is made in this moment, if somebody wants to know. */
  readonly readState: () => ReadState | undefined
}

export interface PinnedFetch {
  /** As `fetch`, without redirects, compression and cookies; bodies are text. */
  readonly fetch: (url: string | URL, init?: RequestInit) => Promise<Response>
  close(): void
}

/** `fetch` that connects only to addresses the egress rule allowed, and reads no more than it may. */
export function createPinnedFetch(options: PinnedFetchOptions): PinnedFetch {
  const pool = { keepAlive: true, maxSockets: options.maxSockets, maxFreeSockets: options.maxSockets }
  const http = new HttpAgent(pool)
  const https = new HttpsAgent(pool)
  return {
    fetch: async (input, init = {}) => {
      const url = new URL(input)
      const state = options.readState()
      const addresses = await options.egress.addressesOf(url.hostname)
      const message = await send(url, init, {
        agent: url.protocol === 'https:' ? https : http,
        lookup: pinnedLookup(addresses),
      })
      return toResponse(message, options.maxMessageBytes, state)
    },
    close: () => {
      http.destroy()
      https.destroy()
    },
  }
}

const pinnedLookup =
  (addresses: readonly HostAddress[]): LookupFunction =>
  (_hostname, options, callback) => {
    const [first] = addresses
    // Not at once: a connection refused by the system before the request has its socket is an error nobody listens to,
    // which ends the process.
    process.nextTick(() => {
      if (options.all === true) callback(null, [...addresses])
      else callback(null, first?.address ?? '', first?.family ?? 4)
    })
  }

function send(
  url: URL,
  init: RequestInit,
  wire: { readonly agent: HttpAgent; readonly lookup: LookupFunction },
): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const { signal } = init
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      ...wire,
      method: init.method ?? 'GET',
      headers: headersOf(init),
      maxHeaderSize: maxHeaderBytes,
    })
    const abort = () => outgoing.destroy(abortError(signal))
    signal?.addEventListener('abort', abort, { once: true })
    outgoing.once('close', () => {
      signal?.removeEventListener('abort', abort)
      reject(new Error('the connection was closed without an answer'))
    })
    outgoing.on('error', reject)
    outgoing.once('response', (message) => {
      // An error that nobody listens to ends the process; who reads the body listens too.
      message.on('error', () => undefined)
      resolve(message)
    })
    outgoing.end(bodyText(init.body))
  })
}

const abortError = (signal: AbortSignal | null | undefined): Error =>
  signal?.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError')

function headersOf(init: RequestInit): Record<string, string> {
  const headers = Object.fromEntries(new Headers(init.headers))
  const body = bodyText(init.body)
  return body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) }
}

function bodyText(body: RequestInit['body']): string | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string' || body instanceof URLSearchParams) return body.toString()
  throw new TypeError('a request to an upstream has a text as its body')
}

function toResponse(message: IncomingMessage, maxBytes: number, state: ReadState | undefined): Response {
  const status = message.statusCode ?? 0
  if (status < 200 || status > 599) {
    message.destroy()
    throw new TypeError(`a status of ${status} is none of HTTP`)
  }
  const isBare = [204, 205, 304].includes(status)
  if (isBare) message.resume()
  return new Response(isBare ? null : bodyOf(message, maxBytes, state), {
    status,
    statusText: message.statusMessage ?? '',
    headers: Object.entries(message.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    ),
  })
}

type Bytes = Uint8Array<ArrayBuffer>

function bodyOf(message: IncomingMessage, maxBytes: number, state: ReadState | undefined): ReadableStream<Bytes> {
  const isEventStream = (message.headers['content-type'] ?? '').startsWith('text/event-stream')
  const cap = new MessageCap(maxBytes, isEventStream)
  if (state !== undefined) state.isStream = isEventStream
  const isWithin = (chunk: Bytes) => {
    try {
      cap.count(chunk)
      return true
    } catch (error) {
      if (state !== undefined) state.tooLarge = true
      message.destroy(error instanceof Error ? error : undefined)
      return false
    }
  }
  return streamOf(message, isWithin)
}

function streamOf(message: IncomingMessage, isWithin: (chunk: Bytes) => boolean): ReadableStream<Bytes> {
  // A stream that its reader gave up throws at whoever closes it once more.
  let isWanted = true
  return new ReadableStream<Bytes>(
    {
      start(controller) {
        message.on('data', (chunk: Buffer<ArrayBuffer>) => {
          if (!isWanted || !isWithin(chunk)) return
          controller.enqueue(chunk)
          if ((controller.desiredSize ?? 0) <= 0) message.pause()
        })
        message.once('end', () => {
          if (isWanted) controller.close()
        })
        message.on('error', (error) => {
          if (isWanted) controller.error(error)
          isWanted = false
        })
      },
      pull: () => {
        message.resume()
      },
      cancel: () => {
        isWanted = false
        message.destroy()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: bodyWindowBytes }),
  )
}
