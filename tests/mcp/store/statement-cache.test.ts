import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { StatementCache } from '../../../services/mcp/store/sqlite/statement-cache.ts'

it('the statement cache is bounded and drops the statement unused for longest', () => {
  const database = new Database(':memory:')
  const cache = new StatementCache(database, 3)
  const statement = (text: string) => cache.prepare(`select '${text}'`)
  const kept = statement('a')
  statement('b')
  statement('c')
  expect(statement('a')).toBe(kept)
  const dropped = statement('b')
  statement('c')
  statement('a')
  statement('d')
  expect(cache.size).toBe(3)
  expect(statement('a')).toBe(kept)
  expect(statement('b')).not.toBe(dropped)
  database.close()
})
