import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { AuditEntry } from '../../../services/mcp/store/store.ts'
import { never, openTestStore } from './open-test-store.ts'

const entry = (more: Partial<AuditEntry> = {}): Omit<AuditEntry, 'at'> => ({
  principal: 'user:anna',
  action: 'tool.call',
  target: 'memory/read',
  outcome: 'ok',
  code: null,
  detail: null,
  ...more,
})

describe('the audit', () => {
  it('tells what was done, by whom and when, newest first; whoever asks sees what was recorded before', async () => {
    await using opened = await openTestStore()
    const { audit } = opened.store
    audit.record(entry({ detail: '{"text":"[redacted]"}' }))
    opened.advance(5)
    audit.record(
      entry({ principal: 'hearth', action: 'tool.quarantine', outcome: 'blocked', code: 'tool_quarantined' }),
    )
    expect((await audit.list({ limit: 10 }, {})).items).toEqual([
      {
        ...entry({ principal: 'hearth', action: 'tool.quarantine', outcome: 'blocked', code: 'tool_quarantined' }),
        id: 2,
        at: 1_800_000_000_005,
      },
      { ...entry({ detail: '{"text":"[redacted]"}' }), id: 1, at: 1_800_000_000_000 },
    ])
    expect(await opened.store.version()).toMatchObject({ revision: 0 })
  })

  it('is read by action, by target and page by page', async () => {
    await using opened = await openTestStore()
    const { audit } = opened.store
    for (let index = 0; index < 25; index += 1)
      audit.record(entry({ action: index % 2 === 0 ? 'tool.call' : 'profile.update', target: `t${index % 5}` }))
    const first = await audit.list({ limit: 10 }, { action: 'tool.call' })
    const second = await audit.list({ limit: 10, cursor: first.nextCursor ?? '' }, { action: 'tool.call' })
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([
      25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1,
    ])
    expect(second.nextCursor).toBeUndefined()
    const both = await audit.list({ limit: 10 }, { action: 'profile.update', target: 't1' })
    expect(both.items.map(({ id }) => id)).toEqual([22, 12, 2])
    await expect(audit.list({ limit: 10, cursor: 'nonsense' }, {})).rejects.toMatchObject({
      code: 'caller_invalid_request',
    })
  })

  it('is written with the stop, and a restart goes on counting', async () => {
    const first = await openTestStore()
    first.store.audit.record(entry())
    await first.store.stop(never)
    await using opened = await openTestStore({ folder: first.folder })
    opened.store.audit.record(entry())
    expect((await opened.store.audit.list({ limit: 10 }, {})).items.map(({ id }) => id)).toEqual([2, 1])
  })

  it('keeps any text and bounds it: names are cut, details that are too long are left out', async () => {
    await using opened = await openTestStore()
    const { audit } = opened.store
    audit.record(entry({ target: `a\0b\uD800${'x'.repeat(1000)}`, detail: JSON.stringify('y'.repeat(4095)) }))
    audit.record(entry({ detail: JSON.stringify('"\n\u2028\u0007') }))
    const [quoted, long] = (await audit.list({ limit: 10 }, {})).items
    expect(quoted?.detail).toBe(JSON.stringify('"\n\u2028\u0007'))
    expect(long?.target).toBe(`a\uFFFDb\uFFFD${'x'.repeat(508)}`)
    expect(long?.detail).toBeNull()
  })

  it('when the store does not keep up, the oldest waiting are dropped and counted in the log', async () => {
    await using opened = await openTestStore()
    const { audit } = opened.store
    for (let index = 0; index < 20_300; index += 1) audit.record(entry({ target: `t${index}` }))
    const { items } = await audit.list({ limit: 1 }, {})
    expect(items).toMatchObject([{ id: 20_000, target: 't20299' }])
    expect(opened.logged).toContainEqual(
      expect.objectContaining({ entries: 300, msg: expect.stringContaining('does not keep up') }),
    )
  })

  it('what cannot be written is told in the log, and recording goes on', async () => {
    await using opened = await openTestStore()
    const { audit } = opened.store
    await opened.store.stop(never)
    audit.record(entry())
    await expect(audit.list({ limit: 1 }, {})).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(opened.logged).toContainEqual(expect.objectContaining({ code: 'store_unavailable', entries: 1 }))
    audit.record(entry())
  })

  it('keeps the writes of settings, however many calls of tools come after them', async () => {
    const first = await openTestStore()
    first.store.audit.record(entry({ action: 'mcp_server.create', target: 'early' }))
    await first.store.stop(never)
    const database = new Database(first.path)
    const insert = database.prepare(`
      with recursive number(n) as (select 2 union all select n + 1 from number where n < 212001)
      insert into audit select n, ?, 'user:anna', 'tool.call', 't', 'ok', null, null from number`)
    insert.run(1_800_000_000_000)
    database.close()
    await using opened = await openTestStore({ folder: first.folder })
    const { audit } = opened.store
    expect((await audit.list({ limit: 10 }, { action: 'mcp_server.create' })).items).toMatchObject([
      { target: 'early' },
    ])
    const cursor = Buffer.from('[12100]').toString('base64url')
    const { items } = await audit.list({ limit: 200, cursor }, { action: 'tool.call' })
    expect(items.at(-1)?.id).toBe(12_002)
  })

  it('drops waiting calls of tools rather than a write of a setting', async () => {
    await using opened = await openTestStore()
    const { audit } = opened.store
    audit.record(entry({ action: 'mcp_server.create', target: 'early' }))
    for (let index = 0; index < 20_300; index += 1) audit.record(entry())
    expect((await audit.list({ limit: 10 }, { action: 'mcp_server.create' })).items).toHaveLength(1)
  })

  it('is kept for half a year and for 200,000 entries of an action, whatever is less', async () => {
    const first = await openTestStore()
    await first.store.stop(never)
    const database = new Database(first.path)
    const insert = database.prepare(`
      with recursive number(n) as (select ? union all select n + 1 from number where n < ?)
      insert into audit select n, ?, 'user:anna', 'tool.call', 't', 'ok', null, null from number`)
    const now = 1_800_000_000_000
    insert.run(1, 20_000, now - 1)
    insert.run(20_001, 210_500, now)
    database.close()
    const second = await openTestStore({ folder: first.folder })
    const oldest = async (store: typeof second.store) => {
      const { items } = await store.audit.list({ limit: 200, cursor: Buffer.from('[10700]').toString('base64url') }, {})
      return [items.at(-1)?.id, items.length]
    }
    expect(await oldest(second.store)).toEqual([10_501, 199])
    await second.store.stop(never)
    await using opened = await openTestStore({ folder: first.folder, startAt: now + 180 * 86_400_000 })
    const cursor = Buffer.from('[20100]').toString('base64url')
    const { items } = await opened.store.audit.list({ limit: 200, cursor }, {})
    expect(items.at(-1)?.id).toBe(20_001)
  })
})
