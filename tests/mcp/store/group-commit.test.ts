import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { commitBatch } from '../../../services/mcp/store/append-batch.ts'
import type { AppendConnection, AppendWrite } from '../../../services/mcp/store/append-connection.ts'
import { BlobFiles } from '../../../services/mcp/store/blob-files.ts'
import { GroupCommit } from '../../../services/mcp/store/group-commit.ts'
import { HistoryStore } from '../../../services/mcp/store/history-store.ts'
import { SqliteAppendConnection } from '../../../services/mcp/store/sqlite/append-connection.ts'
import { openDatabase } from '../../../services/mcp/store/sqlite/open-database.ts'
import { StatementCache } from '../../../services/mcp/store/sqlite/statement-cache.ts'
import { openTestDatabase, type TestDatabase } from './open-test-database.ts'
import { never } from './open-test-store.ts'

type RowWork = (write: AppendWrite) => Promise<unknown>
type Appends = GroupCommit<RowWork, unknown>

const appendsOf = (connection: AppendConnection): Appends =>
  new GroupCommit((batch) => commitBatch(connection, batch, (write, work) => work(write)))

interface RowsTable {
  readonly connection: AppendConnection
  readonly appends: Appends
  /** What another connection reads, in the order written. */
  readonly values: () => readonly unknown[]
}

async function withTable(test: (table: RowsTable) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-group-commit-'))
  const path = join(folder, 'hearth.sqlite')
  const opened = openDatabase(path)
  const others = new Database(path, { readonly: true })
  try {
    opened.database.exec(
      'create table rows (position integer primary key autoincrement, value integer not null unique) strict',
    )
    const connection = new SqliteAppendConnection(opened.database, new StatementCache(opened.database, 1000))
    const values = () => others.prepare('select value from rows order by position').pluck().all()
    await test({ connection, appends: appendsOf(connection), values })
  } finally {
    others.close()
    opened.close()
    rmSync(folder, { recursive: true })
  }
}

const insert = (appends: Appends, value: number): Promise<unknown> =>
  appends.append((write) => write.command(`insert into rows (value) values (${value})`), 'after_turn')

function historyOf({ database, appends, folder }: TestDatabase): HistoryStore {
  let lastId = 0
  const createId = (): string => {
    lastId += 1
    return String(lastId)
  }
  const tell = (): void => {}
  return new HistoryStore({ database, appends, files: new BlobFiles(folder), tell, clock: () => 1, createId })
}

