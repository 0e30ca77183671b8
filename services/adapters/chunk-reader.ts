import type { Readable } from 'node:stream'

/** So much may have come and not been taken before the body is paused, bytes. */
const aheadBytes = 64 * 1024

const endings = ['end', 'error', 'close'] as const

/** Bytes; the end of the body; what broke it. */
export type BodyRead = Uint8Array | 'end' | Error

/**
 * The chunks of a body, taken when they are there, without a promise for each. Unlike the stream's own iterator it leaves
 * the body alone: its owner destroys or releases it. The body flows, which costs a chunk less than asking for it when it is
 * readable.
 */
export class ChunkReader {
  readonly #body: Readable
  readonly #onRead: () => void
  #ahead: Uint8Array[] = []
  #aheadBytes = 0

  /** `onRead`: there may be something new to take. */
  constructor(body: Readable, onRead: () => void) {
    this.#body = body
    this.#onRead = onRead
    body.on('data', this.#onData)
    for (const event of endings) body.on(event, onRead)
  }

  /** All bytes that are here; when there are none, how the body ended; undefined: nothing yet. */
  take(): BodyRead | undefined {
    const chunk = this.#ahead.length > 0 ? this.#takeAhead() : this.#takeRest()
    if (chunk !== undefined) return chunk
    if (this.#body.readableEnded) return 'end'
    return this.#isBroken() ? (this.#body.errored ?? new PrematureClose()) : undefined
  }

  /** Stops listening, but for errors: nobody else does then. */
  release(): void {
    this.#body.off('data', this.#onData)
    for (const event of endings) if (event !== 'error') this.#body.off(event, this.#onRead)
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#ahead.push(chunk)
    this.#aheadBytes += chunk.byteLength
    if (this.#aheadBytes > aheadBytes) this.#body.pause()
    this.#onRead()
  }

  #takeAhead(): Uint8Array | undefined {
    const chunks = this.#ahead
    this.#ahead = []
    this.#aheadBytes = 0
    if (this.#body.isPaused() && !this.#isBroken()) this.#body.resume()
    return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
  }

  /** A body that broke while it was paused flows no more, but still gives what it has. */
  #takeRest(): Uint8Array | undefined {
    if (!this.#isBroken()) return undefined
    this.#body.off('data', this.#onData)
    return this.#body.read() ?? undefined
  }

  #isBroken(): boolean {
    return this.#body.destroyed || this.#body.errored !== null
  }
}

/** The other side closed the connection in the middle of a body. */
class PrematureClose extends Error {
  override readonly name = 'PrematureClose'
  /** As Node's own streams say it. */
  readonly code = 'ERR_STREAM_PREMATURE_CLOSE'

  constructor() {
    super('The connection was closed before the body was whole.')
  }
}
