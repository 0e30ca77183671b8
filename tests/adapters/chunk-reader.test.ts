import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type BodyRead, ChunkReader } from '../../services/adapters/chunk-reader.ts'

const chunkOf = (byte: number): Uint8Array => new Uint8Array(16 * 1024).fill(byte)

/** Everything the reader gives until the end or what broke it. */
async function readAll({ reader, bell }: Reading): Promise<{ readonly bytes: Buffer; readonly end: BodyRead }> {
  const chunks: Uint8Array[] = []
  for (;;) {
    const read = reader.take()
    if (read === undefined) await bell.rung()
    else if (read instanceof Uint8Array) chunks.push(read)
    else return { bytes: Buffer.concat(chunks), end: read }
  }
}

interface Reading {
  readonly reader: ChunkReader
  readonly bell: Bell
}

/** What the reader rings when there may be something to take. */
class Bell {
  #next = Promise.withResolvers<void>()

  readonly ring = (): void => {
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }

  rung(): Promise<void> {
    return this.#next.promise
  }
}

function read(body: Readable): Reading {
  const bell = new Bell()
  return { reader: new ChunkReader(body, bell.ring), bell }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('the reader of a body', () => {
  it('gives all that came, in order, and the end', async () => {
    const body = new PassThrough()
    const reading = readAll(read(body))
    body.write('one ')
    await turn()
    body.write('two ')
    body.end('three')
    const { bytes, end } = await reading
    expect(bytes.toString()).toBe('one two three')
    expect(end).toBe('end')
  })

  it('pauses a body that nobody reads, and goes on where it was', async () => {
    let pushed = 0
    const body = new Readable({
      highWaterMark: 16 * 1024,
      read() {
        pushed += 1
        this.push(pushed > 100 ? null : chunkOf(pushed))
      },
    })
    const reading = read(body)
    for (let turns = 0; turns < 200; turns += 1) await turn()
    expect(pushed).toBeLessThan(10)
    const { bytes, end } = await readAll(reading)
    expect(bytes.byteLength).toBe(100 * 16 * 1024)
    expect(bytes.at(-1)).toBe(100)
    expect(end).toBe('end')
  })

  it('gives all that came before the break of a body that was paused', async () => {
    const body = new PassThrough({ highWaterMark: 1024 * 1024 })
    const reading = read(body)
    for (let index = 0; index < 8; index += 1) body.write(chunkOf(index))
    await turn()
    expect(body.isPaused()).toBe(true)
    const broken = new Error('reset')
    body.destroy(broken)
    const { bytes, end } = await readAll(reading)
    expect(bytes.byteLength).toBe(8 * 16 * 1024)
    expect(end).toBe(broken)
  })

  it('says so when the body is closed in the middle', async () => {
    const body = new PassThrough()
    const reading = readAll(read(body))
    body.write('half')
    await turn()
    body.destroy()
    const { bytes, end } = await reading
    expect(bytes.toString()).toBe('half')
    expect(end).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
  })

  it('leaves a body that was paused so that another can read on', async () => {
    const body = new PassThrough({ highWaterMark: 1024 * 1024 })
    const reading = read(body)
    for (let index = 0; index < 8; index += 1) body.write(chunkOf(index))
    await turn()
    reading.reader.release()
    body.resume()
    body.end()
    await new Promise((resolve) => body.once('end', resolve))
    expect(body.listenerCount('data')).toBe(0)
  })
})
