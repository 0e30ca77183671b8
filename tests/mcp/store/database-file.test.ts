import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DatabaseRefused, openDatabase } from '../../../services/mcp/store/sqlite/open-database.ts'
import { never, openTestStore, profileSpec, testFolder } from './open-test-store.ts'

const settings = {
  journal_mode: 'wal',
  synchronous: 2,
  foreign_keys: 1,
  busy_timeout: 5000,
  trusted_schema: 0,
  cell_size_check: 1,
  wal_autocheckpoint: 1000,
  journal_size_limit: 67_108_864,
}

async function withFolder(test: (path: string) => void | Promise<void>): Promise<void> {
  const folder = await testFolder()
  try {
    await test(join(folder, 'hearth.db'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

describe('the database file', () => {
  it('has every required setting on the first open and on a re-opened database', async () => {
    await withFolder((path) => {
      for (const round of ['first', 'second']) {
        const { database, close } = openDatabase(path)
        const actual = Object.keys(settings).map((name) => [name, database.pragma(name, { simple: true })])
        expect(Object.fromEntries(actual), round).toEqual(settings)
        database.exec(`create table if not exists ${round} (a integer) strict`)
        close()
      }
    })
  })

  it('is refused where a setting does not hold: a database in memory has no write-ahead log', () => {
    onTestFinished(() => rm(':memory:.lock', { force: true }))
    expect(() => openDatabase(':memory:')).toThrow(/journal_mode = WAL \(it says memory\)/)
  })

  it('is refused to a second opener with a message that says what to do, and free again after the first', async () => {
    await using opened = await openTestStore()
    await expect(openTestStore({ folder: opened.folder })).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/in use by another process; stop that one/),
    })
    await opened.store.profiles.create('still-works', profileSpec())
    await opened.store.stop(never)
    const next = await openTestStore({ folder: opened.folder })
    expect(await next.store.profiles.get('still-works')).toMatchObject({ name: 'still-works' })
    await next.store.stop(never)
  })

  it('is refused while another process has it, and free once that process was killed', async () => {
    await withFolder(async (path) => {
      const source = new URL('../../../services/mcp/store/sqlite/open-database.ts', import.meta.url)
      const script = `const { openDatabase } = await import(${JSON.stringify(source.href)}); openDatabase(${JSON.stringify(path)}); console.log('open'); setInterval(() => {}, 1000)`
      const other = spawn(process.execPath, ['--input-type=module', '--eval', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(other.stdout, 'data')
      expect(() => openDatabase(path)).toThrow(DatabaseRefused)
      other.kill('SIGKILL')
      await once(other, 'exit')
      const { wasUnclean, close } = openDatabase(path)
      expect(wasUnclean).toBe(true)
      close()
    })
  })

  it('a clean stop leaves no marker, no log to replay and no suspicion', async () => {
    await withFolder((path) => {
      const first = openDatabase(path)
      expect(existsSync(`${path}.running`)).toBe(true)
      first.close()
      expect(existsSync(`${path}.running`)).toBe(false)
      expect(existsSync(`${path}-wal`)).toBe(false)
      const second = openDatabase(path)
      expect(second.wasUnclean).toBe(false)
      second.close()
    })
  })

  it('that is damaged is refused with a way out', async () => {
    await withFolder(async (path) => {
      const { database, close } = openDatabase(path)
      database.exec('create table t (a text) strict; create index i on t (a)')
      const insert = database.prepare('insert into t values (?)')
      database.exec('begin')
      for (let row = 0; row < 2000; row += 1) insert.run(`row ${row} ${'x'.repeat(50)}`)
      database.exec('commit')
      close()
      const file = await open(path, 'r+')
      for (let page = 3; page < 12; page += 1) await file.write(Buffer.alloc(2048, 0xa5), 0, 2048, page * 4096 + 1024)
      await file.close()
      expect(() => openDatabase(path)).toThrow(/damaged; move it .* put a backup/)
    })
  })

  it('that is no database at all is refused and left as it is', async () => {
    await withFolder(async (path) => {
      await writeFile(path, 'this is a letter, not a database '.repeat(100))
      expect(() => openDatabase(path)).toThrow(DatabaseRefused)
      expect(await readFile(path, 'utf8')).toMatch(/^this is a letter/)
    })
  })

  it('with rows that refer to missing ones is refused after an unclean stop', async () => {
    await withFolder((path) => {
      const first = openDatabase(path)
      first.database.exec('create table a (id integer primary key) strict')
      first.database.exec('create table b (a integer references a) strict')
      first.close()
      const careless = new Database(path)
      careless.pragma('foreign_keys = OFF')
      careless.exec('insert into b values (7)')
      careless.close()
      openDatabase(path).close()
      new Database(`${path}.running`).exec('create table t (a)').close()
      expect(() => openDatabase(path)).toThrow(/damaged/)
    })
  })

  it('in a folder that cannot be written is refused with a message for a person', async () => {
    await withFolder(async (path) => {
      await writeFile(path, '')
      expect(() => openDatabase(join(path, 'hearth.db'))).toThrow(/cannot be opened; check that its folder is writable/)
    })
  })
})

describe('migrations', () => {
  it('run once: the second start changes nothing and keeps epoch and revision', async () => {
    const first = await openTestStore()
    await first.store.profiles.create('one', profileSpec())
    const version = await first.store.version()
    await first.store.stop(never)
    const schemaOf = (path: string): unknown => {
      const database = new Database(path, { readonly: true })
      const rows = database.prepare('select sql from sqlite_schema order by name').all()
      const done = database.prepare('select name from kysely_migration').all()
      database.close()
      return { rows, done }
    }
    const before = schemaOf(first.path)
    await using second = await openTestStore({ folder: first.folder })
    expect(await second.store.version()).toEqual(version)
    await second.store.stop(never)
    expect(schemaOf(second.path)).toEqual(before)
  })

  it('make only STRICT tables', async () => {
    await using opened = await openTestStore()
    await opened.store.stop(never)
    const database = new Database(opened.path, { readonly: true })
    const loose = database.prepare("select name from pragma_table_list where strict = 0 and type = 'table'").all()
    database.close()
    const ours = loose.filter((table) => !/sqlite_|kysely_/.test(JSON.stringify(table)))
    expect(ours).toEqual([])
  })

  it('of a newer Hearth stop the start with a message', async () => {
    const first = await openTestStore()
    await first.store.stop(never)
    const database = new Database(first.path)
    database.prepare("insert into kysely_migration values ('9999-future', 'x')").run()
    database.close()
    await expect(openTestStore({ folder: first.folder })).rejects.toThrow(/newer Hearth/)
    await rm(first.folder, { recursive: true, force: true })
  })
})
