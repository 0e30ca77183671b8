import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { type BinaryFrame, decodeBinaryFrame } from '../../services/common/contracts/protocol/binary-frame.ts'
import { fakeRouter, textRun } from '../../services/common/testing/fake-router.ts'
import { gatewayLimits } from '../../services/gateway/gateway-limits.ts'
import { SocketWriter } from '../../services/gateway/sending/socket-writer.ts'
import { adminToken, type Client, type Message, type Received, startGateway } from './gateway-harness.ts'
import { pictureRouter, sha256 } from './picture-router.ts'
import { RawPeer, rawFrame, upgradeLines } from './raw-peer.ts'

const create = (streamId: string) => ({ type: 'response.create', stream_id: streamId, profile: 'demo', input: 'x' })

const isBinary = (frame: Received): frame is { readonly binary: Buffer } => 'binary' in frame

/** Reads a little, rests a little, until the socket closes or `isDone`. */
async function readSlowly(client: Client, isDone: () => boolean): Promise<void> {
  while (!isDone() && client.socket.readyState === WebSocket.OPEN) {
    client.socket.pause()
    await sleep(3)
    client.socket.resume()
    await sleep(1)
  }
}

const ofType = (client: Client, type: string): readonly Message[] => client.texts().filter((text) => text.type === type)

describe('16 lanes of one socket with pictures and text at once', () => {
  const lanes = Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? `picture${index}` : `text${index}`))

  async function run(): Promise<Client & { readonly frames: readonly Received[] }> {
    const router = pictureRouter({ pictures: 3, pictureBytes: 200_000, deltas: 300, deltaLength: 150 })
    await using harness = await startGateway({ router, config: { merge: 'never' } })
    const client = await harness.open()
    for (const lane of lanes) client.send(create(lane))
    for (const _lane of lanes) await client.next('response.created')
    const start = client.received.length
    router.release()
    await readSlowly(client, () => ofType(client, 'response.completed').length === 16)
    return Object.assign(client, { frames: client.received.slice(start) })
  }

  it('keeps numbers gap-free, pictures byte-exact, lanes in order, and text before chunks', async () => {
    const client = await run()
    const terminals = ofType(client, 'response.completed')
    expect(terminals).toHaveLength(16)
    for (const lane of lanes) {
      const numbers = client
        .texts()
        .filter((text) => text['stream_id'] === lane)
        .map((text) => text['sequence_number'])
      expect(numbers).toEqual(numbers.map((_, index) => index))
    }
    expectExactPictures(client)
    expectTextFirst(client.frames)
    expectTurns(client.frames)
  })

  function expectExactPictures(client: Client): void {
    const streamNos = new Map(ofType(client, 'response.created').map((text) => [text['stream_no'], text['stream_id']]))
    expect(streamNos.size).toBe(16)
    const announced = client.texts().filter((text) => 'blob_no' in text)
    expect(announced).toHaveLength(8 * 3)
    const chunks = client.received.filter(isBinary).map(({ binary }) => decodeBinaryFrame(binary))
    for (const picture of announced) {
      const own = chunks.filter(
        ({ header }) => streamNos.get(header.streamNo) === picture['stream_id'] && header.blobNo === picture['blob_no'],
      )
      expectWhole(own, picture)
    }
  }

  function expectWhole(chunks: readonly BinaryFrame[], picture: Message): void {
    const isFinal = picture.type === 'response.image_generation_call.completed'
    let offset = 0
    for (const [index, { header, payload }] of chunks.entries()) {
      expect(header).toMatchObject({
        offset,
        kind: isFinal ? 2 : 1,
        sequenceNumber: picture['sequence_number'],
        last: index === chunks.length - 1,
      })
      offset += payload.length
    }
    expect(offset).toBe(picture['byte_length'])
    expect(sha256(Buffer.concat(chunks.map(({ payload }) => payload)))).toBe(picture['sha256'])
  }

  /** All text was there at once; so one chunk at most may be in front of any of it. */
  function expectTextFirst(frames: readonly Received[]): void {
    const isTalk = (frame: Received): boolean => 'text' in frame && String(frame.text['stream_id']).startsWith('text')
    const lastTalk = frames.findLastIndex(isTalk)
    expect(frames.slice(0, lastTalk).filter(isBinary).length).toBeLessThanOrEqual(1)
    expect(frames.slice(lastTalk).filter(isBinary).length).toBeGreaterThan(8 * 3 * 3)
  }

  /** The first chunk goes before the other lanes have any; from then on all eight take turns. */
  function expectTurns(frames: readonly Received[]): void {
    const order = frames.filter(isBinary).map(({ binary }) => decodeBinaryFrame(binary).header.streamNo)
    for (const round of [0, 1, 2]) expect(new Set(order.slice(1 + round * 8, 9 + round * 8)).size).toBe(8)
  }
})

