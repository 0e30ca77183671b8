import type { Readable } from 'node:stream'

const events = ['readable', 'end', 'error', 'close'] as const

/**
 * The chunks of a body: what has come is taken at once, a promise is made only to wait. Unlike the stream's own iterator
 * it leaves the body alone: its owner destroys or releases it.
 */
export class ChunkReader {
  readonly #body: Readable
  #wake: (() => void) | undefined

  constructor(body: Readable) {
    this.#body = body
    for (const event of events) body.on(event, this.#onChange)
  }

  /** All that is here; undefined: nothing now. */
  take(): Uint8Array | undefined {
    return this.#body.read() ?? undefined
  }

  /** The next chunk; undefined at the end of the body. @throws what broke it. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = this.take()
      if (chunk !== undefined || this.#isEnded()) return chunk
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Stops listening, but for errors: nobody else does then. */
  release(): void {
    for (const event of events) if (event !== 'error') this.#body.off(event, this.#onChange)
  }

  #isEnded(): boolean {
    const body = this.#body
    if (body.errored) throw body.errored
    if (body.destroyed && !body.readableEnded) throw new PrematureClose()
    return body.readableEnded
  }

  readonly #onChange = (): void => {
    this.#wake?.()
    this.#wake = undefined
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
