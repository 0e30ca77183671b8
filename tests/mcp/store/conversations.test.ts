import { readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PageRequest } from '../../../services/mcp/store/store.ts'
import type { Page } from '../../../services/mcp/store/views.ts'
import { never, openTestStore, principal, profileSpec, type TestStore } from './open-test-store.ts'

const anna = principal('anna')
const ben = principal('ben')

async function readAll<Item>(read: (page: PageRequest) => Promise<Page<Item>>, limit: number): Promise<Item[]> {
  const items: Item[] = []
  let page = await read({ limit })
  while (page.nextCursor !== undefined) {
    expect(page.items).toHaveLength(limit)
    items.push(...page.items)
    page = await read({ limit, cursor: page.nextCursor })
  }
  return [...items, ...page.items]
}

async function say({ store }: TestStore, conversation: string, count: number): Promise<void> {
  const input = Array.from({ length: count }, (_, index) => ({
    role: 'user' as const,
    parts: [{ type: 'text' as const, text: `message ${index}` }],
  }))
  await store.history.open({ runId: 'run', owner: anna.id, title: '', conversation, input }, never)
}

describe('conversations', () => {
  it('are made, read, renamed and removed by their owner under revisions', async () => {
    await using opened = await openTestStore()
    const { conversations } = opened.store
    const made = await conversations.create(anna, 'First')
    expect(await conversations.get(anna, made.id)).toEqual(made)
    opened.advance(1000)
    const renamed = await conversations.update(anna, made.id, { title: 'Second' }, made.revision)
    expect(renamed).toMatchObject({ title: 'Second', updated_at: made.updated_at + 1000 })
    const stale = conversations.update(anna, made.id, { title: 'Third' }, made.revision)
    await expect(stale).rejects.toMatchObject({ name: 'RevisionMismatch', current: renamed.revision })
    await expect(conversations.remove(anna, made.id, made.revision)).rejects.toMatchObject({
      current: renamed.revision,
    })
    await conversations.remove(anna, made.id, renamed.revision)
    expect(await conversations.get(anna, made.id)).toBeUndefined()
    await expect(conversations.remove(anna, made.id, undefined)).rejects.toMatchObject({ code: 'caller_not_found' })
  })

  it('do not exist for anyone else, admins included', async () => {
    await using opened = await openTestStore()
    const { conversations, history } = opened.store
    const { id } = await conversations.create(anna, 'Private')
    await say(opened, id, 1)
    const [message] = (await conversations.messages(anna, id, { limit: 1 })).items
    const blob = await history.putBlob({ owner: anna.id, mediaType: 'image/png', bytes: new Uint8Array([1]) })
    for (const other of [ben, { ...ben, role: 'admin' as const, scopes: ['admin' as const] }]) {
      expect(await conversations.get(other, id)).toBeUndefined()
      expect((await conversations.list(other, { limit: 10 })).items).toEqual([])
      expect(await conversations.message(other, message?.id ?? '')).toBeUndefined()
      expect(await conversations.blob(other, blob)).toBeUndefined()
      const attempts = [
        conversations.messages(other, id, { limit: 10 }),
        conversations.update(other, id, { title: 'x' }, undefined),
        conversations.remove(other, id, undefined),
      ]
      for (const outcome of await Promise.allSettled(attempts))
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'caller_not_found' } })
    }
    expect(await conversations.message(anna, message?.id ?? '')).toEqual(message)
    expect(await conversations.blob(anna, blob)).toMatchObject({ id: blob, media_type: 'image/png', byte_length: 1 })
  })

  it('list the one used last first', async () => {
    await using opened = await openTestStore()
    const { conversations } = opened.store
    const made = []
    for (const title of ['a', 'b', 'c']) {
      opened.advance(1)
      made.push(await conversations.create(anna, title))
    }
    opened.advance(1)
    await say(opened, made[0]?.id ?? '', 1)
    const { items } = await conversations.list(anna, { limit: 10 })
    expect(items.map((conversation) => conversation.title)).toEqual(['a', 'c', 'b'])
    expect(items[0]?.revision).toBe(2)
  })

  it('removing one takes its messages along, and only them', async () => {
    await using opened = await openTestStore()
    const { conversations } = opened.store
    const gone = await conversations.create(anna, 'gone')
    const kept = await conversations.create(anna, 'kept')
    await say(opened, gone.id, 3)
    await say(opened, kept.id, 2)
    await conversations.remove(anna, gone.id, undefined)
    expect((await conversations.messages(anna, kept.id, { limit: 10 })).items).toHaveLength(2)
    await opened.store.stop(never)
    const database = new Database(opened.path, { readonly: true })
    const rest = database.prepare('select (select count(*) from messages) m, (select count(*) from parts) p').get()
    database.close()
    expect(rest).toEqual({ m: 2, p: 2 })
  })

  it('show an answer with profile, usage, attempts and error', async () => {
    await using opened = await openTestStore()
    const { conversations, history } = opened.store
    const run = await history.open({ runId: 'run-1', owner: anna.id, title: 'T', input: [] }, never)
    const attempt = {
      attempt: 1,
      provider: 'demo',
      connection: 'default',
      model: 'demo',
      outcome: 'failed',
      error_code: 'provider_stream_truncated',
      duration_ms: 12,
    } as const
    const usage = { input_tokens: 1, output_tokens: 2, total_tokens: 3 }
    await history.close({
      ...{ runId: 'run-1', conversation: run.conversation, parentId: null, status: 'failed', profile: 'assistant' },
      parts: [{ type: 'tool_call', callId: 'c', name: 'lamp', arguments: '{}' }],
      usage,
      attempts: [attempt],
      error: { code: 'provider_stream_truncated', message: 'It ended early.' },
    })
    const { items } = await conversations.messages(anna, run.conversation, { limit: 10 })
    expect(items).toEqual([
      {
        id: expect.stringMatching(/^msg_/),
        conversation_id: run.conversation,
        parent_id: null,
        role: 'assistant',
        status: 'failed',
        run_id: 'run-1',
        profile: 'assistant',
        parts: [{ type: 'tool_call', call_id: 'c', name: 'lamp', arguments: '{}' }],
        usage,
        attempts: [attempt],
        error: { code: 'provider_stream_truncated', message: 'It ended early.' },
        created_at: 1_800_000_000_000,
      },
    ])
  })

  it('a title no database can keep is refused', async () => {
    await using opened = await openTestStore()
    const { conversations } = opened.store
    const refused = { code: 'caller_invalid_request', details: { param: 'title' } }
    await expect(conversations.create(anna, 'a\0')).rejects.toMatchObject(refused)
    const { id } = await conversations.create(anna, 'fine')
    await expect(conversations.update(anna, id, { title: '\uD800' }, undefined)).rejects.toMatchObject(refused)
  })
})

