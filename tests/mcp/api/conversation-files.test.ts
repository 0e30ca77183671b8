import { describe, expect, it } from 'vitest'
import { importReport } from '../../../services/mcp/api/schemas/conversation-file-schema.ts'
import type { ConversationExport } from '../../../services/mcp/store/views.ts'
import { never } from '../store/open-test-store.ts'
import { type ApiUnderTest, startApi } from './support/api-under-test.ts'

const conversations = '/api/v1/conversations'
const picture = Buffer.from('iVBORw0KGgo=', 'base64')

async function talk(api: ApiUnderTest, runId: string, title: string): Promise<void> {
  const owner = 'user:admin'
  api.advance(1)
  const blobId = await api.store.history.putBlob({ owner, mediaType: 'image/png', bytes: picture })
  const { conversation, parentId } = await api.store.history.open(
    { runId, owner, title, input: [{ role: 'user', parts: [{ type: 'text', text: 'Draw a cat' }] }] },
    never,
  )
  await api.store.history.close({
    ...{ runId, conversation, parentId, status: 'completed', profile: 'demo', usage: null, attempts: [] },
    parts: [{ type: 'image', blobId, mediaType: 'image/png' }],
  })
}

describe('conversations as a file', () => {
  it('come back whole in another house, pictures too, once', async () => {
    await using one = await startApi()
    await using other = await startApi()
    await talk(one, 'resp_1', 'A cat')
    await talk(one, 'resp_2', 'Another "cat"')
    expect((await one.call('HEAD', `${conversations}/export`)).headers.get('content-disposition')).toBeNull()
    const file = await one.call('GET', `${conversations}/export`)
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="hearth-conversations.json"')
    expect(file.headers.get('content-type')).toMatch(/^application\/json/)
    const exported = file.body as ConversationExport
    expect(exported).toMatchObject({ format: 'hearth.conversations', version: 1 })
    expect(exported.conversations.map(({ title }) => title)).toEqual(['A cat', 'Another "cat"'])

    const first = await other.call('POST', `${conversations}/import`, { json: exported })
    expect(first.status).toBe(200)
    const { imported } = importReport.parse(first.body)
    expect(imported).toHaveLength(2)
    const again = await other.call('POST', `${conversations}/import`, { json: exported })
    expect(importReport.parse(again.body)).toEqual({ imported: [], skipped: imported })
    const back = (await other.call('GET', `${conversations}/export`)).body as ConversationExport
    expect(back.conversations).toEqual(exported.conversations)
    expect(back.conversations[0]?.blobs[0]?.data).toBe(picture.toString('base64'))
  })

  it('can be asked for one by one or a few at a time, so that what is large can be imported in parts', async () => {
    await using api = await startApi()
    for (const [index, title] of ['One', 'Two', 'Three'].entries()) await talk(api, `resp_${index}`, title)
    const titles = async (query: string, token?: string) => {
      const { body } = await api.call('GET', `${conversations}/export${query}`, token === undefined ? {} : { token })
      return (body as ConversationExport).conversations.map(({ title }) => title)
    }
    const all = (await api.call('GET', `${conversations}/export`)).body as ConversationExport
    const [one, two] = all.conversations.map(({ id }) => id)
    expect(await titles(`?conversation=${two}`)).toEqual(['Two'])
    expect(await titles(`?conversation=${two}&conversation=${one}`)).toEqual(['One', 'Two'])
    expect(await titles('?conversation=conv_none')).toEqual([])
    expect(await titles(`?conversation=${one}`, await api.tokenOf({ user: 'anna' }))).toEqual([])
    expect(await api.call('GET', `${conversations}/export?conversation=`)).toMatchObject({ status: 400 })
  })

  it('of others are not in it, and an empty one is a file too', async () => {
    await using api = await startApi()
    await talk(api, 'resp_1', 'Mine')
    const token = await api.tokenOf({ user: 'anna' })
    expect(await api.call('GET', `${conversations}/export`, { token })).toMatchObject({ body: { conversations: [] } })
  })

  it('that are wrong are refused whole, with the field', async () => {
    await using api = await startApi()
    await talk(api, 'resp_1', 'Mine')
    const exported = (await api.call('GET', `${conversations}/export`)).body as ConversationExport
    const [whole] = exported.conversations
    const send = (change: object) =>
      api.call('POST', `${conversations}/import`, {
        json: { ...exported, conversations: [{ ...whole, id: 'conv_new', ...change }] },
      })
    expect(await send({ messages: [{ ...whole?.messages[0], parent_id: 'msg_none' }] })).toMatchObject({
      status: 400,
      body: { param: 'conversations[0].messages[0].parent_id' },
    })
    expect(await send({ blobs: [{ id: 'x', media_type: 'text/html; x', data: '' }] })).toMatchObject({
      status: 400,
      body: { param: 'conversations[0].blobs[0].media_type' },
    })
    expect(await api.call('POST', `${conversations}/import`, { json: { ...exported, version: 2 } })).toMatchObject({
      status: 400,
      body: { param: 'version' },
    })
    expect((await api.call('GET', conversations)).body).toMatchObject({ data: [{ title: 'Mine' }] })
  })

  it('may be larger than other bodies', async () => {
    await using api = await startApi()
    const title = 'x'.repeat(1000)
    const many = Array.from({ length: 2000 }, (_, index) => ({
      ...{ id: `conv_${index}`, title, created_at: 1, updated_at: 1, messages: [], blobs: [] },
    }))
    const json = { format: 'hearth.conversations', version: 1, conversations: many }
    const answer = await api.call('POST', `${conversations}/import`, { json })
    expect(importReport.parse(answer.body).imported).toHaveLength(2000)
  })
})