describe('the writer of a socket', () => {
  it('puts a text behind at most the chunk that is on its way, however much of a picture waits', async () => {
    await using pair = await socketPair()
    const { server, raw, client, frames } = pair
    const writer = writerOf(pair)
    client.pause()
    const blob = randomBytes(24_000_000)
    writer.sendBlob('a', {
      header: { kind: 2, replayed: false, streamNo: 1, blobNo: 1, sequenceNumber: 1 },
      bytes: blob,
    })
    await expect.poll(() => writer.stalledMs(), { timeout: 5000 }).toBeGreaterThan(100)
    const handed = Math.floor(raw.bytesWritten / 65_556)
    expect(server.bufferedAmount).toBeLessThanOrEqual(65_600)
    expect([writer.isFull('a'), writer.isFull('b')]).toEqual([true, false])
    writer.sendText('b', 'a token')
    writer.sendText('a', 'the terminal')
    client.resume()
    await expect.poll(() => frames.at(-1), { timeout: 10_000 }).toBe('the terminal')
    expect(frames.indexOf('a token')).toBeLessThanOrEqual(handed)
    expect(frames).toHaveLength(Math.ceil(24_000_000 / 65_536) + 2)
    const whole = frames.flatMap((frame) => (typeof frame === 'string' ? [] : [decodeBinaryFrame(frame).payload]))
    expect(sha256(Buffer.concat(whole))).toBe(sha256(blob))
    expect(writer.isIdle).toBe(true)
  })

  it('is full for nobody once it is finished, whatever the socket still holds', async () => {
    await using pair = await socketPair()
    const writer = writerOf(pair, { softQueueBytes: 1000 })
    pair.client.pause()
    writer.sendText('a', 'x'.repeat(24_000_000))
    await expect.poll(() => pair.server.bufferedAmount).toBeGreaterThan(1000)
    expect(writer.isFull('b')).toBe(true)
    const free = writer.whenFree('b', new AbortController().signal)
    writer.finish()
    await free
    expect(pair.server.bufferedAmount).toBeGreaterThan(1000)
    expect(writer.isFull('b')).toBe(false)
  })

  it('puts a text behind at most one chunk also when pictures are small', async () => {
    await using pair = await socketPair()
    const writer = writerOf(pair)
    for (const lane of ['a', 'b', 'c', 'd']) {
      writer.sendBlob(lane, {
        header: { kind: 1, replayed: false, streamNo: 1, blobNo: 1, sequenceNumber: 1 },
        bytes: Buffer.alloc(100),
      })
    }
    writer.sendText('e', 'a token')
    await expect.poll(() => pair.frames.length).toBe(5)
    expect(pair.frames.indexOf('a token')).toBe(1)
  })

  it('sends texts of every length whole and in order, beside its own pings', async () => {
    await using pair = await socketPair()
    const writer = writerOf(pair)
    const lengths = [0, 1, 41, 42, 125, 126, 21_845, 21_846, 65_535, 65_536, 200_000]
    const texts = lengths.flatMap((length) => ['x'.repeat(length), '€'.repeat(length)])
    for (const [index, text] of texts.entries()) {
      writer.sendText('a', text)
      if (index % 3 === 0) pair.server.ping()
    }
    await expect.poll(() => pair.frames.length).toBe(texts.length)
    expect(pair.frames).toEqual(texts)
    expect(pair.client.readyState).toBe(WebSocket.OPEN)
  })

  it('writes all frames of one tick at once', async () => {
    await using pair = await socketPair()
    const { raw, frames } = pair
    const writer = writerOf(pair)
    const writes = vi.spyOn(raw, 'write')
    for (let index = 0; index < 50; index += 1) writer.sendText('a', `token ${index}`)
    await expect.poll(() => frames.length).toBe(50)
    expect(writes).toHaveBeenCalledTimes(1)
    expect(pair.reads()).toBeLessThan(10)
  })
})

