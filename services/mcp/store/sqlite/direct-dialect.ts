import type Database from 'better-sqlite3'
import { type DatabaseConnection, type Driver, SqliteDialect, SqliteDriver } from 'kysely'
import type { StatementCache } from './statement-cache.ts'

/** Kysely inside the database thread: over the open connection, which is closed by its owner. */
export class DirectDialect extends SqliteDialect {
  readonly #database: Database.Database
  readonly #statements: StatementCache

  constructor(database: Database.Database, statements: StatementCache) {
    super(configOf(statements))
    this.#database = database
    this.#statements = statements
  }

  override createDriver(): Driver {
    return new DirectDriver(this.#database, this.#statements)
  }
}

class DirectDriver extends SqliteDriver {
  readonly #database: Database.Database

  constructor(database: Database.Database, statements: StatementCache) {
    super(configOf(statements))
    this.#database = database
  }

  /** SQLite may have ended the transaction itself (full disk): going back then would hide why. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) await super.rollbackTransaction(connection)
  }
}

function configOf(statements: StatementCache) {
  return { database: { prepare: (sql: string) => statements.prepare(sql), close: () => undefined } }
}
