import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeBinaryFrame } from '../../services/common/contracts/protocol/binary-frame.ts'
import { HearthError } from '../../services/common/errors/hearth-error.ts'
import { InboundGate } from '../../services/gateway/frames/inbound-gate.ts'
import { gatewayLimits } from '../../services/gateway/gateway-limits.ts'
import { SessionUploads } from '../../services/gateway/uploads/session-uploads.ts'
import { Upload } from '../../services/gateway/uploads/upload.ts'
import { UploadBudget } from '../../services/gateway/uploads/upload-budget.ts'
import { type Client, startGateway } from './gateway-harness.ts'
import { sha256 } from './picture-router.ts'

const seed = 20_261_122
const pngHead = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
const png = (byteLength: number): Buffer => Buffer.concat([pngHead, randomBytes(byteLength - pngHead.byteLength)])

const begin = (bytes: Uint8Array, fields: Readonly<Record<string, unknown>> = {}) => ({
  type: 'blob.begin',
  blob_no: 1,
  media_type: 'image/png',
  byte_length: bytes.byteLength,
  ...fields,
})

const end = (fields: Readonly<Record<string, unknown>> = {}) => ({ type: 'blob.end', blob_no: 1, ...fields })

function chunkOf(payload: Uint8Array, offset: number, fields: { blobNo?: number; streamNo?: number } = {}): Buffer {
  const { blobNo = 1, streamNo = 0 } = fields
  const header = { kind: 4, last: false, replayed: false, streamNo, blobNo, sequenceNumber: 0, offset } as const
  return encodeBinaryFrame(header, payload)
}

function sendBytes(client: Client, bytes: Uint8Array, blobNo = 1, chunkBytes = 65_536): void {
  for (let offset = 0; offset < bytes.byteLength; offset += chunkBytes) {
    client.socket.send(chunkOf(bytes.subarray(offset, offset + chunkBytes), offset, { blobNo }))
  }
}

function upload(client: Client, bytes: Uint8Array, fields: Readonly<Record<string, unknown>> = {}): void {
  const { blob_no: blobNo = 1 } = fields
  client.send(begin(bytes, fields))
  sendBytes(client, bytes, Number(blobNo))
  client.send(end({ blob_no: blobNo }))
}

const useOf = (...blobNumbers: readonly number[]) => ({
  type: 'response.create',
  stream_id: 'a',
  profile: 'demo',
  input: [{ role: 'user', content: blobNumbers.map((blob_no) => ({ type: 'input_image', blob_no })) }],
})

