/** A value SQLite takes or gives; integers stay within ±2^53, times are integer milliseconds. */
export type SqlValue = string | number | null | Uint8Array

export type SqlRow = Readonly<Record<string, SqlValue>>

/** What the main thread asks of the database thread, answered in the order asked. */
export type ThreadRequest =
  | { readonly id: number; readonly type: 'query'; readonly sql: string; readonly parameters: readonly SqlValue[] }
  /** Ends the open transaction, if SQLite has not ended it already (it does when the disk is full). */
  | { readonly id: number; readonly type: 'rollback' }
  /** Checkpoints, closes the database and ends the thread. */
  | { readonly id: number; readonly type: 'close' }

export type ThreadMessage =
  | { readonly type: 'ready'; readonly wasUnclean: boolean }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'result'; readonly id: number; readonly rows: readonly SqlRow[]; readonly changes: number }
  | { readonly type: 'error'; readonly id: number; readonly failure: SqliteFailure }

/** `code` is SQLite's result code by name, such as `SQLITE_FULL`; the text stays in the process. */
export interface SqliteFailure {
  readonly code: string
  readonly message: string
}

export interface ThreadOptions {
  readonly path: string
}
