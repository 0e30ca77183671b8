import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { DatabaseThread } from './database-thread.ts'
import type { FifoLock } from './fifo-lock.ts'
import type { SqlValue } from './thread-protocol.ts'

/** Kysely over the database thread. The thread is started and stopped by its owner, not by Kysely. */
export class ThreadDialect implements Dialect {
  readonly #thread: DatabaseThread
  readonly #lock: FifoLock

  /** @param lock whoever holds it has the one connection for itself. */
  constructor(thread: DatabaseThread, lock: FifoLock) {
    this.#thread = thread
    this.#lock = lock
  }

  createDriver(): Driver {
    return new ThreadDriver(this.#thread, this.#lock)
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler()
  }

  createAdapter(): DialectAdapter {
    return new ThreadAdapter()
  }

  createIntrospector(database: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(database)
  }
}

class ThreadAdapter extends SqliteAdapter {
  /** The driver queues by itself: Kysely's own mutex has no bound. */
  override get supportsMultipleConnections(): boolean {
    return true
  }

  /** SQLite does; with it a killed migration leaves nothing behind. */
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class ThreadDriver implements Driver {
  readonly #thread: DatabaseThread
  readonly #connection: ThreadConnection
  readonly #lock: FifoLock

  constructor(thread: DatabaseThread, lock: FifoLock) {
    this.#thread = thread
    this.#lock = lock
    this.#connection = new ThreadConnection(thread)
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#lock.acquire()
    return this.#connection
  }

  async releaseConnection(): Promise<void> {
    this.#lock.release()
  }

  async beginTransaction(): Promise<void> {
    await this.#thread.query('begin immediate', [])
  }

  async commitTransaction(): Promise<void> {
    await this.#thread.query('commit', [])
  }

  async rollbackTransaction(): Promise<void> {
    await this.#thread.rollback()
  }

  async destroy(): Promise<void> {}
}

class ThreadConnection implements DatabaseConnection {
  readonly #thread: DatabaseThread

  constructor(thread: DatabaseThread) {
    this.#thread = thread
  }

  async executeQuery<Row>(compiled: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changes } = await this.#thread.query(compiled.sql, compiled.parameters.map(toSqlValue))
    // Kysely has typed the row by the query it compiled.
    return { rows: rows as Row[], numAffectedRows: BigInt(changes) }
  }

  // biome-ignore lint/correctness/useYield: the signature is Kysely's; pages are read by keyset instead
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('Reading row by row is not supported; read pages by key.')
  }
}

function toSqlValue(value: unknown): SqlValue {
  if (value === null || typeof value === 'string' || value instanceof Uint8Array) return value
  if (Number.isSafeInteger(value)) return Number(value)
  throw new TypeError(`A ${typeof value} cannot be stored; use text, a safe integer, bytes or null.`)
}
