import type Database from 'better-sqlite3'
import type { AppendConnection, AppendWrite } from '../append-connection.ts'
import type { CompiledQuery } from '../compiled-query.ts'
import type { StatementCache } from './statement-cache.ts'

/** Appends inside the database thread. SQLite answers at once, so no other request comes in between. */
export class SqliteAppendConnection implements AppendConnection, AppendWrite {
  readonly #database: Database.Database
  readonly #statements: StatementCache

  constructor(database: Database.Database, statements: StatementCache) {
    this.#database = database
    this.#statements = statements
  }

  async transaction<Result>(work: (write: AppendWrite) => Promise<Result>): Promise<Result> {
    await this.command('begin immediate')
    try {
      const result = await work(this)
      await this.command('commit')
      return result
    } catch (error) {
      // SQLite may have ended the transaction itself (full disk): going back then would hide why.
      if (this.#database.inTransaction) await this.command('rollback')
      throw error
    }
  }

  async rows<Values, Row>(query: CompiledQuery<Values, Row>, values: Values): Promise<readonly Row[]> {
    const statement = this.#statements.prepare(query.text())
    const parameters = query.parametersOf(values)
    // Kysely has typed the rows by the query it compiled.
    if (statement.reader) return statement.all(...parameters) as readonly Row[]
    statement.run(...parameters)
    return []
  }

  async command(sql: string): Promise<void> {
    this.#statements.prepare(sql).run()
  }
}
