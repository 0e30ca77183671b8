import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { collect, never, type OpenaiHarness, startOpenaiHarness, textRequest } from './openai-harness.ts'
import { startReplay } from './replay-server.ts'

let harness: OpenaiHarness
let replay: Awaited<ReturnType<typeof startReplay>>
beforeAll(async () => {
  harness = await startOpenaiHarness()
  replay = await startReplay()
})
afterAll(async () => {
  await Promise.all([harness.stop(), replay.stop()])
})

const request = { connection: 'default', model: 'fake', inputs: ['one', 'two', 'one'], timeoutMs: 5000 }

describe('vectors', () => {
  test('come one per text, of the length asked for', async () => {
    const { vectors, inputTokens } = await harness.adapter.embed({ ...request, dimensions: 4 }, never)
    expect(vectors.map(({ length }) => length)).toEqual([4, 4, 4])
    expect(vectors[0]).toEqual(vectors[2])
    expect(vectors[0]).not.toEqual(vectors[1])
    expect(inputTokens).toBe(9)
    expect(harness.vendor.requests.at(-1)).toMatchObject({
      path: '/v1/embeddings',
      body: { model: 'fake', input: ['one', 'two', 'one'], dimensions: 4, encoding_format: 'base64' },
    })
  })

  test('are taken as base64 of little-endian floats, and as the numbers of a server that knows nothing else', async () => {
    replay.replayJson({ data: [{ embedding: 'AACAPgAAwL8=' }, { embedding: [0.25, -1.5] }] })
    const { vectors } = await replay.adapter.embed({ ...request, inputs: ['a', 'b'] }, never)
    expect(vectors).toEqual([Float32Array.of(0.25, -1.5), Float32Array.of(0.25, -1.5)])
  })

  test('of as many texts and numbers as may be asked for come whole', async () => {
    const embedding = Buffer.from(Float32Array.from({ length: 3072 }, () => 0.1).buffer).toString('base64')
    replay.replayJson({ data: Array.from({ length: 2048 }, (_, index) => ({ index, embedding })) })
    const inputs = Array.from({ length: 2048 }, () => 'a')
    const { vectors } = await replay.adapter.embed({ ...request, inputs, timeoutMs: 20_000 }, never)
    expect(vectors).toHaveLength(2048)
    expect(vectors.at(-1)?.at(-1)).toBe(Math.fround(0.1))
  })

  test('that never come end by the time given, and by an abort, and close the socket', async () => {
    const silent = { ...request, model: 'fault:silence-after-headers' }
    const closed = async () => {
      const seen = harness.vendor.requests.at(-1)
      await seen?.closed
      return seen?.ended?.by
    }
    await expect(harness.adapter.embed({ ...silent, timeoutMs: 300 }, never)).rejects.toMatchObject({
      code: 'provider_timeout_total',
    })
    expect(await closed()).toBe('client')
    const controller = new AbortController()
    const index = harness.vendor.requests.length
    const waiting = harness.adapter.embed(silent, controller.signal)
    await harness.vendor.request(index, AbortSignal.timeout(5000))
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'caller_cancelled' })
    expect(await closed()).toBe('client')
  })

  test.each([
    ['status:401', 'provider_auth_failed'],
    ['status:404', 'caller_invalid_request'],
    ['status:501', 'caller_unsupported_feature'],
    ['fault:reset-mid-stream', 'provider_connection_failed'],
    ['fault:malformed-json', 'provider_stream_error'],
  ])('%s is %s', async (model, code) => {
    await expect(harness.adapter.embed({ ...request, model }, never)).rejects.toMatchObject({ code })
  })

  const twice = (embedding: string) => [{ embedding }, { embedding }]

  test('too few, too many and none at all are provider_stream_error', async () => {
    const failed = { code: 'provider_stream_error' }
    for (const data of [
      [],
      [{ index: 0, embedding: [1] }],
      [{ index: 7, embedding: [1] }],
      twice('AACAP'),
      twice(''),
      'no list',
    ]) {
      replay.replayJson({ data })
      await expect(replay.adapter.embed({ ...request, inputs: ['a', 'b'] }, never)).rejects.toMatchObject(failed)
    }
  })

  test('of a connection without its key are gateway_no_adapter, as answers are', async () => {
    const nowhere = { ...request, connection: 'nowhere' }
    await expect(harness.adapter.embed(nowhere, never)).rejects.toMatchObject({ code: 'gateway_no_adapter' })
    const { error } = await collect(harness.adapter.generate(textRequest({ connection: 'nowhere' }), never))
    expect(error?.code).toBe('gateway_no_adapter')
  })
})
