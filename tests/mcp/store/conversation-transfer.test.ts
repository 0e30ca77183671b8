import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { MessagePart } from '../../../services/common/contracts/history.ts'
import type { Principal } from '../../../services/common/contracts/principal.ts'
import type { Store } from '../../../services/mcp/store/store.ts'
import type { ExportedConversation } from '../../../services/mcp/store/views.ts'
import { never, openTestStore, principal } from './open-test-store.ts'
import { recordingBus } from './recording-bus.ts'

const anna = principal('anna')
const ben = principal('ben')

/** A question and its answer; the run's id is returned. */
async function ask(
  store: Store,
  owner: Principal,
  asked: {
    readonly runId: string
    readonly conversation?: string
    readonly title?: string
    readonly parts?: MessagePart[]
  },
): Promise<string> {
  const { runId, title = 'A title', parts = [{ type: 'text', text: `question of ${runId}` }], ...place } = asked
  const request = { runId, owner: owner.id, title, input: [{ role: 'user' as const, parts }], ...place }
  const { conversation, parentId } = await store.history.open(request, never)
  await store.history.close({
    ...{ runId, conversation, parentId, status: 'failed', profile: 'assistant' },
    parts: [
      { type: 'reasoning', text: 'thought' },
      { type: 'tool_call', callId: 'c', name: 'read', arguments: '{}' },
      { type: 'tool_output', callId: 'c', output: 'found' },
      { type: 'text', text: `answer of ${runId}` },
    ],
    usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
    attempts: [],
    error: { code: 'provider_stream_truncated', message: 'The answer was cut.' },
  })
  return conversation
}

async function exported(store: Store, owner: Principal): Promise<readonly ExportedConversation[]> {
  return await Array.fromAsync(store.conversations.exportAll(owner))
}

const text = (from: readonly ExportedConversation[]) => JSON.stringify(from)

/** A conversation as a file may have it, of messages that follow each other. */
const written = (more: Partial<ExportedConversation> = {}): ExportedConversation => ({
  ...{ id: 'conv_file', title: 'From a file', created_at: 5, updated_at: 6, blobs: [] },
  messages: ['msg_1', 'msg_2'].map((id, index, ids) => ({
    ...{ id, parent_id: ids[index - 1] ?? null, role: 'user', status: 'completed', run_id: null, profile: null },
    ...{ parts: [{ type: 'text', text: `words of ${id}` }], usage: null, attempts: [], created_at: 5 },
  })),
  ...more,
})

