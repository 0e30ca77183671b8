import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { WebSocket } from 'ws'

/** A server frame as a test sees it: any JSON object. */
export interface Frame {
  readonly type: string
  readonly response_id?: string
  readonly stream_id?: string
  readonly event_id?: string
  readonly sequence_number?: number
  readonly first_sequence_number?: number
  readonly delta?: string
  readonly response?: { readonly id: string; readonly status: string; readonly [field: string]: unknown }
  readonly error?: { readonly code: string; readonly message: string; readonly [field: string]: unknown }
  readonly [field: string]: unknown
}

/** One binary frame (protocol.md §1). */
export interface Chunk {
  readonly kind: number
  readonly last: boolean
  readonly streamNo: number
  readonly blobNo: number
  readonly sequenceNumber: number
  readonly offset: number
  readonly payload: Buffer
}

export type Arrival = { readonly at: number } & (
  | { readonly frame: Frame; readonly chunk?: never }
  | { readonly chunk: Chunk; readonly frame?: never }
)

/** A WebSocket client for tests: keeps every arrival in order, and waits for what a test wants to see. */
export class TestClient implements AsyncDisposable {
  readonly arrivals: Arrival[] = []
  readonly socket: WebSocket
  closed: { readonly code: number; readonly reason: string } | undefined
  readonly #waiting = new Set<() => void>()

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      const at = performance.now()
      if (isBinary) this.arrivals.push({ at, chunk: parseChunk(data) })
      else this.arrivals.push({ at, frame: JSON.parse(data.toString()) })
      this.#wake()
    })
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
      this.#wake()
    })
    socket.on('error', () => this.#wake())
  }

  /** Connects, says hello, and resolves after `session.created`. */
  static async open(url: string, token: string): Promise<TestClient> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/ws`, ['hearth.v1'], {
      headers: { authorization: `Bearer ${token}` },
    })
    const client = new TestClient(socket)
    await once(socket, 'open')
    client.send({ type: 'session.hello', client: { name: 'test', version: '1', platform: 'node' } })
    await client.frame((frame) => frame.type === 'session.created')
    return client
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message))
  }

  frames(): readonly Frame[] {
    return this.arrivals.flatMap(({ frame }) => frame ?? [])
  }

  /** The first frame, past or future, that fits. */
  async frame(fits: (frame: Frame) => boolean, timeoutMs = 30_000): Promise<Frame> {
    let found = this.frames().find(fits)
    const deadline = Date.now() + timeoutMs
    let seen = this.arrivals.length
    while (found === undefined) {
      if (this.closed !== undefined) throw new Error(`closed with ${this.closed.code} ${this.closed.reason}`)
      const leftMs = deadline - Date.now()
      if (leftMs <= 0)
        throw new Error(`no such frame in ${timeoutMs} ms; last: ${JSON.stringify(this.frames().at(-1))}`)
      await this.#change(leftMs)
      found = this.arrivals.slice(seen).find(({ frame }) => frame !== undefined && fits(frame))?.frame
      seen = this.arrivals.length
    }
    return found
  }

  /** The terminal frame of a lane's newest answer or of a response. */
  terminal(of: { readonly stream_id?: string; readonly response_id?: string }, timeoutMs?: number): Promise<Frame> {
    const fits = (frame: Frame): boolean =>
      isTerminal(frame) &&
      (of.stream_id === undefined || frame.stream_id === of.stream_id) &&
      (of.response_id === undefined || frame.response_id === of.response_id)
    return this.frame(fits, timeoutMs)
  }

  /** Asks and resolves with `response.created`. */
  async ask(create: {
    readonly stream_id: string
    readonly input: string
    readonly [field: string]: unknown
  }): Promise<Frame> {
    this.send({ type: 'response.create', event_id: `create-${create.stream_id}`, ...create })
    return this.frame(({ type, stream_id }) => type === 'response.created' && stream_id === create.stream_id)
  }

  textOf(responseId: string): string {
    const deltas = this.frames().filter(
      ({ type, response_id }) => type === 'response.output_text.delta' && response_id === responseId,
    )
    return deltas.map(({ delta }) => delta).join('')
  }

  /** The finished pictures of a response, with the digest the server announced and the one of the bytes. */
  pictures(
    responseId: string,
  ): readonly { readonly announced: unknown; readonly sha256: string; readonly bytes: Buffer }[] {
    const streamNo = this.frames().find(
      ({ type, response_id }) => type === 'response.created' && response_id === responseId,
    )?.['stream_no']
    const announcements = this.frames().filter(
      ({ type, response_id }) =>
        response_id === responseId && /^response\.image_generation_call\.(partial_image|completed)$/.test(type),
    )
    return announcements.map((announcement) => {
      const chunks = this.arrivals.flatMap(({ chunk }) => chunk ?? [])
      const own = chunks.filter(({ blobNo, streamNo: lane }) => blobNo === announcement['blob_no'] && lane === streamNo)
      const bytes = Buffer.concat(own.map(({ payload }) => payload))
      return { announced: announcement['sha256'], sha256: createHash('sha256').update(bytes).digest('hex'), bytes }
    })
  }

  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return
    void this.socket.close()
    await this.#untilClosed()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #untilClosed(): Promise<void> {
    while (this.closed === undefined) await this.#change(5000)
  }

  #change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, timeoutMs)
      this.#waiting.add(done)
    })
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done()
  }
}

const isTerminal = ({ type }: Frame): boolean => /^response\.(completed|incomplete|failed|cancelled)$/.test(type)

function parseChunk(data: Buffer): Chunk {
  return {
    kind: data.readUInt8(1),
    last: (data.readUInt8(2) & 1) === 1,
    streamNo: data.readUInt32BE(4),
    blobNo: data.readUInt32BE(8),
    sequenceNumber: data.readUInt32BE(12),
    offset: data.readUInt32BE(16),
    payload: data.subarray(20),
  }
}
