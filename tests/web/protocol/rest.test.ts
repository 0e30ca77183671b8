import { describe, expect, it } from 'vitest'
import { openClient } from './support/open-client.ts'
import { problem, ScriptedHouse } from './support/scripted-house.ts'

const conversation = { id: 'conv_1', title: 'Tax', owner: 'user:anna', revision: 3, created_at: 1, updated_at: 2 }
const shown = { id: 'conv_1', title: 'Tax', revision: 3, createdAt: 1, updatedAt: 2 }

describe('the REST calls', () => {
  it('list, find, read, rename and remove conversations', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = openClient(house.url)
    const { rest } = opened.client
    house.answers.set('GET /api/v1/conversations', () => ({
      status: 200,
      body: { data: [conversation], next_cursor: 'next' },
    }))
    expect(await rest.listConversations({ limit: 5, cursor: 'a b' })).toEqual({ items: [shown], nextCursor: 'next' })
    expect(house.asked.at(-1)?.path).toBe('/api/v1/conversations?limit=5&cursor=a+b')

    const hit = { conversation, message_id: null, snippet: '\u0002tax\u0003 form' }
    house.answers.set('GET /api/v1/conversations/search', () => ({
      status: 200,
      body: { data: [hit], next_cursor: null },
    }))
    expect(await rest.searchConversations('tax & form')).toEqual({
      items: [{ conversation: shown, messageId: null, snippet: '\u0002tax\u0003 form' }],
      nextCursor: undefined,
    })
    expect(house.asked.at(-1)?.path).toBe('/api/v1/conversations/search?query=tax+%26+form')

    house.answers.set('GET /api/v1/conversations/conv_1', () => ({ status: 200, body: conversation }))
    expect(await rest.getConversation('conv_1')).toEqual(shown)
    house.answers.set('PATCH /api/v1/conversations/conv_1', () => ({
      status: 200,
      body: { ...conversation, title: 'T' },
    }))
    expect(await rest.renameConversation('conv_1', 'T', 3)).toEqual({ ...shown, title: 'T' })
    expect(house.asked.at(-1)).toMatchObject({ body: { title: 'T' }, headers: { 'if-match': '"3"' } })
    house.answers.set('DELETE /api/v1/conversations/conv_1', () => ({ status: 204 }))
    expect(await rest.removeConversation('conv_1')).toBeUndefined()
  })

  it('delete even when the page that asks for it is being left', async () => {
    await using house = await ScriptedHouse.start()
    const sent: unknown[] = []
    const fetch: typeof globalThis.fetch = (input, init) => {
      sent.push([init?.method, init?.keepalive])
      return globalThis.fetch(input, init)
    }
    await using opened = openClient(house.url, { fetch })
    house.answers.set('DELETE /api/v1/conversations/conv_1', () => ({ status: 204 }))
    await opened.client.rest.removeConversation('conv_1')
    expect(sent).toEqual([
      ['POST', false],
      ['DELETE', true],
    ])
  })

  it('read all messages of a conversation, page by page', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = openClient(house.url)
    const message = (id: string, parts: readonly object[]) => ({
      id,
      conversation_id: 'conv_1',
      parent_id: null,
      role: 'assistant',
      status: 'completed',
      run_id: 'run_1',
      profile: 'assistant',
      parts,
      usage: null,
      attempts: [],
      created_at: 9,
    })
    house.answers.set('GET /api/v1/conversations/conv_1/messages', ({ path }) => ({
      status: 200,
      body: path.includes('cursor=2')
        ? { data: [message('b', [{ type: 'image', blob_id: 'blob_1', media_type: 'image/png' }])], next_cursor: null }
        : {
            data: [
              message('a', [
                { type: 'text', text: 'Hi' },
                { type: 'tool_call', call_id: 'c', name: 'n', arguments: '{}' },
                { type: 'tool_output', call_id: 'c', output: 'o' },
              ]),
            ],
            next_cursor: '2',
          },
    }))
    const messages = await opened.client.rest.listMessages('conv_1')
    expect(messages).toMatchObject([
      {
        id: 'a',
        runId: 'run_1',
        parentId: null,
        createdAt: 9,
        parts: [
          { type: 'text', text: 'Hi' },
          { type: 'tool_call', callId: 'c', name: 'n', arguments: '{}' },
          { type: 'tool_output', callId: 'c', output: 'o' },
        ],
      },
      { id: 'b', parts: [{ type: 'image', blobId: 'blob_1', mediaType: 'image/png' }] },
    ])
  })

  it('fetch kept pictures, and who one is', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = openClient(house.url)
    house.answers.set('GET /v1/blobs/blob_1', () => ({ status: 200, body: Buffer.from([1, 2, 3]) }))
    const { mediaType, bytes } = await opened.client.rest.getBlob('blob_1')
    expect([mediaType, ...new Uint8Array(bytes)]).toEqual(['image/png', 1, 2, 3])
    const device = { id: 'dev_1', name: 'Kitchen' }
    const body = { user: 'anna', role: 'member', scopes: ['chat'], expires_at: 5, device }
    house.answers.set('GET /api/v1/sessions/current', () => ({ status: 200, body }))
    expect(await opened.client.rest.getSession()).toEqual({ user: 'anna', role: 'member', scopes: ['chat'], device })
  })

  it('renew a token that the house no longer takes, once', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = openClient(house.url)
    house.answers.set('GET /api/v1/conversations/conv_1', ({ headers }) =>
      headers.authorization === 'Bearer token-2'
        ? { status: 200, body: conversation }
        : problem(401, 'policy_unauthenticated'),
    )
    const both = [opened.client.rest.getConversation('conv_1'), opened.client.rest.getConversation('conv_1')]
    expect(await Promise.all(both)).toEqual([shown, shown])
    expect(house.tokensAsked).toBe(2)
    house.answers.set('GET /api/v1/conversations/conv_1', () => problem(401, 'policy_unauthenticated'))
    await expect(opened.client.rest.getConversation('conv_1')).rejects.toMatchObject({ code: 'policy_unauthenticated' })
    expect(house.tokensAsked).toBe(3)
  })

  it('fail with what the house says', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = openClient(house.url)
    house.answers.set('GET /api/v1/conversations', () =>
      problem(429, 'policy_rate_limited', { retryable: true, retry_after_ms: 70 }),
    )
    await expect(opened.client.rest.listConversations()).rejects.toMatchObject({
      name: 'HearthFailure',
      code: 'policy_rate_limited',
      message: 'Refused: policy_rate_limited.',
      retryable: true,
      retryAfterMs: 70,
    })
  })

  it('say what to do without a house, without a pairing, and where something else answers', async () => {
    const house = await ScriptedHouse.start()
    await using opened = openClient(house.url)
    await using unpaired = openClient(house.url, { isPaired: false })
    house.answers.set('GET /api/v1/conversations', () => ({ status: 502, body: 'a proxy' }))
    await expect(opened.client.rest.listConversations()).rejects.toMatchObject({ code: 'client_offline' })
    await expect(unpaired.client.rest.listConversations()).rejects.toMatchObject({
      code: 'policy_unauthenticated',
      message: expect.stringContaining('pairing code'),
    })
    await house[Symbol.asyncDispose]()
    await expect(opened.client.rest.listConversations()).rejects.toMatchObject({
      code: 'client_offline',
      message: expect.stringContaining('see that it runs'),
      retryable: true,
    })
  })

  it('end when they are aborted, and by themselves when the house hangs', async () => {
    await using house = await ScriptedHouse.start()
    await using opened = openClient(house.url)
    house.answers.set('GET /api/v1/conversations', () => new Promise(() => undefined))
    const stop = new AbortController()
    const listing = opened.client.rest.listConversations({ signal: stop.signal })
    stop.abort(new Error('no longer wanted'))
    await expect(listing).rejects.toThrow('no longer wanted')
    await expect(opened.client.rest.listConversations()).rejects.toMatchObject({ code: 'client_offline' })
  })
})