describe('an upload', () => {
  it('of 5 MB reaches the router as the picture of a message, as often as it is named', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    const bytes = png(5_000_000)
    upload(client, bytes, { sha256: sha256(bytes), media_type: 'image/jpeg' })
    client.send(useOf(1))
    await client.next('response.completed')
    client.send(useOf(1))
    await client.next('response.completed')
    for (const { request } of harness.router.starts) {
      const [item] = request.input
      const [part] = item?.type === 'message' ? item.content : []
      expect(part).toMatchObject({ type: 'image', mediaType: 'image/png' })
      expect(part?.type === 'image' && bytes.equals(part.bytes)).toBe(true)
    }
    expect(client.texts().filter(({ type }) => type === 'error')).toEqual([])
  })

  it('of 20 MiB, twice, comes through at once with the default limits', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    const bytes = png(20_971_520)
    for (const blob_no of [1, 2]) upload(client, bytes, { blob_no })
    client.send(begin(png(100), { blob_no: 3 }))
    expect(await client.next('error')).toMatchObject({ error: { code: 'caller_too_large', param: 'byte_length' } })
    client.send(useOf(1, 2))
    await client.next('response.completed')
    expect(client.texts().filter(({ type }) => type === 'error')).toHaveLength(1)
  })

  it('that was used gives way to new ones, the oldest first; one that was not stays', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    upload(client, png(1000), { blob_no: 100 })
    for (let blob_no = 1; blob_no <= 20; blob_no += 1) {
      upload(client, png(1000), { blob_no })
      client.send(useOf(blob_no))
      await client.next('response.completed')
    }
    client.send(useOf(100, 14, 20))
    await client.next('response.completed')
    client.send(useOf(13))
    expect(await client.next('error')).toMatchObject({ error: { code: 'caller_not_found' } })
  })

  it.each<[string, (client: Client) => void, string, string]>([
    [
      'chunks that nobody announced',
      (client) => client.socket.send(chunkOf(png(100), 0)),
      'caller_invalid_request',
      'blob_no',
    ],
    ['an end without a beginning', (client) => client.send(end()), 'caller_invalid_request', 'blob_no'],
    [
      'a chunk that does not follow on',
      (client) => {
        client.send(begin(png(100)))
        client.socket.send(chunkOf(png(50), 10))
      },
      'caller_invalid_request',
      'offset',
    ],
    [
      'more bytes than announced',
      (client) => {
        client.send(begin(png(100)))
        client.socket.send(chunkOf(png(101), 0))
      },
      'caller_too_large',
      'byte_length',
    ],
    [
      'an end before all bytes came',
      (client) => {
        client.send(begin(png(100)))
        client.socket.send(chunkOf(png(50), 0))
        client.send(end())
      },
      'caller_invalid_request',
      'byte_length',
    ],
    [
      'bytes of another sha256 than the beginning says',
      (client) => upload(client, png(100), { sha256: '0'.repeat(64) }),
      'caller_invalid_request',
      'sha256',
    ],
    [
      'bytes of another sha256 than the end says',
      (client) => {
        client.send(begin(png(100)))
        sendBytes(client, png(100))
        client.send(end({ sha256: 'f'.repeat(64) }))
      },
      'caller_invalid_request',
      'sha256',
    ],
    [
      'bytes that are no picture',
      (client) => upload(client, Buffer.from('<svg onload="alert(1)">')),
      'caller_invalid_request',
      'media_type',
    ],
    [
      'a type that is none of a picture',
      (client) => client.send(begin(png(100), { media_type: 'image/svg+xml' })),
      'caller_invalid_request',
      'media_type',
    ],
    [
      'a blob over 20 MiB',
      (client) => client.send(begin(png(100), { byte_length: 20_971_521 })),
      'caller_too_large',
      'byte_length',
    ],
    [
      'a ninth blob',
      (client) => {
        for (let blob_no = 1; blob_no <= 9; blob_no += 1) client.send(begin(png(100), { blob_no }))
      },
      'caller_too_large',
      'blob_no',
    ],
    [
      'a chunk of a stream',
      (client) => {
        client.send(begin(png(100)))
        client.socket.send(chunkOf(png(100), 0, { streamNo: 1 }))
      },
      'caller_invalid_request',
      'stream_no',
    ],
    [
      'a number that has no upload',
      (client) => client.send(useOf(5)),
      'caller_not_found',
      'input[0].content[0].blob_no',
    ],
    [
      'an upload that has not ended',
      (client) => {
        client.send(begin(png(100)))
        sendBytes(client, png(100))
        client.send(useOf(1))
      },
      'caller_not_found',
      'input[0].content[0].blob_no',
    ],
  ])('is refused for %s, by path, and the session goes on', async (_case, act, code, param) => {
    await using harness = await startGateway()
    const client = await harness.open()
    act(client)
    expect(await client.next('error')).toMatchObject({ error: { code, param } })
    const bytes = png(200_000)
    upload(client, bytes)
    client.send(useOf(1))
    await client.next('response.completed')
    expect(harness.router.starts).toHaveLength(1)
    expect(client.texts().filter(({ type }) => type === 'error')).toHaveLength(1)
  })

  it('that fails is told once with the event_id of its beginning, however much of it still comes', async () => {
    await using harness = await startGateway()
    const client = await harness.open()
    const bytes = png(10_000_000)
    client.send(begin(bytes, { event_id: 'begin' }))
    client.socket.send(chunkOf(bytes.subarray(0, 10), 5))
    sendBytes(client, bytes)
    client.send(end({ event_id: 'end' }))
    expect(await client.next('error')).toMatchObject({ event_id: 'begin', error: { param: 'offset' } })
    expect(await client.next('error')).toMatchObject({ event_id: 'end', error: { param: 'blob_no' } })
    client.send({ type: 'ping' })
    await client.next('pong')
    expect(client.texts().filter(({ type }) => type === 'error')).toHaveLength(2)
  })

  it("that failed is in nobody's way, also where its end never comes", async () => {
    await using harness = await startGateway({ limits: { uploadBytes: 1000 } })
    const client = await harness.open()
    for (let blob_no = 1; blob_no <= 20; blob_no += 1) {
      client.send(begin(png(2000), { blob_no }))
      expect(await client.next('error')).toMatchObject({ error: { code: 'caller_too_large', param: 'byte_length' } })
    }
    upload(client, png(500), { blob_no: 100 })
    client.send(useOf(100))
    await client.next('response.completed')
  })

  it('belongs to its connection: its bytes are given back when that ends', async () => {
    const limits = { uploadsTotalBytes: 300_000 }
    await using harness = await startGateway({ limits })
    const bytes = png(200_000)
    const first = await harness.open()
    upload(first, bytes)
    first.send(useOf(1))
    await first.next('response.completed')
    const second = await harness.open()
    second.send(begin(bytes))
    sendBytes(second, bytes)
    expect(await second.next('error')).toMatchObject({ error: { code: 'gateway_overloaded', retryable: true } })
    first.socket.terminate()
    await expect.poll(() => harness.gateway.connections).toBe(1)
    upload(second, bytes)
    second.send(useOf(1))
    await second.next('response.completed')
  })
})

