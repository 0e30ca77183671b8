import type { CompiledQuery } from './compiled-query.ts'

/** What an append may do inside the transaction of its batch. */
export interface AppendWrite {
  /** Rows of a query; none of one that returns none. */
  rows<Values, Row>(query: CompiledQuery<Values, Row>, values: Values): Promise<readonly Row[]>
  /** A statement that is only its text, such as `savepoint member`. */
  command(sql: string): Promise<void>
}

/** The connection that batches of appends are committed by. */
export interface AppendConnection {
  /** Commits what `work` wrote and resolves then; undoes all of it when `work` or the commit throws. */
  transaction<Result>(work: (write: AppendWrite) => Promise<Result>): Promise<Result>
}
