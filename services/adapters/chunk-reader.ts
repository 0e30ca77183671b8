import type { Readable } from 'node:stream'

/** So much may have come and not been taken before the body is paused, bytes. */
const aheadBytes = 64 * 1024

const endings = ['end', 'error', 'close'] as const

/** Bytes; undefined at the end of the body; what broke it. Never thrown: a catch for every read would cost a promise. */
export type BodyRead = Uint8Array | Error | undefined

/**
 * The chunks of a body: what has come is taken at once, a promise is made only to wait. Unlike the stream's own iterator
 * it leaves the body alone: its owner destroys or releases it. The body flows, which costs a chunk less than asking for
 * it when it is readable.
 */
export class ChunkReader {
  readonly #body: Readable
  #ahead: Uint8Array[] = []
  #aheadBytes = 0
  #waiting: ((read: BodyRead) => void) | undefined

  constructor(body: Readable) {
    this.#body = body
    body.on('data', this.#onData)
    for (const event of endings) body.on(event, this.#onEnding)
  }

  /** All that is here; undefined: nothing now. */
  take(): Uint8Array | undefined {
    const chunks = this.#ahead
    if (chunks.length === 0) return this.#isBroken() ? this.#takeRest() : undefined
    this.#ahead = []
    this.#aheadBytes = 0
    if (this.#body.isPaused() && !this.#isBroken()) this.#body.resume()
    return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
  }

  /** The next read. For one caller at a time. */
  next(): Promise<BodyRead> {
    return new Promise((resolve) => {
      this.#waiting = resolve
      this.#settle()
    })
  }

  /** Stops listening, but for errors: nobody else does then. */
  release(): void {
    this.#body.off('data', this.#onData)
    for (const event of endings) if (event !== 'error') this.#body.off(event, this.#onEnding)
  }

  readonly #onData = (chunk: Uint8Array): void => {
    this.#ahead.push(chunk)
    this.#aheadBytes += chunk.byteLength
    if (this.#aheadBytes > aheadBytes) this.#body.pause()
    this.#settle()
  }

  readonly #onEnding = (): void => this.#settle()

  /** A body that broke while it was paused flows no more, but still gives what it has. */
  #takeRest(): Uint8Array | undefined {
    this.#body.off('data', this.#onData)
    return this.#body.read() ?? undefined
  }

  #isBroken(): boolean {
    return this.#body.destroyed || this.#body.errored !== null
  }

  /** Gives the one that waits what there is to give. */
  #settle(): void {
    const waiting = this.#waiting
    if (waiting === undefined) return
    const chunk = this.take()
    const { errored, readableEnded } = this.#body
    if (chunk === undefined && !this.#isBroken() && !readableEnded) return
    this.#waiting = undefined
    waiting(chunk ?? errored ?? (readableEnded ? undefined : new PrematureClose()))
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