describe('the gate for uploads', () => {
  const payloads = (count: number, bytes: number): readonly Buffer[] =>
    Array.from({ length: count }, (_, index) => chunkOf(Buffer.alloc(bytes), index * bytes))

  function statuses(frames: readonly Buffer[], announced: number): Readonly<Record<string, number>> {
    const uploads = new SessionUploads({ limits: gatewayLimits, budget: new UploadBudget(1e9) })
    uploads.begin({ type: 'blob.begin', blob_no: 1, media_type: 'image/png', byte_length: announced })
    const gate = new InboundGate(gatewayLimits, 0)
    const counts = { pass: 0, limited: 0, flood: 0 }
    for (const frame of frames) counts[gate.judge(0, uploads.expect(frame)).status] += 1
    return counts
  }

  it('counts the frames of an announced upload by their bytes, and small or further ones as frames', () => {
    expect(statuses(payloads(320, 65_536), 320 * 65_536)).toEqual({ pass: 320, limited: 0, flood: 0 })
    expect(statuses(payloads(5120, 4096), 5120 * 4096)).toEqual({ pass: 5120, limited: 0, flood: 0 })
    expect(statuses(payloads(2000, 1), 20_000_000)).toEqual({ pass: 1000, limited: 500, flood: 500 })
    expect(statuses(payloads(2000, 0), 20_000_000)).toEqual({ pass: 1000, limited: 500, flood: 500 })
    expect(statuses(payloads(2000, 65_536), 65_536)).toEqual({ pass: 1001, limited: 500, flood: 499 })
  })

  it('bounds the bytes of uploads over time', () => {
    const gate = new InboundGate(gatewayLimits, 0)
    const { burst, perSecond } = gatewayLimits.uploadRate
    const take = (now: number): number => {
      let bytes = 0
      while (bytes < 2 * burst && gate.judge(now, 65_536).status === 'pass') bytes += 65_536
      return bytes
    }
    const framesAlone = gatewayLimits.inbound.burst * 65_536
    expect(take(0)).toBeLessThanOrEqual(burst + framesAlone)
    expect(take(1000)).toBeLessThanOrEqual(perSecond + (gatewayLimits.inbound.perSecond + 1) * 65_536)
  })
})

describe('the assembly of an upload', () => {
  const cuts = fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 20 })
  const content = fc
    .tuple(fc.integer({ min: 0, max: 600_000 }), fc.integer({ min: 0, max: 255 }))
    .map(([length, fill]) => Buffer.concat([pngHead, Buffer.alloc(length, fill), Buffer.from([length & 255])]))

  /** The bytes in chunks of these lengths, some empty, the last one what is left. */
  function inChunks(bytes: Buffer, lengths: readonly number[]): readonly { offset: number; chunk: Buffer }[] {
    const chunks: { offset: number; chunk: Buffer }[] = []
    let offset = 0
    for (const length of [...lengths, bytes.byteLength]) {
      const chunk = bytes.subarray(offset, offset + length)
      chunks.push({ offset, chunk })
      offset += chunk.byteLength
    }
    return chunks
  }

  it('gives back the bytes, whatever the chunks', () => {
    fc.assert(
      fc.property(content, cuts, (bytes, lengths) => {
        const whole = new Upload(bytes.byteLength)
        for (const { offset, chunk } of inChunks(bytes, lengths)) whole.append(offset, chunk)
        const picture = whole.finish([sha256(bytes), undefined])
        expect(picture.mediaType).toBe('image/png')
        expect(bytes.equals(picture.bytes)).toBe(true)
      }),
      { seed, numRuns: 200 },
    )
  })

  it('never takes a chunk that is missing, twice there or moved for whole', () => {
    const damage = fc.constantFrom('drop', 'double', 'swap')
    fc.assert(
      fc.property(content, cuts, damage, fc.nat(), (bytes, lengths, how, pick) => {
        const chunks = inChunks(bytes, lengths).filter(({ chunk }) => chunk.byteLength > 0)
        const at = pick % chunks.length
        const damaged = withDamage(chunks, at, how)
        const upload = new Upload(bytes.byteLength)
        const isWhole = damaged.every((piece, index) => piece === chunks[index]) && damaged.length === chunks.length
        const act = (): void => {
          for (const { offset, chunk } of damaged) upload.append(offset, chunk)
          upload.finish([])
        }
        if (isWhole) act()
        else expect(act).toThrow(HearthError)
      }),
      { seed, numRuns: 200 },
    )
  })

  function withDamage<Piece>(pieces: readonly Piece[], at: number, how: string): readonly Piece[] {
    if (how === 'drop') return pieces.toSpliced(at, 1)
    const [piece] = pieces.slice(at)
    if (piece === undefined) return pieces
    if (how === 'double') return pieces.toSpliced(at, 0, piece)
    return [...pieces.toSpliced(at, 1), piece]
  }
})