describe('a slow consumer', () => {
  it('stops the reading of its runs at the soft limit and is cut with 4408 when it takes nothing; the run goes on', async () => {
    const batches = { read: 0, ended: false, cancels: 0 }
    const router = endlessRouter(batches)
    await using harness = await startGateway({ router, limits: { stallMs: 500, terminateMs: 1000 } })
    const client = await harness.open()
    client.send(create('a'))
    await client.next('response.created')
    client.socket.pause()
    const settled = await settledCount(() => batches.read)
    await sleep(100)
    expect(batches.read).toBe(settled)
    await expect.poll(() => harness.gateway.connections, { timeout: 5000 }).toBe(1)
    await sleep(600)
    client.socket.resume()
    expect(await client.closed).toMatchObject({ code: 4408, reason: expect.stringContaining('slow_consumer') })
    expect(batches).toMatchObject({ ended: true, cancels: 0 })
  })

  it('is terminated when it does not even take the close', async () => {
    await using harness = await startGateway({
      router: endlessRouter({ read: 0, ended: false, cancels: 0 }),
      limits: { stallMs: 200, terminateMs: 200 },
    })
    const client = await harness.open()
    client.send(create('a'))
    await client.next('response.created')
    client.socket.pause()
    await expect.poll(() => harness.gateway.connections, { timeout: 10_000 }).toBe(0)
  })

  it('is cut with 4408 at the hard limit when its own requests fill the queue', async () => {
    await using harness = await startGateway({
      limits: { softQueueBytes: 1000, hardQueueBytes: 20_000, inbound: { burst: 1e9, perSecond: 1e9 } },
    })
    const peer = new RawPeer(harness.port)
    await peer.request(upgradeLines(harness.port))
    peer.socket.write(rawFrame(Buffer.from(JSON.stringify({ type: 'session.hello', auth: adminToken }))))
    await peer.until(() => peer.frames.length > 0)
    peer.socket.pause()
    const pings = Buffer.concat(
      Array.from({ length: 2000 }, () => rawFrame(Buffer.from(JSON.stringify({ type: 'ping', id: 'x'.repeat(100) })))),
    )
    for (let index = 0; index < 100 && !peer.socket.destroyed && harness.gateway.connections > 0; index += 1) {
      peer.socket.write(pings)
      await sleep(10)
    }
    peer.socket.resume()
    await peer.closed
    expect(peer.closeCode() ?? 4408).toBe(4408)
    expect(harness.gateway.connections).toBe(0)
    expect(harness.log.filter(({ level }) => level === 'error')).toEqual([])
  })

  it('does not disturb another client', async () => {
    const router = fakeRouter({ script: () => textRun(Array.from({ length: 50 }, () => 'x'.repeat(20_000))) })
    await using harness = await startGateway({ router, limits: { stallMs: 60_000 } })
    const [slow, quick] = [await harness.open(), await harness.open()]
    slow.send(create('a'))
    slow.socket.pause()
    quick.send(create('a'))
    expect(await quick.next('response.completed')).toBeDefined()
    slow.socket.resume()
    expect(await slow.next('response.completed')).toBeDefined()
  })
})

function writerOf(
  { server, raw }: { readonly server: WebSocket; readonly raw: Socket },
  limits: Partial<typeof gatewayLimits> = {},
): SocketWriter {
  return new SocketWriter({
    socket: server,
    raw,
    limits: { ...gatewayLimits, ...limits },
    elapsed: () => performance.now(),
    onOverflow: () => undefined,
  })
}

/** One run that never ends and is read as fast as it is taken. */
function endlessRouter(batches: { read: number; ended: boolean; cancels: number }) {
  const inner = fakeRouter()
  return {
    ...inner,
    cancel: async () => {
      batches.cancels += 1
    },
    attach: async function* (_runId: string, _after: number, _caller: unknown, signal: AbortSignal) {
      yield [{ sequenceNumber: 0, message: { type: 'response.created', profile: 'demo', conversation: 'c' } as const }]
      const position = { item_id: 'i', output_index: 0, content_index: 0 }
      try {
        for (let sequenceNumber = 1; !signal.aborted; sequenceNumber += 1) {
          batches.read += 1
          await new Promise((resolve) => setImmediate(resolve))
          yield [
            {
              sequenceNumber,
              message: { type: 'response.output_text.delta', ...position, delta: 'x'.repeat(8000) } as const,
            },
          ]
        }
      } finally {
        batches.ended = true
      }
    },
  }
}

/** The value when it has not grown for a while. */
async function settledCount(count: () => number): Promise<number> {
  for (let before = -1; before !== count(); ) {
    before = count()
    await sleep(100)
  }
  return count()
}

/** Both ends of one WebSocket on loopback. */
async function socketPair() {
  const http = createServer()
  const upgrades = new WebSocketServer({ server: http })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const arrived = once(upgrades, 'connection')
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)
  const frames: (string | Buffer)[] = []
  let reads = 0
  client.on('message', (data: Buffer, binary: boolean) => frames.push(binary ? data : data.toString()))
  client.once('upgrade', ({ socket }) => socket.on('data', () => (reads += 1)))
  const [server, { socket: raw }]: [WebSocket, { socket: Socket }] = (await arrived) as [WebSocket, { socket: Socket }]
  await once(client, 'open')
  return {
    server,
    raw,
    client,
    frames,
    reads: () => reads,
    [Symbol.asyncDispose]: async () => {
      client.terminate()
      server.terminate()
      upgrades.close()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