describe('group commit', () => {
  it('keeps the order in which appends were asked, over many batches', async () => {
    await withTable(async ({ appends, values }) => {
      const wanted = Array.from({ length: 500 }, (_, index) => index)
      const finished: number[] = []
      await Promise.all(wanted.map((value) => insert(appends, value).then(() => finished.push(value))))
      expect(values()).toEqual(wanted)
      expect(finished).toEqual(wanted)
    })
  })

  it('500 appends at once take 8 commits', async () => {
    await withTable(async ({ connection, values }) => {
      let transactions = 0
      const counting = appendsOf({
        transaction: (work) => {
          transactions += 1
          return connection.transaction(work)
        },
      })
      await Promise.all(Array.from({ length: 500 }, (_, index) => insert(counting, index)))
      expect(transactions).toBe(8)
      expect(values()).toHaveLength(500)
    })
  })

  it('what is to begin at once is on its way before the turn ends, alone; what comes in the turn after it shares a commit', async () => {
    const batches: (readonly string[])[] = []
    const appends = new GroupCommit<string, undefined>(async (batch) => {
      batches.push(batch)
      return batch.map(() => ({ status: 'done', result: undefined }))
    })
    const first = appends.append('first', 'at_once')
    expect(batches).toEqual([['first']])
    await Promise.all([first, appends.append('second', 'at_once'), appends.append('third', 'after_turn')])
    expect(batches).toEqual([['first'], ['second', 'third']])
    await appends.idle()
    const late = appends.append('late', 'after_turn')
    await Promise.resolve()
    expect(batches).toHaveLength(2)
    await late
    expect(batches).toHaveLength(3)
  })

  it('a member that fails is undone alone, with all its rows', async () => {
    await withTable(async ({ appends, values }) => {
      await insert(appends, 5)
      const failing = appends.append(async (write) => {
        await write.command('insert into rows (value) values (100)')
        await write.command('insert into rows (value) values (5)')
      }, 'after_turn')
      const outcomes = await Promise.allSettled([insert(appends, 1), failing, insert(appends, 2)])
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(values()).toEqual([5, 1, 2])
    })
  })

  it('an append resolves only when it can be read by others', async () => {
    await withTable(async ({ appends, values }) => {
      await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          await insert(appends, index)
          expect(values()).toContain(index)
        }),
      )
    })
  })

  it('what follows is told to a few in a turn, so that all else has its turns in between', async () => {
    await withTable(async ({ appends }) => {
      const toldInTurn: number[] = []
      let told = 0
      const all = Promise.all(Array.from({ length: 64 }, (_, index) => insert(appends, index).then(() => (told += 1))))
      while (told < 64) {
        const before = told
        await new Promise((resolve) => setImmediate(resolve))
        toldInTurn.push(told - before)
      }
      await all
      expect(Math.max(...toldInTurn)).toBe(8)
    })
  })

  it('is idle only when what follows an append is committed too', async () => {
    await withTable(async ({ appends, values }) => {
      const last = Array.from({ length: 20 }, async (_, index) => {
        await insert(appends, index)
        if (index === 1) await insert(appends, 100)
      })
      await appends.idle()
      expect(values()).toContain(100)
      await Promise.all(last)
    })
  })

  it('a failed commit fails every member, and the next batch works', async () => {
    await withTable(async ({ appends, values }) => {
      const ending = appends.append((write) => write.command('rollback'), 'after_turn')
      const outcomes = await Promise.allSettled([insert(appends, 1), ending, insert(appends, 2)])
      expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected', 'rejected'])
      await insert(appends, 3)
      expect(values()).toEqual([3])
    })
  })
})

describe('appends to history', () => {
  const textOf = (index: number) => [
    { role: 'user' as const, parts: [{ type: 'text' as const, text: `text ${index}` }] },
  ]

  it('that cannot be are refused alone, those beside them in the same commit are kept', async () => {
    await using opened = await openTestDatabase()
    const history = historyOf(opened)
    const open = (index: number, more: object) =>
      history.open({ runId: `run-${index}`, owner: 'user:anna', title: 'A', input: textOf(index), ...more }, never)
    const outcomes = await Promise.allSettled([open(1, {}), open(2, { conversation: 'conv_none' }), open(3, {})])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(outcomes[1]).toMatchObject({
      reason: {
        name: 'HearthError',
        code: 'caller_not_found',
        retryable: false,
        message: expect.stringContaining('There is no such'),
      },
    })
    const { rows } = await opened.thread.query('select text from parts order by text', [])
    expect(rows).toEqual([{ text: 'text 1' }, { text: 'text 3' }])
  })

  it('wait for a transaction that is open, and come after it', async () => {
    await using opened = await openTestDatabase()
    const history = historyOf(opened)
    const seen: string[] = []
    const changing = opened.database.transaction().execute(async (transaction) => {
      for (let count = 0; count < 20; count++) await sql`select ${count}`.execute(transaction)
      seen.push('changed')
    })
    const opening = history
      .open({ runId: 'run-1', owner: 'user:anna', title: 'A', input: textOf(1) }, never)
      .then(() => seen.push('opened'))
    await Promise.all([changing, opening])
    expect(seen).toEqual(['changed', 'opened'])
  })
})

describe('a full disk', () => {
  it('fails writes with store_full, keeps reads and everything acknowledged, and writes again once there is space', async () => {
    await using opened = await openTestDatabase()
    const { database, thread } = opened
    const history = historyOf(opened)
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
