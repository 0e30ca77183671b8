import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  isInitializeRequest,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
  type RequestId,
  SdkErrorCode,
  SdkHttpError,
  StreamableHTTPClientTransport,
  SUBSCRIPTION_ID_META_KEY,
  serializeMessage,
} from '@modelcontextprotocol/client'
import { CliError } from '../cli-error.ts'
import { bodyOf, explainFailure } from './explain-failure.ts'
import { missedByListener, missedBySession } from './missed-news.ts'
import { ParamHeaders } from './param-headers.ts'
import { readMessages } from './read-messages.ts'

export interface BridgeDeps {
  /** `/mcp` of the house, or of one profile. */
  readonly endpoint: URL
  readonly token: string
  /** The client's messages, one a line. */
  readonly input: NodeJS.ReadableStream
  /** Resolves when it may be written to again. */
  write(text: string): Promise<void>
  /** A sentence for the person, on standard error. */
  note(line: string): void
  readonly signal: AbortSignal
  readonly limits?: Partial<BridgeLimits>
}

interface BridgeLimits {
  /** Requests under way at the same time; more are refused. Open listeners count. Default 1024. */
  readonly open: number
  /** Characters the client has not taken yet; with more it is given up. Default 64 Mi. */
  readonly unsentCharacters: number
  /** Longest line of the client. Default 16 MiB. */
  readonly lineBytes: number
}

const defaultLimits: BridgeLimits = { open: 1024, unsentCharacters: 64 * 1024 * 1024, lineBytes: 16 * 1024 * 1024 }
/** Telling the house that the session ends may take so long. */
const FAREWELL_MS = 2000
/** The house comes back within minutes, or not at all. */
const reconnection = {
  initialReconnectionDelay: 500,
  maxReconnectionDelay: 10_000,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 60,
}

interface OpenRequest {
  readonly message: JSONRPCRequest
  /** 2026-07-28 and later: cancelled by ending its connection. */
  readonly isModern: boolean
  readonly ending: AbortController
  /** Of `subscriptions/listen`: the client knows that it listens. */
  isAcknowledged: boolean
}

/**
 * Carries messages between a client that speaks MCP on our standard streams and the house's endpoint, in both eras, until
 * the input ends or `signal` aborts. A house that is not there or was restarted is told to each request; the bridge stays,
 * and opens a session of the older revisions anew.
 */
export async function bridgeStdio(deps: BridgeDeps): Promise<void> {
  await new StdioBridge(deps).run()
}

class StdioBridge {
  readonly #deps: BridgeDeps
  readonly #limits: BridgeLimits
  readonly #transport: StreamableHTTPClientTransport
  readonly #open = new Map<RequestId, OpenRequest>()
  readonly #headers = new ParamHeaders()
  /** Ends the bridge when the client takes nothing any more. */
  readonly #ended = new AbortController()
  #handshake: JSONRPCRequest | undefined
  #renewal: Promise<void> | undefined
  #renewed: { readonly id: RequestId; resolve(message: JSONRPCMessage): void } | undefined
  #unsent = 0
  #lastNote = ''

