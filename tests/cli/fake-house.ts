import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import { type BinaryKind, encodeBinaryFrame } from '../../services/common/contracts/protocol/binary-frame.ts'
import { clientMessages, isClientMessageType } from '../../services/common/contracts/protocol/client-messages.ts'
import type { ResponseCreate } from '../../services/common/contracts/protocol/response-create.ts'
import { isServerMessageType, serverMessages } from '../../services/common/contracts/protocol/server-messages.ts'
import type { ErrorCode } from '../../services/common/errors/error-table.ts'

export const goodToken = 'good-token-of-the-fake-house'

/** What the house does with a question: writes frames by `lane`, until it resolves. */
export type Play = (lane: Lane) => Promise<void>

/**
 * A small real server that speaks hearth.v1 and the REST routes the client uses. Whatever a client sends is checked
 * against the schemas of the protocol, and so is whatever a play sends.
 */
export class FakeHouse implements AsyncDisposable {
  /** Everything clients sent, parsed. */
  readonly received: { readonly type: string; readonly [field: string]: unknown }[] = []
  /** REST requests: method, path and body. */
  readonly requests: { readonly method: string; readonly path: string; readonly body: unknown }[] = []
  readonly #server: Server
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'hearth.v1' })
  readonly #play: Play

  private constructor(play: Play) {
    this.#play = play
    this.#server = createServer((request, response) => void this.#answer(request, response))
    this.#server.on('upgrade', (request, socket, head) => {
      if (request.headers.authorization === `Bearer ${goodToken}`) {
        this.#sockets.handleUpgrade(request, socket, head, (client) => this.#serve(client))
        return
      }
      const body = JSON.stringify(problem('policy_unauthenticated', 401))
      socket.end(
        `HTTP/1.1 401 Unauthorized\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      )
    })
  }

  static async open(play: Play = async () => undefined): Promise<FakeHouse> {
    const house = new FakeHouse(play)
    house.#server.listen(0, '127.0.0.1')
    await once(house.#server, 'listening')
    return house
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}`
  }

  /** The environment that leads a client here. */
  get env(): Readonly<Record<string, string>> {
    return { HEARTH_URL: this.url, HEARTH_TOKEN: goodToken }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate()
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: WebSocket): void {
    const lane = new Lane(socket)
    socket.on('message', (data: Buffer) => {
      const message: { readonly type: string } = JSON.parse(data.toString())
      if (!isClientMessageType(message.type)) throw new Error(`not served: ${message.type}`)
      this.received.push(message)
      const parsed = clientMessages[message.type].parse(message)
      if (parsed.type === 'session.hello') lane.send(sessionCreated)
      if (parsed.type === 'response.cancel') lane.cancel()
      if (parsed.type === 'response.create') {
        lane.question = parsed
        void this.#play(lane)
      }
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const path = request.url ?? ''
    this.requests.push({ method: request.method ?? '', path, body: text === '' ? undefined : JSON.parse(text) })
    const [status, body] =
      request.headers.authorization === `Bearer ${goodToken}`
        ? restAnswer(`${request.method} ${path}`)
        : [401, problem('policy_unauthenticated', 401)]
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(status === 204 ? undefined : JSON.stringify(body))
  }
}

const problem = (code: ErrorCode, status: number): object => ({ status, code, detail: `the text of ${code}` })

const token = {
  id: 'tok_1',
  name: 'panel',
  user: null,
  role: 'member',
  scopes: ['chat'],
  expires_at: null,
  last_used_at: null,
}

function profile(name: string): object {
  const targets = [{ adapter: 'demo', connection: 'default', model: 'demo' }]
  return { name, description: `The ${name}`, default: name === 'one', origin: 'config', modalities: ['text'], targets }
}

function restAnswer(request: string): readonly [number, object] {
  switch (request) {
    case 'POST /api/v1/pairings':
      return [201, { code: 'ABCD2345', expires_at: 1_800_000_000_000 }]
    case 'POST /api/v1/tokens':
      return [201, { ...token, secret: 'the-secret' }]
    case 'GET /api/v1/tokens?limit=200':
      return [200, { data: [token], next_cursor: null }]
    case 'DELETE /api/v1/tokens/tok_1':
      return [204, {}]
    case 'GET /api/v1/profiles?limit=200':
      return [200, { data: [profile('one')], next_cursor: 'a b' }]
    case 'GET /api/v1/profiles?limit=200&cursor=a%20b':
      return [200, { data: [profile('two')], next_cursor: null }]
    default:
      return [404, problem('caller_not_found', 404)]
  }
}

const sessionCreated = {
  type: 'session.created',
  session_id: 's',
  resume_token: 'r',
  protocol: 'hearth.v1',
  limits: { text_frame_bytes: 65_536, json_depth: 32, binary_chunk_bytes: 65_536, lanes: 16, queued_per_lane: 16 },
  profiles: [{ name: 'one', description: '', default: true, modalities: ['text'] }],
  revision: 7,
  ttl_seconds: null,
  server: { name: 'fake', version: '9.9.9' },
}

/** The server's side of one run. */
export class Lane {
  question: ResponseCreate = { type: 'response.create', stream_id: 'ask', input: '' }
  readonly #socket: WebSocket
  readonly #cancelled = new AbortController()
  #number = 0

  constructor(socket: WebSocket) {
    this.#socket = socket
  }

  cancel(): void {
    this.#cancelled.abort()
  }

  /** Resolves when the client cancelled. */
  async untilCancelled(): Promise<void> {
    if (!this.#cancelled.signal.aborted) await once(this.#cancelled.signal, 'abort')
  }

  /** Any message; types of the protocol must fit their schema. */
  send(message: { readonly type: string; readonly [field: string]: unknown }): void {
    if (isServerMessageType(message.type)) serverMessages[message.type].parse(message)
    this.#socket.send(JSON.stringify(message))
  }

  /** A text frame that no schema has seen. */
  raw(text: string): void {
    this.#socket.send(text)
  }

  /** A numbered event of the run. */
  event(type: string, fields: object = {}): void {
    const frame = { response_id: 'resp_1', stream_id: this.question.stream_id, sequence_number: this.#number }
    this.#number += 1
    this.send({ type, ...frame, ...fields })
  }

  created(): void {
    this.event('response.created', {
      event_id: this.question.event_id,
      stream_no: 5,
      profile: this.question.profile ?? 'one',
      conversation: 'conv_1',
    })
  }

  async text(...deltas: readonly string[]): Promise<void> {
    for (const delta of deltas) {
      this.event('response.output_text.delta', { item_id: 'i', output_index: 0, content_index: 0, delta })
      await sleep(5)
    }
  }

  /** Announces a picture; its chunks are sent by `chunk`. */
  picture(bytes: Buffer, announced: { readonly blobNo: number; readonly sha256?: string }): void {
    this.event('response.image_generation_call.completed', {
      item_id: 'p',
      output_index: 1,
      blob_id: 'blob_1',
      blob_no: announced.blobNo,
      media_type: 'image/png',
      byte_length: bytes.byteLength,
      sha256: announced.sha256 ?? createHash('sha256').update(bytes).digest('hex'),
    })
  }

  chunk(
    bytes: Buffer,
    at: { readonly kind: BinaryKind; readonly blobNo: number; readonly offset: number; readonly last: boolean },
  ): void {
    const header = { ...at, replayed: false, streamNo: 5, sequenceNumber: this.#number - 1 }
    this.#socket.send(encodeBinaryFrame(header, bytes))
  }

  end(status: 'completed' | 'incomplete' | 'failed' | 'cancelled', fields: object = {}): void {
    const finish = { completed: 'stop', incomplete: 'length', failed: null, cancelled: null } as const
    this.event(`response.${status}`, {
      response: {
        id: 'resp_1',
        status,
        finish_reason: finish[status],
        conversation: 'conv_1',
        profile: this.question.profile ?? 'one',
        provider: 'demo',
        model: 'demo-model',
        usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
        attempts: [],
      },
      ...fields,
    })
  }

  close(code: number): void {
    this.#socket.close(code)
  }
}
