import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { describe, expect, it } from 'vitest'
import { spine } from '../../../services/mcp/store/migrations/0001-spine.ts'
import { openTestStore, principal, testFolder } from './open-test-store.ts'

const anna = principal('anna')

/** A database as 0001 left it, with conversations of anna: each a title, a question and an answer. */
async function databaseOfTheFirstRelease(conversations: number): Promise<string> {
  const folder = await testFolder()
  await mkdir(folder, { recursive: true })
  const database = new Database(join(folder, 'hearth.db'))
  database.pragma('journal_mode = WAL')
  const kysely = new Kysely<unknown>({ dialect: new SqliteDialect({ database }) })
  const migrator = new Migrator({ db: kysely, provider: { getMigrations: async () => ({ '0001-spine': spine }) } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
  const conversation = database.prepare("insert into conversations values (?, 'user:anna', ?, 3, 1, 1)")
  const message = database.prepare(
    "insert into messages values (?, ?, ?, ?, ?, 'completed', ?, null, null, null, null, '[]', null, null, 1)",
  )
  const part = database.prepare('insert into parts values (?, ?, ?, ?, null, null, null, null)')
  for (let index = 0; index < conversations; index += 1) {
    const id = `conv_${index}`
    conversation.run(id, `title${index}`)
    message.run(`msg_${index}a`, id, 1, null, 'user', null)
    part.run(`msg_${index}a`, 0, 'text', `old question ${index}`)
    message.run(`msg_${index}b`, id, 2, `msg_${index}a`, 'assistant', `run-${index}`)
    part.run(`msg_${index}b`, 0, 'reasoning', 'thought')
    part.run(`msg_${index}b`, 1, 'text', `old answer ${index}`)
  }
  await kysely.destroy()
  return folder
}

describe('a database of the first release', () => {
  it('keeps all it has and is searched after an upgrade', async () => {
    const folder = await databaseOfTheFirstRelease(600)
    await using opened = await openTestStore({ folder })
    const { conversations, history } = opened.store
    const find = async (query: string) => (await conversations.search(anna, query, { limit: 200 })).items
    // The last message of all by the order of the index; titles come before the messages of their conversations.
    for (let waited = 0; (await find('answer 99')).length === 0; waited += 50) {
      expect(waited).toBeLessThan(20_000)
      await sleep(50)
    }
    expect(await find('title99')).toHaveLength(1)
    expect(await find('answer 599')).toMatchObject([{ conversation: { id: 'conv_599' }, message_id: 'msg_599b' }])
    expect(await find('question 588')).toMatchObject([
      { message_id: 'msg_588a', snippet: 'old \u0002question\u0003 \u0002588\u0003' },
    ])
    expect(await find('thought')).toEqual([])
    expect(await find('old')).toHaveLength(200)
    const messages = (await conversations.messages(anna, 'conv_588', { limit: 10 })).items
    expect(messages.map(({ parts }) => parts.length)).toEqual([1, 2])
    const run = { runId: 'run', owner: anna.id, title: '', conversation: 'conv_588', input: [] }
    expect((await history.open(run, new AbortController().signal)).past).toHaveLength(2)
    await conversations.remove(anna, 'conv_588', undefined)
    expect(await find('answer 588')).toEqual([])
  })
})
