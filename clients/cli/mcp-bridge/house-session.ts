import { randomUUID } from 'node:crypto'
import {
  isJSONRPCErrorResponse,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
  type StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { CliError } from '../cli-error.ts'
import { missedBySession } from './missed-news.ts'

interface HouseSessionDeps {
  readonly transport: StreamableHTTPClientTransport
  /** A message for the client. */
  tell(message: JSONRPCMessage): void
  /** A sentence for the person. */
  note(line: string): void
}

/** Each message by which a session is opened anew may take so long. */
const ANSWER_MS = 10_000

/**
 * The session of a client of the older revisions. A house that was restarted knows it no more: then the client's own
 * handshake is said again, and so is what the client has set up since, its log level and the resources it watches.
 */
export class HouseSession {
  readonly #deps: HouseSessionDeps
  #handshake: JSONRPCRequest | undefined
  #level: JSONRPCRequest | undefined
  /** By URI; the house takes only so many. */
  readonly #subscriptions = new Map<string, JSONRPCRequest>()
  /** What was said again and is not answered yet. */
  readonly #asked = new Map<RequestId, (answer: JSONRPCMessage) => void>()
  #isLost = false
  #renewal: Promise<void> | undefined

  constructor(deps: HouseSessionDeps) {
    this.#deps = deps
  }

  /** Remembers what this request of the client has set up; it was answered with a result. */
  learn(request: JSONRPCRequest, answer: JSONRPCMessage): void {
    const uri = String(request.params?.['uri'])
    if (request.method === 'initialize') this.#begin(request, answer)
    if (request.method === 'logging/setLevel') this.#level = request
    if (request.method === 'resources/subscribe') this.#subscriptions.set(uri, request)
    if (request.method === 'resources/unsubscribe') this.#subscriptions.delete(uri)
  }

  /** Whether this answers what was said again, so that it is none for the client. */
  takes(id: RequestId, answer: JSONRPCMessage): boolean {
    const resolve = this.#asked.get(id)
    resolve?.(answer)
    return resolve !== undefined
  }

  /** Once for all who find that the house does not know session `lost`. @throws Error when it could not be opened anew. */
  async renew(lost: string): Promise<void> {
    if (this.#deps.transport.sessionId === lost) this.#isLost = true
    await this.whole()
  }

  /** Resolves when all is set up at the house, after a loss too. @throws as `renew`; the next call tries again. */
  async whole(): Promise<void> {
    if (!this.#isLost) return
    this.#renewal ??= this.#openAnew().finally(() => {
      this.#renewal = undefined
    })
    await this.#renewal
  }

  #begin(handshake: JSONRPCRequest, answer: JSONRPCMessage): void {
    this.#handshake = handshake
    this.#level = undefined
    this.#subscriptions.clear()
    this.#isLost = false
    this.#adoptVersion(answer)
  }

  async #openAnew(): Promise<void> {
    const { transport, tell, note } = this.#deps
    if (this.#handshake === undefined) throw new Error('There was no handshake.')
    const answer = await this.#ask(this.#handshake)
    if (isJSONRPCErrorResponse(answer)) throw notTakenUp(answer.error.message)
    this.#adoptVersion(answer)
    const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' } as const
    await transport.send(initialized, { requestSignal: AbortSignal.timeout(ANSWER_MS) })
    if (this.#level !== undefined) await this.#ask(this.#level)
    const uris = [...this.#subscriptions.keys()]
    await this.#subscribeAgain()
    this.#isLost = false
    note('The house was restarted; the session was opened anew.')
    for (const news of missedBySession(uris)) tell(news)
  }

  async #subscribeAgain(): Promise<void> {
    for (const [uri, request] of this.#subscriptions) {
      const answer = await this.#ask(request)
      if (!isJSONRPCErrorResponse(answer)) continue
      this.#subscriptions.delete(uri)
      this.#deps.note(`After its restart the house does not watch ${uri} any more: ${answer.error.message}`)
    }
  }

  /** The answer, also when it is an error of the protocol. */
  async #ask(request: JSONRPCRequest): Promise<JSONRPCMessage> {
    const id = `hearth-${randomUUID()}`
    const { promise, resolve, reject } = Promise.withResolvers<JSONRPCMessage>()
    const requestSignal = AbortSignal.timeout(ANSWER_MS)
    const lost = (): void => reject(connectionLost())
    requestSignal.addEventListener('abort', lost, { once: true })
    this.#asked.set(id, resolve)
    try {
      const sent = this.#deps.transport.send({ ...request, id }, { requestSignal, onRequestStreamEnd: lost })
      return (await Promise.all([promise, sent]))[0]
    } finally {
      requestSignal.removeEventListener('abort', lost)
      this.#asked.delete(id)
    }
  }

  #adoptVersion(answer: JSONRPCMessage): void {
    const version = isJSONRPCResultResponse(answer) ? answer.result['protocolVersion'] : undefined
    if (typeof version === 'string') this.#deps.transport.setProtocolVersion(version)
  }
}

export const connectionLost = (): Error => new Error('The connection to the house was lost.')

const notTakenUp = (why: string): CliError =>
  new CliError('failed', `The house was restarted and does not open the session anew; restart this client. ${why}`)
