import { on, once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { platform } from 'node:os'
import { WebSocket } from 'ws'
import type { z } from 'zod'
import { type BinaryFrame, decodeBinaryFrame } from '../../services/common/contracts/protocol/binary-frame.ts'
import type { clientMessages } from '../../services/common/contracts/protocol/client-messages.ts'
import { protocolLimits, protocolName } from '../../services/common/contracts/protocol/limits.ts'
import {
  isServerMessageType,
  type ServerMessage,
  type SessionCreated,
  serverMessages,
} from '../../services/common/contracts/protocol/server-messages.ts'
import { CliError, serverError } from './cli-error.ts'
import { closeError, handshakeError } from './close-error.ts'
import type { HouseAddress } from './house-address.ts'
import { unreachable } from './reach.ts'

/** One frame that means something to us, in the order of arrival. */
export type Arrival =
  | { readonly type: 'message'; readonly message: ServerMessage }
  | { readonly type: 'bytes'; readonly frame: BinaryFrame }

/** A message as a client writes it. */
export type Outgoing = {
  [Type in keyof typeof clientMessages]: z.input<(typeof clientMessages)[Type]>
}[keyof typeof clientMessages]

/** From the connect to `session.created`, milliseconds. */
const OPEN_MS = 10_000
/** The server pings every 20 s; without any sign for this long the connection is dead, milliseconds. */
const SILENCE_MS = 60_000
/** A frame of the server is a chunk or a delta, never this large. */
const MAX_FRAME_BYTES = 4 * 1024 * 1024
/** Frames kept while we print; beyond it the socket is paused. */
const QUEUED_FRAMES = 256

/** One WebSocket to the server, from `session.created` on. Its owner closes it. */
export class Session implements AsyncDisposable {
  readonly created: SessionCreated
  readonly #socket: WebSocket
  readonly #arrivals: AsyncIterableIterator<Arrival>

  private constructor(socket: WebSocket, arrivals: AsyncIterableIterator<Arrival>, created: SessionCreated) {
    this.#socket = socket
    this.#arrivals = arrivals
    this.created = created
  }

  /** @throws CliError `unreachable`, `denied`, or `failed` when the server does not serve us. */
  static async open({ url, token }: HouseAddress, version: string, signal: AbortSignal): Promise<Session> {
    signal.throwIfAborted()
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/ws`, [protocolName], {
      headers: { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
    })
    // An error after the last read has no one to go to: the close that follows says the same.
    socket.on('error', () => undefined)
    const arrivals = arrivalsOf(socket)
    const giveUp = (): void => socket.terminate()
    const timer = setTimeout(giveUp, OPEN_MS)
    signal.addEventListener('abort', giveUp)
    try {
      await untilOpen(socket, url)
      send(socket, {
        type: 'session.hello',
        client: { name: 'hearth-cli', version, platform: platform() },
        features: ['binary'],
      })
      return new Session(socket, arrivals, await firstMessage(arrivals))
    } catch (error) {
      socket.terminate()
      throw error
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
    }
  }

  /** @throws CliError `caller_too_large` when the server would refuse the frame. */
  send(message: Outgoing): void {
    send(this.#socket, message)
  }

  /** Everything after `session.created`, once. Throws CliError when the connection ends. */
  arrivals(): AsyncIterableIterator<Arrival> {
    return this.#arrivals
  }

  /** Ends at once, whatever is under way. */
  terminate(): void {
    this.#socket.terminate()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#arrivals.return?.()
    if (this.#socket.readyState === WebSocket.CLOSED) return
    const closed = once(this.#socket, 'close')
    this.#socket.resume()
    this.#socket.close(1000)
    const timer = setTimeout(() => this.#socket.terminate(), 1000)
    await closed
    clearTimeout(timer)
  }
}

function send(socket: WebSocket, message: Outgoing): void {
  const text = JSON.stringify(message)
  if (Buffer.byteLength(text) > protocolLimits.textFrameBytes) {
    throw new CliError('failed', 'The text is too long; one message takes at most 64 KiB.', 'caller_too_large')
  }
  socket.send(text)
}

function untilOpen(socket: WebSocket, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', (error) => reject(unreachable(url, error)))
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      handshakeError(response).then(reject, reject)
    })
  })
}

async function firstMessage(arrivals: AsyncIterator<Arrival>): Promise<SessionCreated> {
  for (;;) {
    const { value, done } = await arrivals.next()
    if (done === true) throw new CliError('failed', 'The server ended the connection without a word; try again.')
    if (value.type !== 'message') continue
    if (value.message.type === 'session.created') return value.message
    if (value.message.type === 'error') throw serverError(value.message.error.code, value.message.error.message)
  }
}

/** Reads from the first frame on. A frame that is no message ends it: what it said would be lost silently. */
async function* arrivalsOf(socket: WebSocket): AsyncGenerator<Arrival, undefined> {
  const ended = closing(socket)
  const watchdog = silenceWatch(socket)
  try {
    for await (const [data, isBinary] of framesOf(socket)) {
      const arrival = parseFrame(data, isBinary)
      if (arrival !== undefined) yield arrival
    }
  } finally {
    watchdog.end()
  }
  throw watchdog.isSilent() ? new CliError('failed', 'The server has gone silent; try again.') : closeError(await ended)
}

const framesOf = (socket: WebSocket): AsyncIterable<readonly unknown[]> =>
  on(socket, 'message', { close: ['close'], highWaterMark: QUEUED_FRAMES, lowWaterMark: QUEUED_FRAMES / 4 })

async function closing(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => {
    socket.once('close', (code) => resolve(code))
  })
}

function silenceWatch(socket: WebSocket): { end(): void; isSilent(): boolean } {
  let isSilent = false
  const timer = setTimeout(() => {
    isSilent = true
    socket.terminate()
  }, SILENCE_MS)
  const heard = (): void => {
    timer.refresh()
  }
  socket.on('message', heard).on('ping', heard)
  return { end: () => clearTimeout(timer), isSilent: () => isSilent }
}

/** Undefined for a message of a type that is newer than we are. */
function parseFrame(data: unknown, isBinary: unknown): Arrival | undefined {
  if (!Buffer.isBuffer(data)) throw notOurs()
  if (isBinary === true) return { type: 'bytes', frame: decodeBinaryFrame(data) }
  const content: unknown = JSON.parse(data.toString('utf8'))
  if (typeof content !== 'object' || content === null || !('type' in content)) throw notOurs()
  if (typeof content.type !== 'string' || !isServerMessageType(content.type)) return undefined
  const parsed = serverMessages[content.type].safeParse(content)
  if (!parsed.success) throw notOurs()
  return { type: 'message', message: parsed.data }
}

const notOurs = (): CliError =>
  new CliError('failed', 'The server sent a message that does not fit the protocol; use the CLI of its version.')
