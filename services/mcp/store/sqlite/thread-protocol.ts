import type { ErrorCode } from '../../../common/errors/error-table.ts'
import type { ErrorDetails } from '../../../common/errors/hearth-error.ts'
import type { AppendResult, AppendWork } from '../append-work.ts'

/** A value SQLite takes or gives; integers stay within ±2^53, times are integer milliseconds. */
export type SqlValue = string | number | null | Uint8Array

export type SqlRow = Readonly<Record<string, SqlValue>>

/** What the main thread asks of the database thread, answered in the order asked. */
export type ThreadRequest =
  | { readonly id: number; readonly type: 'query'; readonly sql: string; readonly parameters: readonly SqlValue[] }
  /** Ends the open transaction, if SQLite has not ended it already (it does when the disk is full). */
  | { readonly id: number; readonly type: 'rollback' }
  /** Appends in a transaction of their own, in order; asked only while no other transaction is open. */
  | { readonly id: number; readonly type: 'append'; readonly batch: readonly AppendWork[] }
  /** Checkpoints, closes the database and ends the thread. */
  | { readonly id: number; readonly type: 'close' }

export type ThreadMessage =
  | { readonly type: 'ready'; readonly wasUnclean: boolean }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'result'; readonly id: number; readonly rows: readonly SqlRow[]; readonly changes: number }
  | { readonly type: 'appended'; readonly id: number; readonly outcomes: readonly ThreadOutcome[] }
  | { readonly type: 'error'; readonly id: number; readonly failure: SqliteFailure }

/** What became of one append. */
export type ThreadOutcome =
  | { readonly status: 'done'; readonly result: AppendResult }
  | { readonly status: 'refused'; readonly refusal: ThreadRefusal }
  | { readonly status: 'failed'; readonly failure: SqliteFailure }

/** A HearthError, on its way between threads. */
export interface ThreadRefusal {
  readonly code: ErrorCode
  readonly message: string
  readonly retryable: boolean
  readonly details: ErrorDetails
}

/** `code` is SQLite's result code by name, such as `SQLITE_FULL`; the text stays in the process. */
export interface SqliteFailure {
  readonly code: string
  readonly message: string
}

export interface ThreadOptions {
  readonly path: string
}
