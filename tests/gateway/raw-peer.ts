import { connect, type Socket } from 'node:net'

export interface RawFrame {
  readonly opcode: number
  readonly payload: Buffer
}

export interface RawFrameOptions {
  readonly opcode?: number
  readonly fin?: boolean
  readonly rsv?: number
  readonly isMasked?: boolean
  /** Claims another length than the payload has. */
  readonly claimedLength?: number
}

/** One WebSocket frame as a client sends it (RFC 6455 §5.2), or as none should. */
export function rawFrame(payload: Uint8Array, options: RawFrameOptions = {}): Buffer {
  const { opcode = 1, fin = true, rsv = 0, isMasked = true, claimedLength = payload.byteLength } = options
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode
  const maskBit = isMasked ? 0x80 : 0
  const key = isMasked ? Buffer.from([0x12, 0x34, 0x56, 0x78]) : Buffer.alloc(0)
  const body = Buffer.from(payload)
  if (isMasked)
    for (let index = 0; index < body.length; index += 1) body[index] = (body[index] ?? 0) ^ (key[index % 4] ?? 0)
  return Buffer.concat([lengthHeader(first, maskBit, claimedLength), key, body])
}

function lengthHeader(first: number, maskBit: number, length: number): Buffer {
  if (length < 126) return Buffer.from([first, maskBit | length])
  if (length < 65_536) return Buffer.from([first, maskBit | 126, length >> 8, length & 255])
  const header = Buffer.alloc(10)
  header.set([first, maskBit | 127])
  header.writeBigUInt64BE(BigInt(length), 2)
  return header
}

export const upgradeLines = (port: number): readonly string[] => [
  'GET /v1/ws HTTP/1.1',
  `Host: 127.0.0.1:${port}`,
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Protocol: hearth.v1',
]

/** A client on a bare TCP socket: nothing it sends or gets is checked for it. */
export class RawPeer {
  readonly socket: Socket
  readonly frames: RawFrame[] = []
  readonly closed: Promise<void>
  #buffer = Buffer.alloc(0)
  #isUpgraded = false
  readonly #head = Promise.withResolvers<string>()
  readonly #waiters = new Set<() => void>()
  #isClosed = false

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true })
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()))
    this.socket.on('error', () => undefined)
    this.socket.on('data', (chunk) => this.#onData(chunk))
    this.socket.once('close', () => {
      this.#isClosed = true
      this.#head.resolve(this.#buffer.toString())
      this.#wake()
    })
  }

  /** Sends lines of a request and returns what came back: the whole response if it is refused. */
  async request(lines: readonly string[]): Promise<string> {
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    return this.#head.promise
  }

  /** Resolves true when `look` holds, false when the socket is closed before. */
  async until(look: () => boolean): Promise<boolean> {
    for (;;) {
      if (look()) return true
      if (this.#isClosed) return false
      const change = Promise.withResolvers<void>()
      this.#waiters.add(change.resolve)
      await change.promise
      this.#waiters.delete(change.resolve)
    }
  }

  /** Parsed text frames. */
  texts(): readonly Readonly<Record<string, unknown>>[] {
    return this.frames.filter(({ opcode }) => opcode === 1).map(({ payload }) => JSON.parse(payload.toString()))
  }

  /** Code of the server's close frame, if there was one. */
  closeCode(): number | undefined {
    const close = this.frames.find(({ opcode }) => opcode === 8)
    return close === undefined || close.payload.length < 2 ? undefined : close.payload.readUInt16BE(0)
  }

  #onData(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk])
    if (!this.#isUpgraded) this.#readHead()
    if (this.#isUpgraded) this.#readFrames()
    this.#wake()
  }

  #readHead(): void {
    const end = this.#buffer.indexOf('\r\n\r\n')
    const head = this.#buffer.subarray(0, end).toString()
    if (end < 0 || !head.startsWith('HTTP/1.1 101')) return
    this.#isUpgraded = true
    this.#buffer = this.#buffer.subarray(end + 4)
    this.#head.resolve(head)
  }

  #readFrames(): void {
    for (let frame = this.#takeFrame(); frame !== undefined; frame = this.#takeFrame()) this.frames.push(frame)
  }

  #takeFrame(): RawFrame | undefined {
    const short = (this.#buffer[1] ?? 0) & 0x7f
    const start = 2 + (short === 126 ? 2 : 0) + (short === 127 ? 8 : 0)
    if (this.#buffer.length < start) return undefined
    const end = start + this.#lengthOf(short)
    if (this.#buffer.length < end) return undefined
    const frame = { opcode: (this.#buffer[0] ?? 0) & 0x0f, payload: Buffer.from(this.#buffer.subarray(start, end)) }
    this.#buffer = this.#buffer.subarray(end)
    return frame
  }

  #lengthOf(short: number): number {
    if (short < 126) return short
    return short === 126 ? this.#buffer.readUInt16BE(2) : Number(this.#buffer.readBigUInt64BE(2))
  }

  #wake(): void {
    for (const wake of this.#waiters) wake()
  }
}
