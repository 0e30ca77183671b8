import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { BlobFiles } from '../../../services/mcp/store/blob-files.ts'
import { GroupCommit } from '../../../services/mcp/store/group-commit.ts'
import { HistoryStore } from '../../../services/mcp/store/history-store.ts'
import { openTestDatabase, type TestDatabase } from './open-test-database.ts'
import { never } from './open-test-store.ts'

async function withTable(test: (opened: TestDatabase, appends: GroupCommit) => Promise<void>): Promise<void> {
  await using opened = await openTestDatabase()
  await sql`create table rows (position integer primary key autoincrement, value integer not null unique) strict`.execute(
    opened.database,
  )
  await test(opened, new GroupCommit(opened.database))
}

const insert = (appends: GroupCommit, value: number): Promise<unknown> =>
  appends.append((write) => sql`insert into rows (value) values (${value})`.execute(write))

async function values({ thread }: TestDatabase): Promise<readonly unknown[]> {
  const { rows } = await thread.query('select value from rows order by position', [])
  return rows.map((row) => row['value'])
}

describe('group commit', () => {
  it('keeps the order in which appends were asked, over many batches', async () => {
    await withTable(async (opened, appends) => {
      const wanted = Array.from({ length: 500 }, (_, index) => index)
      const finished: number[] = []
      await Promise.all(wanted.map((value) => insert(appends, value).then(() => finished.push(value))))
      expect(await values(opened)).toEqual(wanted)
      expect(finished).toEqual(wanted)
    })
  })

  it('500 appends at once take 8 commits', async () => {
    await withTable(async (opened, appends) => {
      let transactions = 0
      const counting = new GroupCommit(
        new Proxy(opened.database, {
          get: (target, key) => {
            if (key === 'transaction') transactions += 1
            const value = Reflect.get(target, key)
            return typeof value === 'function' ? value.bind(target) : value
          },
        }),
      )
      await Promise.all(Array.from({ length: 500 }, (_, index) => insert(counting, index)))
      expect(transactions).toBe(8)
      await appends.idle()
    })
  })

  it('a member that fails is undone alone, with all its rows', async () => {
    await withTable(async (opened, appends) => {
      await insert(appends, 5)
      const failing = appends.append(async (write) => {
        await sql`insert into rows (value) values (100)`.execute(write)
        await sql`insert into rows (value) values (5)`.execute(write)
      })
      const outcomes = await Promise.allSettled([insert(appends, 1), failing, insert(appends, 2)])
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(await values(opened)).toEqual([5, 1, 2])
    })
  })

  it('an append resolves only when it can be read by others', async () => {
    await withTable(async (opened, appends) => {
      await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          await insert(appends, index)
          expect(await values(opened)).toContain(index)
        }),
      )
    })
  })

  it('a failed commit fails every member, and the next batch works', async () => {
    await withTable(async (opened, appends) => {
      const ending = appends.append((write) => sql`rollback`.execute(write))
      const outcomes = await Promise.allSettled([insert(appends, 1), ending, insert(appends, 2)])
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected', 'rejected'])
      await insert(appends, 3)
      expect(await values(opened)).toEqual([3])
    })
  })
})

describe('a full disk', () => {
  it('fails writes with store_full, keeps reads and everything acknowledged, and writes again once there is space', async () => {
    await using opened = await openTestDatabase()
    const { database, thread, folder } = opened
    let lastId = 0
    const createId = (): string => {
      lastId += 1
      return String(lastId)
    }
    const deps = {
      database,
      appends: new GroupCommit(database),
      files: new BlobFiles(folder),
      clock: () => 1,
      createId,
    }
    const history = new HistoryStore(deps)
    const write = (index: number) =>
      history.open(
        {
          runId: `run-${index}`,
          owner: 'user:anna',
          title: 'A title',
          input: [{ role: 'user', parts: [{ type: 'text', text: 'x'.repeat(2000) }] }],
        },
        never,
      )
    const before = await Promise.all(Array.from({ length: 10 }, (_, index) => write(2000 + index)))
    const { rows } = await thread.query('pragma page_count', [])
    const pages = Number(rows[0]?.['page_count'])
    await thread.query(`pragma max_page_count = ${pages + 40}`, [])
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, (_, index) => write(index)))
    const kept = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const codes = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
    expect(codes.length).toBeGreaterThan(0)
    expect(new Set(codes)).toEqual(new Set(['store_full']))
    const stored = await database.selectFrom('conversations').select('id').execute()
    expect(stored.map((row) => row.id).toSorted()).toEqual(
      [...before, ...kept].map((one) => one.conversation).toSorted(),
    )
    await thread.query('pragma max_page_count = 1000000', [])
    expect(await write(1000)).toMatchObject({ past: [] })
    const check = await thread.query('pragma integrity_check', [])
    expect(check.rows).toEqual([{ integrity_check: 'ok' }])
  })
})
