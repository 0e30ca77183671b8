import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  blobView,
  conversationPage,
  conversationView,
  messagePage,
  messageView,
} from '../../../services/mcp/api/schemas/conversation-schema.ts'
import { never } from '../store/open-test-store.ts'
import { type ApiUnderTest, startApi } from './support/api-under-test.ts'

const conversations = '/api/v1/conversations'

describe('conversations of the API', () => {
  let api: ApiUnderTest
  let anna: string
  beforeAll(async () => {
    api = await startApi()
    anna = await api.tokenOf({ user: 'anna' })
  })
  afterAll(async () => api[Symbol.asyncDispose]())

  const make = async (title: string) =>
    conversationView.parse((await api.call('POST', conversations, { token: anna, json: { title } })).body)

  /** A run of anna with one picture in its answer. */
  const run = async (runId: string, bytes: Uint8Array) => {
    const blobId = await api.store.history.putBlob({ owner: 'user:anna', mediaType: 'image/png', bytes })
    const request = { runId, owner: 'user:anna', title: 'Hello', input: [] }
    const question = { role: 'user', parts: [{ type: 'text', text: 'Draw a house' }] } as const
    const opened = await api.store.history.open({ ...request, input: [question] }, never)
    await api.store.history.close({
      runId,
      conversation: opened.conversation,
      parentId: opened.parentId,
      status: 'failed',
      parts: [
        { type: 'text', text: 'Here' },
        { type: 'image', blobId, mediaType: 'image/png' },
      ],
      profile: 'declared',
      usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
      attempts: [],
      error: { code: 'provider_stream_truncated', message: 'The stream ended early.' },
    })
    return { conversation: opened.conversation, blobId }
  }

  it('POST makes one, PATCH renames it, DELETE removes it', async () => {
    const answer = await api.call('POST', conversations, { token: anna, json: { title: 'A house' } })
    expect(answer.status).toBe(201)
    const made = conversationView.parse(answer.body)
    expect(made).toMatchObject({ title: 'A house', owner: 'user:anna' })
    const path = `${conversations}/${made.id}`
    expect(answer.headers.get('location')).toBe(path)
    expect(answer.headers.get('etag')).toBe(`"${made.revision}"`)

    const renamed = await api.call('PATCH', path, { token: anna, json: { title: 'A home' } })
    expect(renamed).toMatchObject({ status: 200, body: { title: 'A home' } })
    const lost = await api.call('PATCH', path, {
      token: anna,
      json: { title: 'Mine' },
      headers: { 'if-match': `"${made.revision}"` },
    })
    expect(lost).toMatchObject({
      status: 412,
      body: { current_revision: conversationView.parse(renamed.body).revision },
    })
    const same = await api.call('GET', path, {
      token: anna,
      headers: { 'if-none-match': renamed.headers.get('etag') ?? '' },
    })
    expect(same.status).toBe(304)
    expect(await api.call('DELETE', path, { token: anna })).toMatchObject({ status: 204 })
    expect(await api.call('GET', path, { token: anna })).toMatchObject({ status: 404 })
  })

  it('a title may be left out, and cannot be taken away', async () => {
    const made = conversationView.parse((await api.call('POST', conversations, { token: anna, json: {} })).body)
    expect(made.title).toBe('')
    const path = `${conversations}/${made.id}`
    expect(await api.call('PATCH', path, { token: anna, json: { title: null } })).toMatchObject({ status: 400 })
    expect(await api.call('PATCH', path, { token: anna, json: { owner_name: 'ben' } })).toMatchObject({
      status: 400,
      body: { param: 'owner_name' },
    })
  })

  it('nobody else finds it, an admin neither', async () => {
    const { id } = await make('Private')
    for (const [method, path] of [
      ['GET', `${conversations}/${id}`],
      ['GET', `${conversations}/${id}/messages`],
      ['DELETE', `${conversations}/${id}`],
    ] as const) {
      expect(await api.call(method, path)).toMatchObject({ status: 404, body: { code: 'caller_not_found' } })
    }
    expect(await api.call('PATCH', `${conversations}/${id}`, { json: { title: 'Mine' } })).toMatchObject({
      status: 404,
    })
    const seen = conversationPage.parse((await api.call('GET', conversations)).body)
    expect(seen.data.map((conversation) => conversation.id)).not.toContain(id)
  })

  it('a page has a tag that changes with its content', async () => {
    await make('One')
    const first = await api.call('GET', conversations, { token: anna })
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' }
    expect(await api.call('GET', conversations, { token: anna, headers })).toMatchObject({ status: 304 })
    await make('Two')
    expect(await api.call('GET', conversations, { token: anna, headers })).toMatchObject({ status: 200 })
  })

  it('messages come oldest first, in pages, each also by itself', async () => {
    const { conversation, blobId } = await run('run-messages', new Uint8Array([1, 2, 3]))
    const path = `${conversations}/${conversation}/messages`
    const first = messagePage.parse((await api.call('GET', `${path}?limit=1`, { token: anna })).body)
    expect(first.data).toMatchObject([{ role: 'user', status: 'completed', parts: [{ text: 'Draw a house' }] }])
    const cursor = first.next_cursor ?? ''
    const second = messagePage.parse((await api.call('GET', `${path}?limit=1&cursor=${cursor}`, { token: anna })).body)
    expect(second).toMatchObject({
      data: [
        {
          role: 'assistant',
          status: 'failed',
          run_id: 'run-messages',
          profile: 'declared',
          parts: [{ text: 'Here' }, { blob_id: blobId, media_type: 'image/png' }],
          error: { code: 'provider_stream_truncated' },
        },
      ],
      next_cursor: null,
    })
    const [answer] = second.data
    const alone = await api.call('GET', `/api/v1/messages/${answer?.id}`, { token: anna })
    expect(messageView.parse(alone.body)).toEqual(answer)
    expect(await api.call('GET', `/api/v1/messages/${answer?.id}`)).toMatchObject({ status: 404 })
  })

  it('a blob is described, and its bytes are byte-exact and cannot run', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251)
    const { blobId } = await run('run-blob', bytes)
    const described = await api.call('GET', `/api/v1/blobs/${blobId}`, { token: anna })
    expect(blobView.parse(described.body)).toMatchObject({ media_type: 'image/png', byte_length: 300_000 })

    const url = `${api.url}/api/v1/blobs/${blobId}/content`
    const response = await fetch(url, { headers: { authorization: `Bearer ${anna}` } })
    const received = new Uint8Array(await response.arrayBuffer())
    const digest = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')
    expect(digest(received)).toBe(digest(bytes))
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': '300000',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'content-disposition': 'inline',
    })
    const etag = response.headers.get('etag') ?? ''
    expect(
      await api.call('GET', `/api/v1/blobs/${blobId}/content`, { token: anna, headers: { 'if-none-match': etag } }),
    ).toMatchObject({ status: 304 })
    expect(await api.call('GET', `/api/v1/blobs/${blobId}`)).toMatchObject({ status: 404 })
    expect(await api.call('GET', `/api/v1/blobs/${blobId}/content`)).toMatchObject({ status: 404 })
  })

  it('bytes that are no picture are for saving, not for showing', async () => {
    const html = new TextEncoder().encode('<script>alert(1)</script>')
    const id = await api.store.history.putBlob({ owner: 'user:anna', mediaType: 'text/html', bytes: html })
    const answer = await api.call('GET', `/api/v1/blobs/${id}/content`, { token: anna })
    expect(answer.headers.get('content-disposition')).toBe('attachment')
  })
})
