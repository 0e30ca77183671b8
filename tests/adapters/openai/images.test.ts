import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mapImageGeneration } from '../../../services/adapters/openai/map-image-request.ts'
import { imageBodyDialect, imageDialect } from '../../../services/adapters/openai/map-image-stream.ts'
import type { GenerateRequest, ImageRequest } from '../../../services/common/contracts/generate-request.ts'
import type { ErrorCode } from '../../../services/common/errors/error-table.ts'
import { framesOf } from '../../support/frames-of.ts'
import { collect, never, type OpenaiHarness, startOpenaiHarness, textRequest } from './openai-harness.ts'
import { startReplay } from './replay-server.ts'

let harness: OpenaiHarness
beforeAll(async () => {
  harness = await startOpenaiHarness()
})
afterAll(async () => {
  await harness.stop()
})

const lamp: ImageRequest = { prompt: 'a lamp', partialImages: 2, size: '1024x1024', format: 'png', inputs: [] }
const draw = (image: ImageRequest, overrides: Partial<GenerateRequest> = {}, signal = never) =>
  collect(harness.adapter.generate(textRequest({ image, ...overrides }), signal))

describe('a picture', () => {
  test('comes rough first, then whole, with its count', async () => {
    const { events, error } = await draw(lamp)
    expect(error).toBeUndefined()
    expect(events.map(({ type }) => type)).toEqual([
      'phase',
      'image-partial',
      'image-partial',
      'image',
      'usage',
      'finish',
    ])
    expect(harness.vendor.requests.at(-1)).toMatchObject({
      path: '/v1/images/generations',
      body: {
        prompt: 'a lamp',
        model: 'fake',
        stream: true,
        partial_images: 2,
        size: '1024x1024',
        output_format: 'png',
      },
    })
  })

  test('is asked of OpenAI by its own words, of others so that they send the picture itself', () => {
    const wishes = { ...lamp, size: 'auto', quality: 'high', background: 'transparent' }
    expect(mapImageGeneration(wishes, 'gpt-image-2')).toEqual({
      prompt: 'a lamp',
      model: 'gpt-image-2',
      stream: true,
      partial_images: 2,
      output_format: 'png',
      quality: 'high',
      background: 'transparent',
    })
    expect(mapImageGeneration(wishes, 'flux')).toMatchObject({ response_format: 'b64_json' })
  })

  test('is changed from the pictures and the mask, sent as files with their bytes', async () => {
    const photo = { mediaType: 'image/jpeg', bytes: Uint8Array.from([0, 13, 10, 255]) }
    const other = { mediaType: 'image/png', bytes: Uint8Array.from([0x89, 1, 2]) }
    const { events, error } = await draw({ ...lamp, inputs: [photo, other], mask: other })
    expect(error).toBeUndefined()
    expect(events.at(-1)).toEqual({ type: 'finish', reason: 'stop' })
    const request = harness.vendor.requests.at(-1)
    expect(request?.path).toBe('/v1/images/edits')
    expect(request?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(Number(request?.headers['content-length'])).toBeGreaterThan(500)
    expect(request?.body).toMatchObject({
      prompt: 'a lamp',
      model: 'fake',
      stream: 'true',
      partial_images: '2',
      'image[]': [
        { name: 'picture-1.jpeg', ...photo },
        { name: 'picture-2.png', ...other },
      ],
      mask: { name: 'mask.png', ...other },
    })
  })

  const timeouts = { headersMs: 300, firstTokenMs: 400, idleMs: 300, totalMs: 10_000 }
  test.each<readonly [string, ErrorCode, number]>([
    ['fault:error-first?code=moderation_blocked', 'provider_content_filtered', 0],
    ['fault:error-other-form?after=0&code=moderation_blocked', 'provider_content_filtered', 0],
    ['fault:done-only', 'provider_stream_truncated', 0],
    ['fault:error-mid-stream?after=1', 'provider_stream_error', 1],
    ['fault:end-without-terminator?after=1', 'provider_stream_truncated', 1],
    ['fault:stall-mid-stream?after=1', 'provider_timeout_idle', 1],
    ['fault:headers-never', 'provider_timeout_headers', 0],
    ['fault:silence-after-headers', 'provider_timeout_first_token', 0],
    ['fault:line-17mb?after=1', 'provider_stream_error', 1],
    ['fault:malformed-json?after=1', 'provider_stream_error', 1],
    ['fault:not-sse', 'provider_stream_error', 0],
    ['status:400?code=moderation_blocked', 'provider_content_filtered', 0],
  ])('%s is %s after %i rough ones', async (model, code, partials) => {
    const isTimed = code.startsWith('provider_timeout')
    const { error, events } = await draw(lamp, isTimed ? { model, timeouts } : { model })
    expect(error).toMatchObject({ code, message: expect.not.stringContaining('secret') })
    expect(events.filter(({ type }) => type === 'image-partial')).toHaveLength(partials)
    expect(events.some(({ type }) => type === 'image' || type === 'finish')).toBe(false)
  })

  test('that is cancelled while it is drawn, or sent, closes the socket', async () => {
    const photo = { mediaType: 'image/png', bytes: new Uint8Array(100) }
    for (const inputs of [[], [photo]]) {
      const controller = new AbortController()
      const index = harness.vendor.requests.length
      const drawing = draw({ ...lamp, inputs }, { model: 'fault:stall-mid-stream?after=1' }, controller.signal)
      const request = await harness.vendor.request(index, AbortSignal.timeout(5000))
      controller.abort()
      expect((await drawing).error?.code).toBe('caller_cancelled')
      await request.closed
      expect(request.ended?.by).toBe('client')
    }
    const controller = new AbortController()
    const index = harness.vendor.requests.length
    const drawing = draw({ ...lamp, inputs: [photo] }, {}, controller.signal)
    controller.abort()
    expect((await drawing).error?.code).toBe('caller_cancelled')
    expect(harness.vendor.requests.length).toBe(index)
  })
})

test('a picture of 11 MiB fits, by a stream and in one body', async () => {
  const replay = await startReplay()
  const length = 11 * 1024 * 1024
  const b64_json = Buffer.alloc(length, 7).toString('base64')
  const lengths: number[] = []
  const take = async () => {
    const { events, error } = await collect(replay.adapter.generate(textRequest({ image: lamp }), never))
    expect(error).toBeUndefined()
    for (const event of events) if (event.type === 'image') lengths.push(event.bytes.byteLength)
  }
  replay.replayEvents([{ type: 'image_generation.completed', b64_json }])
  await take()
  replay.replayJson({ created: 0, data: [{ b64_json }] })
  await take()
  await replay.stop()
  expect(lengths).toEqual([length, length])
})

const failed = { status: 'failed', error: { code: 'provider_stream_error' } }

describe('a picture in a stream', () => {
  const step = (event: object) => {
    const dialect = imageDialect('webp')
    return dialect.step(dialect.begin, [{ type: 'message', data: JSON.stringify(event) }])
  }

  test('is told by its own bytes, else by what the vendor says, else by what was asked for', () => {
    const typeOf = (bytes: readonly number[], more: object = {}) => {
      const b64_json = Buffer.from(bytes).toString('base64')
      const [image] = step({ type: 'image_generation.completed', b64_json, ...more }).events
      return image?.type === 'image' ? image.mediaType : undefined
    }
    expect(typeOf([0xff, 0xd8, 0xff, 0xe0], { output_format: 'png' })).toBe('image/jpeg')
    expect(typeOf([...Buffer.from('RIFF0000WEBPVP8 ')])).toBe('image/webp')
    expect(typeOf([...Buffer.from('GIF89a')])).toBe('image/gif')
    expect(typeOf([1, 2, 3], { output_format: 'jpeg' })).toBe('image/jpeg')
    expect(typeOf([1, 2, 3])).toBe('image/webp')
  })

  test('that is empty or missing is provider_stream_error, other events are passed over', () => {
    expect(step({ type: 'image_generation.completed', b64_json: '' }).outcome).toMatchObject(failed)
    expect(step({ type: 'image_edit.partial_image' }).outcome).toMatchObject(failed)
    expect(step({ type: 'image_generation.queued' })).toMatchObject({ events: [], outcome: { status: 'open' } })
  })
})

describe('a picture in one body', () => {
  const read = async (chunks: readonly Uint8Array[]) => {
    const dialect = imageBodyDialect('png')
    async function* bytes() {
      yield* chunks
    }
    let last = dialect.step(dialect.begin, [])
    for await (const batch of framesOf(dialect.decoder(), bytes())) last = dialect.step(dialect.begin, batch)
    return last
  }

  test('of another shape is provider_stream_error', async () => {
    for (const answer of ['{"data":[]}', '{"data":[{"url":"http://x/"}]}', '<html>', '[]']) {
      expect((await read([Buffer.from(answer)])).outcome).toMatchObject(failed)
    }
  })

  test('of more than 16 MiB is provider_stream_error before it is read whole, of nothing is truncated', async () => {
    const megabytes = Array.from({ length: 20 }, () => new Uint8Array(1024 * 1024))
    await expect(read(megabytes)).rejects.toMatchObject({ code: 'provider_stream_error' })
    await expect(read([])).rejects.toMatchObject({ code: 'provider_stream_truncated' })
  })
})