  constructor(deps: BridgeDeps) {
    this.#deps = deps
    this.#limits = { ...defaultLimits, ...deps.limits }
    this.#transport = new StreamableHTTPClientTransport(deps.endpoint, {
      requestInit: { headers: { authorization: `Bearer ${deps.token}` } },
      reconnectionOptions: reconnection,
    })
    this.#transport.onmessage = (message) => this.#receive(message)
    this.#transport.onerror = (error) => this.#streamFailed(error)
  }

  async run(): Promise<void> {
    const signal = AbortSignal.any([this.#deps.signal, this.#ended.signal])
    await this.#transport.start()
    try {
      const onInvalid = (): void => this.#note('The client sent a line that is no message of MCP; it was left out.')
      const reading = { signal, onInvalid, maxLineBytes: this.#limits.lineBytes }
      for await (const message of readMessages(this.#deps.input, reading)) await this.#take(message)
    } finally {
      await this.#close()
    }
    this.#ended.signal.throwIfAborted()
  }

  async #take(message: JSONRPCMessage): Promise<void> {
    if (isJSONRPCRequest(message)) {
      this.#request(message)
      return
    }
    const cancelled = 'method' in message ? this.#cancelledBy(message) : undefined
    if (cancelled?.isModern === true) {
      cancelled.ending.abort()
      return
    }
    // One after the other: what follows may need that this has arrived.
    try {
      await this.#send(message)
    } catch (error) {
      this.#note(explainFailure(error, this.#deps.endpoint))
    }
    // Nobody answers it any more; until it is told of the cancelling, the house would go on.
    cancelled?.ending.abort()
  }

  #request(message: JSONRPCRequest): void {
    if (this.#open.size >= this.#limits.open) {
      this.#refuse(message.id, 'Too many requests are under way; wait for some.')
      return
    }
    if (isInitializeRequest(message)) this.#handshake = message
    const ending = new AbortController()
    const isModern = typeof message.params?._meta?.[PROTOCOL_VERSION_META_KEY] === 'string'
    const request: OpenRequest = { message, isModern, ending, isAcknowledged: false }
    this.#open.set(message.id, request)
    if (isModern && message.method === 'subscriptions/listen') {
      void this.#listen(request)
      return
    }
    const lost = (): void => this.#fail(message.id, connectionLost())
    const headers = isModern ? this.#headers.of(message) : undefined
    const options = { requestSignal: ending.signal, onRequestStreamEnd: lost }
    this.#send(message, headers === undefined ? options : { ...options, headers }).catch((error: unknown) =>
      this.#fail(message.id, error),
    )
  }

  /** Takes up again a listener whose connection was lost, until the client ends it or the house stays away. */
  async #listen(request: OpenRequest): Promise<void> {
    const { id } = request.message
    const { initialReconnectionDelay: first, reconnectionDelayGrowFactor: factor, maxReconnectionDelay } = reconnection
    let delayMs = first
    for (let attempt = 0; attempt <= reconnection.maxRetries; attempt += 1) {
      const failure = await this.#untilStreamEnds(request)
      if (!this.#open.has(id)) return
      if (!request.isAcknowledged) break
      this.#note(explainFailure(failure ?? connectionLost(), this.#deps.endpoint))
      if (failure === undefined) [attempt, delayMs] = [0, first]
      await sleep(delayMs, undefined, { signal: request.ending.signal }).catch(() => undefined)
      delayMs = Math.min(delayMs * factor, maxReconnectionDelay)
    }
    this.#fail(id, connectionLost())
  }

  /** Why there was none; undefined: it was there and ended. Never rejects. */
  async #untilStreamEnds({ message, ending: { signal } }: OpenRequest): Promise<unknown> {
    if (signal.aborted) return undefined
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const ended = (): void => resolve(undefined)
    signal.addEventListener('abort', ended, { once: true })
    this.#send(message, { requestSignal: signal, onRequestStreamEnd: ended }).catch(resolve)
    return await promise.finally(() => signal.removeEventListener('abort', ended))
  }

  /** The request that the client does not want any more; its answer goes nowhere. */
  #cancelledBy({ method, params }: JSONRPCNotification): OpenRequest | undefined {
    const id = params?.['requestId']
    if (method !== 'notifications/cancelled' || (typeof id !== 'string' && typeof id !== 'number')) return undefined
    const request = this.#open.get(id)
    this.#open.delete(id)
    return request
  }

  async #send(
    message: JSONRPCMessage,
    options: Parameters<StreamableHTTPClientTransport['send']>[1] = {},
  ): Promise<void> {
    const session = this.#transport.sessionId
    try {
      await this.#transport.send(message, options)
    } catch (error) {
      if (session === undefined || !isLostSession(error) || isInitializeRequest(message)) throw error
      await this.#renew(session)
      await this.#transport.send(message, options)
    }
  }

  /** The house knows the session no more: it was restarted. The client's own handshake is said again, once for all. */
  async #renew(lost: string): Promise<void> {
    if (this.#transport.sessionId !== lost) return
    this.#renewal ??= this.#handshakeAgain().finally(() => {
      this.#renewal = undefined
    })
    await this.#renewal
  }

  async #handshakeAgain(): Promise<void> {
    if (this.#handshake === undefined) throw new Error('There was no handshake.')
    const { promise, resolve, reject } = Promise.withResolvers<JSONRPCMessage>()
    const id = `hearth-${randomUUID()}`
    this.#renewed = { id, resolve }
    const onRequestStreamEnd = (): void => reject(connectionLost())
    await this.#transport.send({ ...this.#handshake, id }, { onRequestStreamEnd })
    this.#adoptVersion(await promise)
    await this.#transport.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
    this.#note('The house was restarted; the session was opened anew.')
    for (const news of missedBySession()) this.#write(news)
  }

  #receive(message: JSONRPCMessage): void {
    if ('method' in message && this.#repeatsAcknowledgement(message)) return
    if ('method' in message || message.id === undefined) this.#write(message)
    else if (message.id === this.#renewed?.id) this.#renewed.resolve(message)
    else this.#answered(message.id, message)
  }

  /** Of a listener that was taken up again the client knows already; what it may have missed it does not. */
  #repeatsAcknowledgement({ method, params }: JSONRPCRequest | JSONRPCNotification): boolean {
    if (method !== 'notifications/subscriptions/acknowledged') return false
    const id: unknown = params?._meta?.[SUBSCRIPTION_ID_META_KEY]
    const request = typeof id === 'string' || typeof id === 'number' ? this.#open.get(id) : undefined
    const isRepeated = request?.isAcknowledged === true
    if (request !== undefined) request.isAcknowledged = true
    if (isRepeated) for (const news of missedByListener(request.message)) this.#write(news)
    return isRepeated
  }

  #answered(id: RequestId, message: JSONRPCMessage): void {
    const request = this.#open.get(id)
    // Cancelled or refused meanwhile: it has its end.
    if (request === undefined) return
    this.#open.delete(id)
    const { method } = request.message
    if (method === 'subscriptions/listen') request.ending.abort()
    if (method === 'initialize') this.#adoptVersion(message)
    if (method === 'tools/list' && isJSONRPCResultResponse(message)) this.#headers.learn(message.result)
    this.#write(message)
  }

  #adoptVersion(message: JSONRPCMessage): void {
    const version = isJSONRPCResultResponse(message) ? message.result['protocolVersion'] : undefined
    if (typeof version === 'string') this.#transport.setProtocolVersion(version)
  }

  /** Of the stream on which the house tells changes to clients of the older revisions; requests fail by themselves. */
  #streamFailed(error: unknown): void {
    if (!(error instanceof SdkHttpError) || error.code !== SdkErrorCode.ClientHttpFailedToOpenStream) return
    const session = this.#transport.sessionId
    if (session === undefined || !isLostSession(error)) return
    this.#renew(session).catch((failure: unknown) => this.#note(explainFailure(failure, this.#deps.endpoint)))
  }

  #fail(id: RequestId, error: unknown): void {
    if (!this.#open.delete(id)) return
    const told = error instanceof SdkHttpError ? toldError(error, id) : undefined
    if (told !== undefined) {
      this.#write(told)
      return
    }
    const sentence = explainFailure(error, this.#deps.endpoint)
    this.#note(sentence)
    this.#refuse(id, sentence)
  }

  #refuse(id: RequestId, message: string): void {
    this.#write({ jsonrpc: '2.0', id, error: { code: -32_603, message } })
  }

  #write(message: JSONRPCMessage): void {
    const text = serializeMessage(message)
    this.#unsent += text.length
    if (this.#unsent > this.#limits.unsentCharacters) this.#ended.abort(tooSlow())
    if (this.#ended.signal.aborted) return
    this.#deps.write(text).then(
      () => {
        this.#unsent -= text.length
      },
      (error: unknown) => this.#ended.abort(error),
    )
  }

  /** The same sentence once. */
  #note(line: string): void {
    if (line !== this.#lastNote) this.#deps.note(line)
    this.#lastNote = line
  }

  async #close(): Promise<void> {
    for (const { ending } of this.#open.values()) ending.abort()
    this.#open.clear()
    const hurry = setTimeout(() => void this.#transport.close(), FAREWELL_MS)
    await this.#transport.terminateSession().catch(() => undefined)
    clearTimeout(hurry)
    await this.#transport.close()
  }
}

const connectionLost = (): Error => new Error('The connection to the house was lost.')

const tooSlow = (): CliError => new CliError('failed', 'The client takes no messages any more; restart it.')

const isLostSession = (error: unknown): boolean => error instanceof SdkHttpError && error.status === 404

/** Failures of the protocol come under an HTTP status, with the message in the body. */
function toldError(error: SdkHttpError, id: RequestId): JSONRPCMessage | undefined {
  const message = bodyOf(error)
  return isJSONRPCErrorResponse(message) && message.id === id ? message : undefined
}
