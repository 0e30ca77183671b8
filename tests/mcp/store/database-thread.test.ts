import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { HearthError } from '../../../services/common/errors/hearth-error.ts'
import { DatabaseThread } from '../../../services/mcp/store/sqlite/database-thread.ts'
import { FifoLock } from '../../../services/mcp/store/sqlite/fifo-lock.ts'
import { toStoreError } from '../../../services/mcp/store/sqlite/store-error.ts'
import { openTestDatabase } from './open-test-database.ts'
import { never, silent } from './open-test-store.ts'

const unavailable = { code: 'store_unavailable' }
const dyingWorker = new URL('./workers/dying-worker.ts', import.meta.url)
const confusedWorker = new URL('./workers/confused-worker.ts', import.meta.url)
const silentWorker = new URL('./workers/silent-worker.ts', import.meta.url)

function threadOf(entry: URL): { readonly thread: DatabaseThread; readonly deaths: HearthError[] } {
  const deaths: HearthError[] = []
  const deps = { log: silent, onDeath: (cause: HearthError) => void deaths.push(cause), entry }
  return { thread: new DatabaseThread({ path: 'unused' }, deps), deaths }
}

describe('the database thread', () => {
  it('answers in the order asked', async () => {
    await using opened = await openTestDatabase()
    const order: number[] = []
    const asked = Array.from({ length: 200 }, (_, index) =>
      opened.thread.query('select ? as value', [index]).then(({ rows }) => order.push(Number(rows[0]?.['value']))),
    )
    await Promise.all(asked)
    expect(order).toEqual(Array.from({ length: 200 }, (_, index) => index))
  })

  it('more than it can hold is refused at once, the rest is answered', async () => {
    await using opened = await openTestDatabase()
    const asked = Array.from({ length: 2000 }, () => opened.thread.query('select 1 as one', []))
    const outcomes = await Promise.allSettled(asked)
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    expect(refused).toHaveLength(2000 - 1024)
    expect(refused[0]).toMatchObject(unavailable)
    expect((await opened.thread.query('select 1 as one', [])).rows).toEqual([{ one: 1 }])
  })

  it('carries bytes both ways and leaves the caller his own', async () => {
    await using opened = await openTestDatabase()
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256)
    const { rows } = await opened.thread.query('select ? as bytes', [bytes])
    expect(bytes.byteLength).toBe(100_000)
    expect(Buffer.compare(Buffer.from(bytes), Buffer.from(Object(rows[0]?.['bytes'])))).toBe(0)
  })

  it('a wrong statement is a defect of ours whose text stays in the process', async () => {
    await using opened = await openTestDatabase()
    const attempt = opened.thread.query('select secret from nowhere', [])
    await expect(attempt).rejects.toMatchObject({ code: 'gateway_internal' })
    await expect(attempt).rejects.not.toThrow(/nowhere/)
  })

  it('that dies fails what waits and what comes, and says so once', async () => {
    const { thread, deaths } = threadOf(dyingWorker)
    await thread.start(never)
    await thread.query('first', [])
    const waiting = [thread.query('second', []), thread.query('third', [])]
    for (const outcome of await Promise.allSettled(waiting))
      expect(outcome).toMatchObject({ status: 'rejected', reason: unavailable })
    await expect(thread.query('fourth', [])).rejects.toMatchObject(unavailable)
    expect(deaths).toHaveLength(1)
    await thread.stop()
  })

  it('an answer to something else is a defect of ours, never an empty result', async () => {
    const { thread } = threadOf(confusedWorker)
    await thread.start(never)
    await expect(thread.query('select 1', [])).rejects.toMatchObject({ code: 'gateway_internal' })
    await expect(thread.append([])).rejects.toMatchObject({ code: 'gateway_internal' })
    await thread.stop()
  })

  it('an aborted start ends the thread and says so', async () => {
    const { thread, deaths } = threadOf(silentWorker)
    const giveUp = new AbortController()
    const started = thread.start(giveUp.signal)
    giveUp.abort()
    await expect(started).rejects.toMatchObject(unavailable)
    await expect(thread.query('x', [])).rejects.toMatchObject(unavailable)
    expect(deaths).toEqual([])
  })

  it('refuses before the start and after the stop, and stops twice without harm', async () => {
    await using opened = await openTestDatabase()
    const idle = new DatabaseThread({ path: join(opened.folder, 'x.db') }, { log: silent, onDeath: () => {} })
    await expect(idle.query('select 1', [])).rejects.toMatchObject(unavailable)
    const last = opened.thread.query('select 1 as one', [])
    await opened.thread.stop()
    await opened.thread.stop()
    expect((await last).rows).toEqual([{ one: 1 }])
    await expect(opened.thread.query('select 1', [])).rejects.toMatchObject(unavailable)
  })

  it('terminate ends it even while it stops', async () => {
    const { thread, deaths } = threadOf(silentWorker)
    const giveUp = new AbortController()
    const started = thread.start(giveUp.signal)
    giveUp.abort()
    await expect(started).rejects.toMatchObject(unavailable)
    await using opened = await openTestDatabase()
    const stopping = opened.thread.stop()
    await opened.thread.terminate()
    await stopping
    expect(deaths).toEqual([])
  })
})

describe('the connection lock', () => {
  it('lets waiters in one at a time in their order, and refuses beyond its bound', async () => {
    const lock = new FifoLock(2)
    const order: string[] = []
    await lock.acquire()
    const first = lock.acquire().then(() => order.push('first'))
    const second = lock.acquire().then(() => order.push('second'))
    await expect(lock.acquire()).rejects.toMatchObject({ ...unavailable, details: { retryAfterMs: 1000 } })
    lock.release()
    await first
    expect(order).toEqual(['first'])
    lock.release()
    await second
    lock.release()
    await lock.acquire()
    expect(order).toEqual(['first', 'second'])
  })
})

describe('store errors', () => {
  it.each([
    ['SQLITE_FULL', 'store_full'],
    ['ENOSPC', 'store_full'],
    ['SQLITE_IOERR_FSYNC', 'store_unavailable'],
    ['SQLITE_CORRUPT_VTAB', 'store_unavailable'],
    ['SQLITE_BUSY', 'store_unavailable'],
    ['SQLITE_READONLY_DBMOVED', 'store_unavailable'],
    ['SQLITE_CONSTRAINT_UNIQUE', 'gateway_internal'],
    ['UNEXPECTED', 'gateway_internal'],
  ])('%s is %s', (code, expected) => {
    expect(toStoreError({ code, message: 'private' })).toMatchObject({
      code: expected,
      message: expect.not.stringContaining('private'),
    })
  })
})
