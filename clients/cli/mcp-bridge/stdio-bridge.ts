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
import { connectionLost, HouseSession } from './house-session.ts'
import { missedByListener } from './missed-news.ts'
import { type OpenRequest, OpenRequests } from './open-requests.ts'
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
  /** For the house to take a notification or an answer of the client, before what follows is read. Default 5 s. */
  readonly deliveryMs: number
  /** For answers that are under way when the client's input ends. Default 5 s. */
  readonly lastAnswersMs: number
}

const defaultLimits: BridgeLimits = {
  open: 1024,
  unsentCharacters: 64 * 1024 * 1024,
  lineBytes: 16 * 1024 * 1024,
  deliveryMs: 5000,
  lastAnswersMs: 5000,
}
/** Telling the house that the session ends may take so long. */
const FAREWELL_MS = 2000
/** The house comes back within minutes, or not at all. */
const reconnection = {
  initialReconnectionDelay: 500,
  maxReconnectionDelay: 10_000,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 60,
}

/**
 * Carries messages between a client that speaks MCP on our standard streams and the house's endpoint, in both eras, until
 * the input ends and what was asked is answered, or `signal` aborts. A house that is not there or was restarted is told to each request; the bridge stays,
 * and opens a session of the older revisions anew.
 */
export async function bridgeStdio(deps: BridgeDeps): Promise<void> {
  await new StdioBridge(deps).run()
}

class StdioBridge {
  readonly #deps: BridgeDeps
  readonly #limits: BridgeLimits
  readonly #transport: StreamableHTTPClientTransport
  readonly #session: HouseSession
  readonly #open = new OpenRequests()
  readonly #headers = new ParamHeaders()
  /** Ends the bridge when the client takes nothing any more. */
  readonly #ended = new AbortController()
  /** Cancellings that the house is being told of. */
  #cancelling = 0
  #unsent = 0
  #lastNote = ''

  constructor(deps: BridgeDeps) {
    this.#deps = deps
    this.#limits = { ...defaultLimits, ...deps.limits }
    this.#transport = new StreamableHTTPClientTransport(deps.endpoint, {
      requestInit: { headers: { authorization: `Bearer ${deps.token}` } },
      reconnectionOptions: reconnection,
    })
    this.#session = new HouseSession({
      transport: this.#transport,
      tell: (message) => this.#write(message),
      note: (line) => this.#note(line),
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
      await this.#open.answered(AbortSignal.any([signal, AbortSignal.timeout(this.#limits.lastAnswersMs)]))
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
    if (cancelled === undefined || this.#cancelling >= this.#limits.open) {
      // One after the other: what follows may need that this has arrived.
      await this.#deliver(message)
      cancelled?.ending.abort()
      return
    }
    void this.#tellCancelling(message, cancelled)
  }

  /** Whatever else the house is slow to take, it is told at once. */
  async #tellCancelling(message: JSONRPCMessage, { ending }: OpenRequest): Promise<void> {
    this.#cancelling += 1
    await this.#deliver(message)
    this.#cancelling -= 1
    // Nobody answers it any more; until it is told of the cancelling, the house would go on.
    ending.abort()
  }

  /** What has no answer. Never rejects, and does not take for ever. */
  async #deliver(message: JSONRPCMessage): Promise<void> {
    const tooLate = AbortSignal.timeout(this.#limits.deliveryMs)
    try {
      await this.#send(message, { requestSignal: tooLate })
    } catch (error) {
      this.#note(tooLate.aborted ? notTaken : explainFailure(error, this.#deps.endpoint))
    }
  }

  #request(message: JSONRPCRequest): void {
    if (this.#open.size >= this.#limits.open) {
      this.#refuse(message.id, 'Too many requests are under way; wait for some.')
      return
    }
    const ending = new AbortController()
    const isModern = typeof message.params?._meta?.[PROTOCOL_VERSION_META_KEY] === 'string'
    const request: OpenRequest = { message, isModern, ending, isAcknowledged: false }
    this.#open.add(request)
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
      if (this.#open.get(id) === undefined) return
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
    return this.#open.take(id)
  }

  async #send(
    message: JSONRPCMessage,
    options: Parameters<StreamableHTTPClientTransport['send']>[1] = {},
  ): Promise<void> {
    if (isInitializeRequest(message)) return await this.#transport.send(message, options)
    await this.#session.whole()
    const session = this.#transport.sessionId
    try {
      await this.#transport.send(message, options)
    } catch (error) {
      if (session === undefined || !isLostSession(error)) throw error
      await this.#session.renew(session)
      await this.#transport.send(message, options)
    }
  }

  #receive(message: JSONRPCMessage): void {
    if ('method' in message && this.#repeatsAcknowledgement(message)) return
    if ('method' in message || message.id === undefined) this.#write(message)
    else if (!this.#session.takes(message.id, message)) this.#answered(message.id, message)
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
    const { method } = request.message
    if (method === 'subscriptions/listen') request.ending.abort()
    if (isJSONRPCResultResponse(message)) {
      this.#session.learn(request.message, message)
      if (method === 'tools/list') this.#headers.learn(message.result)
    }
    this.#write(message)
    this.#open.take(id)
  }

  /** Of the stream on which the house tells changes to clients of the older revisions; requests fail by themselves. */
  #streamFailed(error: unknown): void {
    if (!(error instanceof SdkHttpError) || error.code !== SdkErrorCode.ClientHttpFailedToOpenStream) return
    const session = this.#transport.sessionId
    if (session === undefined || !isLostSession(error)) return
    this.#session.renew(session).catch((failure: unknown) => this.#note(explainFailure(failure, this.#deps.endpoint)))
  }

  #fail(id: RequestId, error: unknown): void {
    if (this.#open.take(id) === undefined) return
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
    this.#open.endAll()
    const hurry = setTimeout(() => void this.#transport.close(), FAREWELL_MS)
    await this.#transport.terminateSession().catch(() => undefined)
    clearTimeout(hurry)
    await this.#transport.close()
  }
}

const notTaken = 'The house did not take a message of the client in time; it was left out.'

const tooSlow = (): CliError => new CliError('failed', 'The client takes no messages any more; restart it.')

const isLostSession = (error: unknown): boolean => error instanceof SdkHttpError && error.status === 404

/** Failures of the protocol come under an HTTP status, with the message in the body. */
function toldError(error: SdkHttpError, id: RequestId): JSONRPCMessage | undefined {
  const message = bodyOf(error)
  return isJSONRPCErrorResponse(message) && message.id === id ? message : undefined
}
