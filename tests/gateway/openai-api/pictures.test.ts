import OpenAI, { toFile } from 'openai'
import { describe, expect, it } from 'vitest'
import { adminToken, guestToken, type Harness, startGateway } from '../gateway-harness.ts'
import { ended, failed, pictureRun, post } from './api-harness.ts'

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(200_000, 7)])

const clientOf = ({ port }: Harness, apiKey = adminToken): OpenAI =>
  new OpenAI({ apiKey, baseURL: `http://127.0.0.1:${port}/v1` })

it('leaves pictures of 32 MiB the time to arrive', async () => {
  await using harness = await startGateway()
  expect(harness.app.server.requestTimeout).toBe(278_436)
})

describe('POST /v1/images/generations', () => {
  it('answers with the picture, without rough versions when it is not streamed', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([...pictureRun([], png), ended('stop')])
    const answer = await clientOf(harness).images.generate({ prompt: 'a fire', size: '1024x1024', quality: 'low' })
    expect(answer.data).toEqual([{ b64_json: png.toString('base64') }])
    expect(answer).toMatchObject({
      output_format: 'png',
      quality: 'low',
      size: '1024x1024',
      usage: { total_tokens: 7 },
    })
    expect(harness.router.starts[0]?.request).toMatchObject({
      profile: 'demo',
      modalities: ['image'],
      image: { partialImages: 0, size: '1024x1024', quality: 'low' },
    })
  })

  it('streams rough versions and the picture', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([...pictureRun([Buffer.from('a'), Buffer.from('b')], png), ended('stop')])
    const stream = await clientOf(harness).images.generate({
      prompt: 'x',
      model: 'demo',
      stream: true,
      partial_images: 2,
    })
    const events = await Array.fromAsync(stream)
    expect(events.map(({ type }) => type)).toEqual([
      'image_generation.partial_image',
      'image_generation.partial_image',
      'image_generation.completed',
    ])
    expect(events[1]).toMatchObject({ b64_json: Buffer.from('b').toString('base64'), partial_image_index: 1 })
    expect(events[2]).toMatchObject({ b64_json: png.toString('base64'), usage: { total_tokens: 7 }, size: 'auto' })
  })

  it('is an error when it fails after a rough version, and when nothing was drawn', async () => {
    await using harness = await startGateway()
    const client = clientOf(harness)
    harness.router.enqueue([...pictureRun([Buffer.from('a')], png).slice(0, 2), failed('provider_stream_error')])
    const stream = await client.images.generate({ prompt: 'x', stream: true, partial_images: 1 })
    await expect(Array.fromAsync(stream)).rejects.toMatchObject({ code: 'provider_stream_error' })
    harness.router.enqueue([ended('content_filter')])
    await expect(client.images.generate({ prompt: 'x' })).rejects.toMatchObject({ status: 400, code: 'content_filter' })
  })

  it('refuses more than one picture and links', async () => {
    await using harness = await startGateway()
    const client = clientOf(harness)
    await expect(client.images.generate({ prompt: 'x', n: 2 })).rejects.toMatchObject({ status: 400, param: 'n' })
    await expect(client.images.generate({ prompt: 'x', response_format: 'url' })).rejects.toMatchObject({
      param: 'response_format',
    })
  })
})

describe('POST /v1/images/edits', () => {
  it('takes the form that the libraries send', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([...pictureRun([], png), ended('stop')])
    const image = [await toFile(png, 'a.png'), await toFile(png, 'b.png')]
    const mask = await toFile(png, 'mask.png')
    const answer = await clientOf(harness).images.edit({ prompt: 'warmer', image, mask, size: '1024x1024' })
    expect(answer.data).toEqual([{ b64_json: png.toString('base64') }])
    const [{ request } = {}] = harness.router.starts
    const [message] = request?.input ?? []
    expect(message).toMatchObject({ content: [{ type: 'text', text: 'warmer' }, { type: 'image' }, { type: 'image' }] })
    expect(Buffer.from(request?.image?.mask?.bytes ?? []).equals(png)).toBe(true)
  })

  it('takes JSON with data URLs, and streams', async () => {
    await using harness = await startGateway()
    harness.router.enqueue([...pictureRun([Buffer.from('a')], png), ended('stop')])
    const url = `data:image/png;base64,${png.toString('base64')}`
    const body = { prompt: 'x', images: [{ image_url: url }], stream: true, partial_images: 1 }
    const text = await (await post(harness, '/images/edits', body)).text()
    expect(text).toContain('event: image_edit.partial_image\n')
    expect(text).toContain('event: image_edit.completed\n')
  })

  it('refuses what is no picture, no picture at all, and more than a body may have', async () => {
    await using harness = await startGateway({ config: { limits: { inference_body_bytes: 300_000 } } })
    const client = clientOf(harness)
    const text = await toFile(Buffer.from('hello'), 'a.png')
    await expect(client.images.edit({ prompt: 'x', image: text })).rejects.toMatchObject({
      status: 400,
      param: 'image',
    })
    const big = [await toFile(png, 'a.png'), await toFile(png, 'b.png')]
    await expect(client.images.edit({ prompt: 'x', image: big })).rejects.toMatchObject({ status: 413 })
    const json = await post(harness, '/images/edits', { prompt: 'x', images: [] })
    expect(await json.json()).toMatchObject({ error: { param: 'images' } })
  })
})

describe('GET /v1/models', () => {
  it('lists the profiles that the caller may use, and no others', async () => {
    await using harness = await startGateway()
    const idsOf = async (token: string) => (await clientOf(harness, token).models.list()).data.map(({ id }) => id)
    expect(await idsOf(adminToken)).toEqual(['assistant', 'demo'])
    expect(await idsOf(guestToken)).toEqual(['for-guest'])
    expect(await clientOf(harness).models.retrieve('demo')).toMatchObject({
      id: 'demo',
      object: 'model',
      owned_by: 'hearth',
    })
    await expect(clientOf(harness).models.retrieve('for-guest')).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
      param: 'model',
    })
  })
})

describe('POST /v1/embeddings', () => {
  it('gives vectors in the order of the texts, as numbers and as base64', async () => {
    await using harness = await startGateway()
    const client = clientOf(harness)
    const bare = await client.embeddings.create({ model: 'demo', input: ['abc', 'd'], encoding_format: 'float' })
    expect(bare.data.map(({ embedding }) => embedding)).toEqual([
      [3, 1, 0.5],
      [1, 1, 0.5],
    ])
    const decoded = await client.embeddings.create({ model: 'demo', input: 'abc' })
    expect(decoded.data[0]?.embedding).toEqual([3, 1, 0.5])
    expect(decoded.usage.prompt_tokens).toBe(1)
    await expect(client.embeddings.create({ model: 'demo', input: [1, 2] })).rejects.toMatchObject({
      status: 400,
      code: 'unsupported_feature',
      param: 'input',
    })
  })
})
