import type Database from 'better-sqlite3'

/** Prepared statements by their text; the one unused for longest goes when there are more than `limit`. */
export class StatementCache {
  readonly #database: Database.Database
  readonly #limit: number
  readonly #statements = new Map<string, Database.Statement<unknown[], unknown>>()

  constructor(database: Database.Database, limit: number) {
    this.#database = database
    this.#limit = limit
  }

  get size(): number {
    return this.#statements.size
  }

  prepare(sql: string): Database.Statement<unknown[], unknown> {
    const statement = this.#statements.get(sql) ?? this.#database.prepare<unknown[], unknown>(sql)
    this.#statements.delete(sql)
    this.#statements.set(sql, statement)
    if (this.#statements.size > this.#limit) this.#dropOldest()
    return statement
  }

  #dropOldest(): void {
    for (const oldest of this.#statements.keys()) {
      this.#statements.delete(oldest)
      return
    }
  }
}
