import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'

/** A database that must not be served; the message says what a person can do. */
export class DatabaseRefused extends Error {
  override readonly name = 'DatabaseRefused'
}

export interface OpenDatabase {
  readonly database: Database.Database
  /** The process before this one did not close the database. */
  readonly wasUnclean: boolean
  /** Checkpoints and closes; the next start is a clean one. */
  close(): void
}

interface RequiredSetting {
  readonly pragma: string
  readonly set: string | number
  readonly readBack: string | number
}

const LOCK_WAIT_MS = 1000

/**
 * Each is set on every open and read back. `synchronous` is the one that matters most: better-sqlite3 is built with
 * NORMAL for a re-opened WAL database, which loses acknowledged commits when the power fails.
 */
const requiredSettings: readonly RequiredSetting[] = [
  { pragma: 'journal_mode', set: 'WAL', readBack: 'wal' },
  { pragma: 'synchronous', set: 'FULL', readBack: 2 },
  { pragma: 'foreign_keys', set: 'ON', readBack: 1 },
  { pragma: 'busy_timeout', set: 5000, readBack: 5000 },
  { pragma: 'trusted_schema', set: 'OFF', readBack: 0 },
  { pragma: 'cell_size_check', set: 'ON', readBack: 1 },
  { pragma: 'wal_autocheckpoint', set: 1000, readBack: 1000 },
  { pragma: 'journal_size_limit', set: 67_108_864, readBack: 67_108_864 },
]

/**
 * Opens the one connection to the database: takes the lock file, applies and asserts the settings, checks the content.
 * @throws DatabaseRefused when another process has it, a setting does not hold, or the content is damaged.
 */
export function openDatabase(path: string): OpenDatabase {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return openLocked(path, takeLock(path))
  } catch (error) {
    if (error instanceof DatabaseRefused) throw error
    throw new DatabaseRefused(
      `The database ${path} cannot be opened; check that its folder is writable and has space.`,
      {
        cause: error,
      },
    )
  }
}

function openLocked(path: string, lock: Database.Database): OpenDatabase {
  try {
    const marker = `${path}.running`
    const wasUnclean = existsSync(marker)
    const database = openChecked(path, wasUnclean)
    writeMarker(marker)
    const close = (): void => {
      database.pragma('wal_checkpoint(TRUNCATE)')
      database.close()
      rmSync(marker, { force: true })
      lock.close()
    }
    return { database, wasUnclean, close }
  } catch (error) {
    lock.close()
    throw error
  }
}

/**
 * A file of its own, locked for the life of the process by the operating system's file lock (which ends with the
 * process, however it ends), so that a backup may still read the database itself.
 */
function takeLock(path: string): Database.Database {
  const lock = new Database(`${path}.lock`, { timeout: LOCK_WAIT_MS })
  try {
    lock.exec('begin exclusive')
    return lock
  } catch (error) {
    lock.close()
    if (!isSqliteError(error, 'SQLITE_BUSY')) throw error
    throw new DatabaseRefused(
      `The database ${path} is in use by another process; stop that one, or give this one another data_dir or store.url.`,
      { cause: error },
    )
  }
}

function openChecked(path: string, wasUnclean: boolean): Database.Database {
  const database = new Database(path)
  try {
    for (const setting of requiredSettings) assertSetting(database, setting)
    assertSound(database, path, wasUnclean)
    return database
  } catch (error) {
    database.close()
    if (isSqliteError(error, 'SQLITE_CORRUPT') || isSqliteError(error, 'SQLITE_NOTADB')) throw damaged(path, error)
    throw error
  }
}

function isSqliteError(error: unknown, code: string): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith(code)
}

function assertSetting(database: Database.Database, setting: RequiredSetting): void {
  database.pragma(`${setting.pragma} = ${setting.set}`)
  const actual = database.pragma(setting.pragma, { simple: true })
  if (actual !== setting.readBack)
    throw new DatabaseRefused(
      `SQLite does not hold ${setting.pragma} = ${setting.set} (it says ${String(actual)}); keep the database on a local disk.`,
    )
}

function assertSound(database: Database.Database, path: string, wasUnclean: boolean): void {
  const verdict = wasUnclean ? database.pragma('integrity_check(1)', { simple: true }) : quickVerdict(database)
  if (verdict !== 'ok') throw damaged(path, verdict)
  if (!wasUnclean) return
  const orphans = database.pragma('foreign_key_check')
  if (Array.isArray(orphans) && orphans.length > 0) throw damaged(path, `${orphans.length} rows refer to missing ones`)
}

/** Table by table: asked about the whole file, SQLite would read every word of the full-text index at every start. */
function quickVerdict(database: Database.Database): unknown {
  const tables = database
    .prepare("select name from sqlite_schema where type = 'table' and sql not like 'create virtual %'")
    .pluck()
    .all()
  const verdicts = ['sqlite_schema', ...tables].map((table) =>
    database.pragma(`quick_check('${String(table)}')`, { simple: true }),
  )
  return verdicts.find((verdict) => verdict !== 'ok') ?? 'ok'
}

function damaged(path: string, cause: unknown): DatabaseRefused {
  return new DatabaseRefused(
    `The database ${path} is damaged; move it and its -wal and -shm files away and put a backup in its place.`,
    { cause },
  )
}

function writeMarker(marker: string): void {
  const file = openSync(marker, 'w', 0o600)
  writeSync(file, `${process.pid}\n`)
  fsyncSync(file)
  closeSync(file)
}