describe('conversations as a file', () => {
  it('hold everything: imported into an empty house they are what they were', async () => {
    await using from = await openTestStore()
    await using into = await openTestStore()
    const picture = new Uint8Array(100_000).fill(7)
    const blobId = await from.store.history.putBlob({ owner: anna.id, mediaType: 'image/png', bytes: picture })
    const image: MessagePart = { type: 'image', blobId, mediaType: 'image/png' }
    const first = await ask(from.store, anna, {
      runId: 'resp_1',
      parts: [{ type: 'text', text: 'look' }, image, image],
    })
    await ask(from.store, anna, { runId: 'resp_2', conversation: first })
    from.advance(1)
    await ask(from.store, anna, { runId: 'resp_3', title: 'Second' })
    await ask(from.store, ben, { runId: 'resp_4' })
    const file = await exported(from.store, anna)
    expect(file.map(({ messages, blobs }) => [messages.length, blobs.length])).toEqual([
      [4, 1],
      [2, 0],
    ])
    const report = await into.store.conversations.importAll(anna, file)
    expect(report).toEqual({ imported: file.map(({ id }) => id), skipped: [] })
    expect(text(await exported(into.store, anna))).toBe(text(file))
    expect((await into.store.history.getBlob(blobId, anna.id)).bytes).toEqual(Buffer.from(picture))
    const { past } = await into.store.history.open(
      { runId: 'resp_5', owner: anna.id, title: '', conversation: first, previousResponseId: 'resp_1', input: [] },
      never,
    )
    expect(past.map(({ role }) => role)).toEqual(['user', 'assistant'])
  })

  it('imported twice they are there once, and what was written since is kept', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const conversation = await ask(store, anna, { runId: 'resp_1' })
    const file = await exported(store, anna)
    await ask(store, anna, { runId: 'resp_2', conversation })
    expect(await store.conversations.importAll(anna, file)).toEqual({ imported: [], skipped: [conversation] })
    expect((await exported(store, anna))[0]?.messages).toHaveLength(4)
  })

  it('of someone else become the own ones of who imports them, and the others stay as they are', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const bytes = new Uint8Array([1, 2, 3])
    const blobId = await store.history.putBlob({ owner: anna.id, mediaType: 'image/png', bytes })
    await ask(store, anna, { runId: 'resp_1', parts: [{ type: 'image', blobId, mediaType: 'image/png' }] })
    opened.advance(1)
    await store.conversations.create(anna, 'Nothing said yet')
    const file = await exported(store, anna)
    const report = await store.conversations.importAll(ben, file)
    expect(report.imported).toHaveLength(2)
    expect(report.imported).not.toEqual(file.map(({ id }) => id))
    expect(text(await exported(store, anna))).toBe(text(file))
    const [copy, empty] = await exported(store, ben)
    expect(empty).toMatchObject({ title: 'Nothing said yet', messages: [] })
    expect(copy?.messages.map(({ parts }) => parts.at(-1)?.type)).toEqual(['image', 'text'])
    expect(copy?.messages[1]?.parent_id).toBe(copy?.messages[0]?.id)
    expect(copy?.blobs).toMatchObject([{ media_type: 'image/png', data: Buffer.from(bytes).toString('base64') }])
    expect(copy?.blobs[0]?.id).not.toBe(blobId)
    expect(await store.conversations.importAll(ben, file)).toEqual({ imported: [], skipped: report.imported })
  })

  it('with ids of another program get ids of ours', async () => {
    await using opened = await openTestStore()
    const { conversations } = opened.store
    const { imported } = await conversations.importAll(anna, [written({ id: '../etc/passwd' })])
    expect(imported).toEqual([expect.stringMatching(/^conv_[0-9a-f]{32}$/)])
    const { items } = await conversations.messages(anna, imported[0] ?? '', { limit: 10 })
    expect(items.map(({ id }) => id)).toEqual([expect.stringMatching(/^msg_[0-9a-f]{32}$/), expect.any(String)])
    expect(items[1]?.parent_id).toBe(items[0]?.id)
  })

  it('may number their messages alike: each conversation has its own', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const ids = ['a', 'b', 'conv_c', 'conv_d']
    const runs = written().messages.map((one, index) => ({ ...one, run_id: `resp_${index}` }))
    const file = ids.map((id) => written({ id, messages: runs }))
    expect((await store.conversations.importAll(anna, file)).imported).toHaveLength(4)
    expect((await exported(store, anna)).map(({ messages }) => messages.length)).toEqual([2, 2, 2, 2])
    expect((await store.conversations.importAll(anna, file)).skipped).toHaveLength(4)
  })

  it('are exported without a picture that is lost, can be imported, and the log tells of it', async () => {
    await using opened = await openTestStore()
    await using into = await openTestStore()
    const { store } = opened
    const pictures = [1, 2].map((byte) => new Uint8Array(100_000).fill(byte))
    const put = (bytes: Uint8Array) => store.history.putBlob({ owner: anna.id, mediaType: 'image/png', bytes })
    const [lost, kept] = [
      await put(pictures[0] ?? expect.unreachable()),
      await put(pictures[1] ?? expect.unreachable()),
    ]
    const parts = [lost, kept].map((blobId): MessagePart => ({ type: 'image', blobId, mediaType: 'image/png' }))
    await ask(store, anna, { runId: 'resp_1', parts })
    await rm(join(opened.folder, 'blobs', lost.slice(5, 7), lost))
    const file = await exported(store, anna)
    expect(file[0]?.blobs.map(({ id }) => id)).toEqual([kept])
    expect(file[0]?.messages[0]?.parts.map(({ type }) => type)).toEqual(['text', 'image'])
    expect(opened.logged).toContainEqual(expect.objectContaining({ blob: lost, code: 'store_unavailable' }))
    expect((await into.store.conversations.importAll(anna, file)).imported).toHaveLength(1)
  })

  it('imported twice at the same time they are there once', async () => {
    await using opened = await openTestStore()
    const { conversations } = opened.store
    const reports = await Promise.all([1, 2, 3].map(() => conversations.importAll(anna, [written()])))
    expect(reports.flatMap(({ imported }) => imported)).toEqual(['conv_file'])
    expect(reports.flatMap(({ skipped }) => skipped)).toEqual(['conv_file', 'conv_file'])
    expect((await conversations.list(anna, { limit: 5 })).items).toHaveLength(1)
  })

  it('are told to the clients of their owner and found by a search', async () => {
    const bus = recordingBus()
    await using opened = await openTestStore({ bus })
    const { conversations } = opened.store
    await conversations.importAll(anna, [written()])
    expect(bus.published.conversations).toEqual([{ conversation: 'conv_file', owner: anna.id, change: 'created' }])
    expect((await conversations.search(anna, 'words', { limit: 5 })).items).toMatchObject([
      { conversation: { id: 'conv_file', created_at: 5, updated_at: 6 } },
    ])
    expect(await opened.store.version()).toMatchObject({ revision: 0 })
  })

  it.each<[string, Partial<ExportedConversation>]>([
    ['conversations[1].title', { title: 'a\0b' }],
    [
      'conversations[1].messages[1].parent_id',
      { messages: written().messages.map((one) => ({ ...one, parent_id: one.id === 'msg_1' ? null : 'msg_3' })) },
    ],
    [
      'conversations[1].messages[1].id',
      { messages: written().messages.map((one) => ({ ...one, id: 'msg_1', parent_id: null })) },
    ],
    [
      'conversations[1].messages[1].run_id',
      { messages: written().messages.map((one) => ({ ...one, run_id: 'resp_1' })) },
    ],
    [
      'conversations[1].messages[0].parts[0].blob_id',
      {
        messages: written().messages.map((one) => ({
          ...one,
          parts: [{ type: 'image', blob_id: 'blob_x', media_type: 'image/png' }],
        })),
      },
    ],
  ])('with a wrong %s are refused, and nothing of them is made', async (param, wrong) => {
    await using opened = await openTestStore()
    const { conversations } = opened.store
    const file = [written(), written({ ...wrong, id: 'conv_other' })]
    await expect(conversations.importAll(anna, file)).rejects.toMatchObject({
      code: 'caller_invalid_request',
      details: { param },
    })
    expect((await conversations.list(anna, { limit: 5 })).items).toEqual([])
  })

  it('of a thousand messages come and go whole', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const [first] = written().messages
    const messages = Array.from({ length: 1203 }, (_, index) => ({
      ...(first ?? expect.unreachable()),
      id: `msg_${index}`,
      parent_id: index === 0 ? null : `msg_${index - 1}`,
      run_id: index % 2 === 0 ? null : `resp_${index}`,
    }))
    const file = [written({ messages })]
    await store.conversations.importAll(anna, file)
    expect(await exported(store, anna)).toEqual(file)
    const { imported } = await store.conversations.importAll(ben, file)
    expect((await exported(store, ben))[0]?.messages).toHaveLength(1203)
    expect(imported).not.toEqual(['conv_file'])
  })

  it('what is removed while it is exported is left out', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    for (const runId of ['resp_1', 'resp_2']) {
      await ask(store, anna, { runId })
      opened.advance(1)
    }
    const ids: string[] = []
    for await (const { id } of store.conversations.exportAll(anna)) {
      ids.push(id)
      for (const { id: other } of (await store.conversations.list(anna, { limit: 5 })).items)
        await store.conversations.remove(anna, other, undefined)
    }
    expect(ids).toHaveLength(1)
  })
})
