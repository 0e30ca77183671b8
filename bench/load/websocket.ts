import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'

/** Text of one message from the server, as it lies in the read. */
export type OnMessage = (text: Buffer) => void

/**
 * A WebSocket client that costs little, so that it is not what is measured: texts without extensions, as our server sends
 * them. Answers pings. The caller closes it.
 */
export interface TextSocket {
  /** Takes the messages from now on. */
  onMessage: OnMessage
  /** Called once when the connection is gone. */
  onClose: (reason: string) => void
  send(message: object): void
  close(): void
}

const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const

/** @throws Error when the server does not switch protocols. */
export async function openTextSocket(url: URL, headers: Readonly<Record<string, string>>): Promise<TextSocket> {
  const sent = request(url, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      ...headers,
    },
  })
  sent.on('response', (response) => {
    response.resume()
    sent.destroy(new Error(`The WebSocket was refused with HTTP ${response.statusCode}.`))
  })
  sent.end()
  const [, socket, head]: [IncomingMessage, Socket, Buffer] = (await once(sent, 'upgrade')) as [
    IncomingMessage,
    Socket,
    Buffer,
  ]
  return textSocketOn(socket, head)
}

function textSocketOn(socket: Socket, head: Buffer): TextSocket {
  const connection: TextSocket = {
    onMessage: () => undefined,
    onClose: () => undefined,
    send: (message) => void socket.write(maskedFrame(opcodes.text, Buffer.from(JSON.stringify(message)))),
    close: () => void socket.destroy(),
  }
  const read = createFrameReader((opcode, payload) => {
    if (opcode === opcodes.text) connection.onMessage(payload)
    else if (opcode === opcodes.ping) socket.write(maskedFrame(opcodes.pong, payload))
    else if (opcode === opcodes.close) connection.onClose(closeReason(payload))
  })
  socket.setNoDelay(true)
  socket.on('data', (bytes) => {
    try {
      read(bytes)
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  })
  socket.on('error', (error) => connection.onClose(error.message))
  socket.on('close', () => connection.onClose('the connection is gone'))
  if (head.length > 0) read(head)
  return connection
}

const closeReason = (payload: Buffer): string =>
  payload.length < 2 ? 'closed' : `closed with ${payload.readUInt16BE(0)} ${payload.toString('utf8', 2)}`

/** Cuts what a server sends into frames. @throws Error for what our server never sends: fragments and masks. */
export function createFrameReader(onFrame: (opcode: number, payload: Buffer) => void): (bytes: Buffer) => void {
  let carry: Buffer | undefined
  return (read) => {
    const bytes = carry === undefined ? read : Buffer.concat([carry, read])
    let at = 0
    for (let frame = frameAt(bytes, at); frame !== undefined; frame = frameAt(bytes, at)) {
      onFrame(frame.opcode, bytes.subarray(frame.start, frame.end))
      at = frame.end
    }
    carry = at === bytes.length ? undefined : bytes.subarray(at)
  }
}

interface FramePlace {
  readonly opcode: number
  readonly start: number
  readonly end: number
}

/** Undefined when the frame is not whole yet. */
function frameAt(bytes: Buffer, at: number): FramePlace | undefined {
  if (bytes.length < at + 2) return undefined
  const [first, short] = [bytes.readUInt8(at), bytes.readUInt8(at + 1)]
  if ((first & 0xf0) !== 0x80 || short > 127) throw new Error('The frame is a fragment or masked.')
  const headBytes = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < at + headBytes) return undefined
  const start = at + headBytes
  const end = start + lengthOf(bytes, at, short)
  return bytes.length < end ? undefined : { opcode: first & 0x0f, start, end }
}

function lengthOf(bytes: Buffer, at: number, short: number): number {
  if (short < 126) return short
  return short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
}

/** The mask is zero, which every server takes and which leaves the payload as it is. */
function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const length = payload.length
  const head = length < 126 ? Buffer.from([0x80 | opcode, 0x80 | length]) : Buffer.alloc(4)
  if (length >= 126) {
    head.writeUInt16BE(((0x80 | opcode) << 8) | 0x80 | 126, 0)
    head.writeUInt16BE(length, 2)
  }
  return Buffer.concat([head, Buffer.alloc(4), payload])
}