describe('cursor pages', () => {
  it('of any size hold every item once, in order', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const { id } = await store.conversations.create(anna, 'long')
    await say(opened, id, 41)
    await Promise.all(Array.from({ length: 23 }, (_, index) => store.profiles.create(`p-${index}`, profileSpec())))
    for (let index = 0; index < 17; index += 1) {
      opened.advance(index % 3)
      await store.conversations.create(anna, `t${index}`)
      await store.tokens.create({ name: `t${index}` })
    }
    const reads: readonly ((page: PageRequest) => Promise<Page<object>>)[] = [
      (page) => store.conversations.messages(anna, id, page),
      (page) => store.conversations.list(anna, page),
      (page) => store.profiles.list(page),
      (page) => store.tokens.list(page),
      (page) => store.changes(page),
    ]
    const whole = await Promise.all(reads.map(async (read) => (await read({ limit: 200 })).items))
    expect(whole.map((items) => items.length)).toEqual([41, 18, 23, 17, 40])
    await fc.assert(
      fc.asyncProperty(fc.nat(reads.length - 1), fc.integer({ min: 1, max: 50 }), async (which, limit) => {
        const read = reads[which]
        if (read !== undefined) expect(await readAll(read, limit)).toEqual(whole[which])
      }),
      { seed: Date.now() % 2_147_483_647, numRuns: 60, verbose: fc.VerbosityLevel.Verbose },
    )
  })

  it('what is added while paging through messages is not missed and shows no other one twice', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const { id } = await store.conversations.create(anna, 'long')
    await say(opened, id, 10)
    const first = await store.conversations.messages(anna, id, { limit: 6 })
    await say(opened, id, 10)
    const rest = await readAll(
      (page) => store.conversations.messages(anna, id, { cursor: first.nextCursor ?? '', ...page }),
      5,
    )
    const ids = [...first.items, ...rest].map((message) => message.id)
    expect(new Set(ids).size).toBe(20)
    expect(ids).toHaveLength(20)
  })

  it('a cursor of another list or none at all is refused, never an internal error', async () => {
    await using opened = await openTestStore()
    const { store } = opened
    const refused = { code: 'caller_invalid_request', details: { param: 'cursor' } }
    const hostile = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
    )
    await fc.assert(
      fc.asyncProperty(hostile, async (cursor) => {
        const page = { limit: 5, cursor }
        const reads = [store.changes(page), store.tokens.list(page), store.profiles.list(page)]
        for (const outcome of await Promise.allSettled(reads))
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(refused)
      }),
      { seed: Date.now() % 2_147_483_647, verbose: fc.VerbosityLevel.Verbose },
    )
    await expect(store.changes({ limit: 5, cursor: 'x' })).rejects.toMatchObject(refused)
  })
})

describe('blobs in files', () => {
  const bytes = new Uint8Array(100_000).fill(7)
  const blob = { owner: anna.id, mediaType: 'image/png', bytes }

  it('small ones lie in the database, large ones in data_dir/blobs/<2 hex>/<id>, without leftovers', async () => {
    await using opened = await openTestStore()
    const { history } = opened.store
    await history.putBlob({ ...blob, bytes: bytes.slice(0, 65_536) })
    const id = await history.putBlob(blob)
    const files = (await readdir(join(opened.folder, 'blobs'), { recursive: true })).toSorted()
    const hex = id.slice('blob_'.length, 'blob_'.length + 2)
    expect(files).toEqual([hex, join(hex, id)])
  })

  it('one whose file is cut or gone is store_unavailable, not wrong bytes', async () => {
    await using opened = await openTestStore()
    const { history } = opened.store
    const id = await history.putBlob(blob)
    const path = join(opened.folder, 'blobs', id.slice(5, 7), id)
    await truncate(path, 10)
    await expect(history.getBlob(id, anna.id)).rejects.toMatchObject({ code: 'store_unavailable' })
    await rm(path)
    await expect(history.getBlob(id, anna.id)).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('one that cannot be written is not acknowledged, and can be put later', async () => {
    await using opened = await openTestStore()
    const { history } = opened.store
    const id = await history.putBlob(blob)
    const folder = join(opened.folder, 'blobs')
    const other = { ...blob, bytes: new Uint8Array(100_000).fill(8) }
    await rm(folder, { recursive: true })
    await writeFile(folder, 'in the way')
    await expect(history.putBlob(other)).rejects.toMatchObject({ code: 'store_unavailable' })
    await rm(folder)
    const kept = await history.putBlob(other)
    expect((await history.getBlob(kept, anna.id)).bytes).toEqual(Buffer.from(other.bytes))
    expect(kept).not.toBe(id)
  })
})
