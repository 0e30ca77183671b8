import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import {
  type BinaryFrame,
  type BinaryHeader,
  decodeBinaryFrame,
  encodeBinaryFrame,
} from '../../../../services/common/contracts/protocol/binary-frame.ts'
import {
  type ClientMessage,
  clientMessages,
  isClientMessageType,
} from '../../../../services/common/contracts/protocol/client-messages.ts'
import type { RunMessage } from '../../../../services/common/contracts/run-event.ts'

export const credential = { deviceId: 'dev_1', deviceSecret: 'secret-1' }

export interface HttpAnswer {
  readonly status: number
  readonly body?: unknown
}

export interface HttpAsked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

/** A small real server that says what a test tells it to. */
export class ScriptedHouse implements AsyncDisposable {
  readonly asked: HttpAsked[] = []
  readonly peers: Peer[] = []
  /** By `METHOD /path`; what is not here is answered as a house would, or with 404. */
  readonly answers = new Map<string, (asked: HttpAsked) => HttpAnswer | Promise<HttpAnswer>>()
  /** Of the next `session.created`. */
  session: Readonly<Record<string, unknown>> = {}
  /** When false, the test greets by itself. */
  greets = true
  #tokens = 0
  readonly #waiting = new Set<() => void>()
  readonly #http = createServer((request, response) => void this.#answer(request, response))
  readonly #sockets = new WebSocketServer({ noServer: true })
  #port = 0

  static async start(port = 0): Promise<ScriptedHouse> {
    const house = new ScriptedHouse()
    house.#http.on('upgrade', (request, socket, head) => {
      house.#sockets.handleUpgrade(request, socket, head, (ws) => house.#arrive(ws))
    })
    house.#http.listen(port, '127.0.0.1')
    await once(house.#http, 'listening')
    house.#port = (house.#http.address() as AddressInfo).port
    return house
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  get port(): number {
    return this.#port
  }

  /** How often a session token was asked for. */
  get tokensAsked(): number {
    return this.asked.filter(({ path }) => path === '/api/v1/sessions').length
  }

  get openSockets(): number {
    return this.#sockets.clients.size
  }

  /** The n-th connection (from 0), once it said hello. */
  peer(index: number): Promise<Peer> {
    return this.until(() => {
      const peer = this.peers[index]
      return peer?.hello === undefined ? undefined : peer
    })
  }

  /** Waits until `look` finds something; the test's time-out ends it. */
  async until<Value>(look: () => Value | undefined): Promise<Value> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      const change = Promise.withResolvers<void>()
      this.#waiting.add(change.resolve)
      await change.promise
      this.#waiting.delete(change.resolve)
    }
  }

  changed(): void {
    for (const wake of [...this.#waiting]) wake()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate()
    this.#http.closeAllConnections()
    if (!this.#http.listening) return
    this.#http.close()
    await once(this.#http, 'close')
  }

  #arrive(socket: WebSocket): void {
    const peer = new Peer(socket, this)
    this.peers.push(peer)
    this.changed()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const { method = '', url: path = '', headers } = request
    const asked = { method, path, headers, body: text === '' ? undefined : JSON.parse(text) }
    this.asked.push(asked)
    const { status, body } = await (this.answers.get(`${method} ${path.split('?', 1)[0]}`) ?? this.#usual)(asked)
    response.writeHead(status, { 'content-type': body instanceof Buffer ? 'image/png' : 'application/json' })
    response.end(body instanceof Buffer ? body : status === 204 ? undefined : JSON.stringify(body))
    this.changed()
  }

  readonly #usual = ({ path }: HttpAsked): HttpAnswer => {
    if (path !== '/api/v1/sessions') return problem(404, 'caller_not_found')
    this.#tokens += 1
    return { status: 201, body: { token: `token-${this.#tokens}`, ttl_seconds: 900 } }
  }
}

export const problem = (status: number, code: string, more: object = {}): HttpAnswer => ({
  status,
  body: {
    type: `urn:hearth:error:${code}`,
    title: code,
    status,
    detail: `Refused: ${code}.`,
    code,
    retryable: false,
    ...more,
  },
})

/** One connection, as the house sees it. */
export class Peer {
  readonly socket: WebSocket
  readonly received: ClientMessage[] = []
  readonly frames: BinaryFrame[] = []
  hello: Extract<ClientMessage, { type: 'session.hello' }> | undefined
  readonly #house: ScriptedHouse

  constructor(socket: WebSocket, house: ScriptedHouse) {
    this.socket = socket
    this.#house = house
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.frames.push(decodeBinaryFrame(data))
      else this.#take(JSON.parse(data.toString()))
      house.changed()
    })
    socket.on('close', () => house.changed())
    socket.on('error', () => undefined)
  }

  greet(type: 'session.created' | 'session.updated' = 'session.created'): void {
    this.send({
      type,
      session_id: 'sess_1',
      resume_token: 'resume-1',
      protocol: 'hearth.v1',
      limits: { text_frame_bytes: 65_536, json_depth: 32, binary_chunk_bytes: 65_536, lanes: 16, queued_per_lane: 8 },
      profiles: [{ name: 'assistant', description: 'Everyday help', default: true, modalities: ['text'] }],
      revision: 7,
      ttl_seconds: 900,
      server: { name: 'hearth', version: '0.1.0' },
      ...this.#house.session,
    })
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message))
  }

  /** Several messages that the client reads at once. */
  sendTogether(messages: readonly object[]): void {
    const raw = (this.socket as unknown as { _socket: { cork(): void; uncork(): void } })._socket
    raw.cork()
    for (const message of messages) this.send(message)
    raw.uncork()
  }

  /** An event of a run, framed as the gateway does. */
  event(lane: string, sequenceNumber: number, message: RunMessage, more: object = {}): void {
    this.send(framed(lane, sequenceNumber, message, more))
  }

  frame(header: BinaryHeader, payload: Uint8Array): void {
    this.socket.send(encodeBinaryFrame(header, payload))
  }

  /** The n-th message (from 0) of that type. */
  next<Type extends ClientMessage['type']>(type: Type, index = 0): Promise<Extract<ClientMessage, { type: Type }>> {
    return this.#house.until(() => this.all(type)[index])
  }

  all<Type extends ClientMessage['type']>(type: Type): readonly Extract<ClientMessage, { type: Type }>[] {
    return this.received.filter((message): message is Extract<ClientMessage, { type: Type }> => message.type === type)
  }

  /** The socket is gone at the house too. */
  closed(): Promise<true> {
    return this.#house.until(() => (this.socket.readyState === this.socket.CLOSED ? true : undefined))
  }

  #take(message: { readonly type: string }): void {
    if (!isClientMessageType(message.type)) throw new Error(`no message of clients: ${message.type}`)
    const parsed = clientMessages[message.type].parse(message)
    this.received.push(parsed)
    if (parsed.type !== 'session.hello') return
    this.hello = parsed
    if (this.#house.greets) this.greet()
  }
}

export const framed = (lane: string, sequenceNumber: number, message: RunMessage, more: object = {}): object => ({
  response_id: 'run_1',
  stream_id: lane,
  sequence_number: sequenceNumber,
  ...(message.type === 'response.created' ? { stream_no: 1 } : {}),
  ...message,
  ...more,
})
