import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { HearthError } from '../../../common/errors/hearth-error.ts'
import { type AppendOutcome, commitBatch } from '../append-batch.ts'
import type { AppendConnection } from '../append-connection.ts'
import { type AppendResult, type AppendWork, performAppend } from '../append-work.ts'
import { SqliteAppendConnection } from './append-connection.ts'
import { DatabaseRefused, type OpenDatabase, openDatabase } from './open-database.ts'
import { StatementCache } from './statement-cache.ts'
import type {
  SqliteFailure,
  SqlRow,
  SqlValue,
  ThreadMessage,
  ThreadOptions,
  ThreadOutcome,
  ThreadRequest,
} from './thread-protocol.ts'

/**
 * Entry of the database thread: the only place that touches SQLite. Requests come one by one in the order asked, so
 * there is no state beyond the connection. Appends, the hot ones, come as whole batches and are written here: a message
 * between threads for each of their statements would cost more than the statements.
 */

const CACHED_STATEMENTS = 256

if (parentPort !== null) serve(parentPort, workerData)

function serve(port: MessagePort, options: ThreadOptions): void {
  const opened = tryOpen(options.path)
  if (opened instanceof DatabaseRefused) {
    send(port, { type: 'refused', reason: opened.message })
    port.close()
    return
  }
  const statements = new StatementCache(opened.database, CACHED_STATEMENTS)
  const appends = new SqliteAppendConnection(opened.database, statements)
  port.on('message', (request: ThreadRequest) => {
    if (request.type === 'append') {
      void append(port, appends, request)
      return
    }
    answer(port, request, () => perform(request, opened, statements))
    if (request.type === 'close') port.close()
  })
  send(port, { type: 'ready', wasUnclean: opened.wasUnclean })
}

async function append(
  port: MessagePort,
  appends: AppendConnection,
  { id, batch }: { readonly id: number; readonly batch: readonly AppendWork[] },
): Promise<void> {
  try {
    const outcomes = await commitBatch(appends, batch, performAppend)
    send(port, { type: 'appended', id, outcomes: outcomes.map(toThreadOutcome) })
  } catch (error) {
    const outcome = toThreadOutcome({ status: 'failed', error })
    send(port, { type: 'appended', id, outcomes: batch.map(() => outcome) })
  }
}

function toThreadOutcome(outcome: AppendOutcome<AppendResult>): ThreadOutcome {
  if (outcome.status === 'done') return outcome
  const { error } = outcome
  if (!(error instanceof HearthError)) return { status: 'failed', failure: toFailure(error) }
  const { code, message, retryable, details } = error
  return { status: 'refused', refusal: { code, message, retryable, details } }
}

function tryOpen(path: string): OpenDatabase | DatabaseRefused {
  try {
    return openDatabase(path)
  } catch (error) {
    if (error instanceof DatabaseRefused) return error
    throw error
  }
}

interface Outcome {
  readonly rows: readonly SqlRow[]
  readonly changes: number
}

function perform(
  request: Exclude<ThreadRequest, { type: 'append' }>,
  opened: OpenDatabase,
  statements: StatementCache,
): Outcome {
  switch (request.type) {
    case 'query':
      return query(statements, request.sql, request.parameters)
    case 'rollback':
      if (opened.database.inTransaction) opened.database.exec('rollback')
      return { rows: [], changes: 0 }
    case 'close':
      opened.close()
      return { rows: [], changes: 0 }
  }
}

function query(statements: StatementCache, sql: string, parameters: readonly SqlValue[]): Outcome {
  const statement = statements.prepare(sql)
  // better-sqlite3 types rows as unknown; STRICT tables hold nothing but SqlValue.
  if (statement.reader) return { rows: statement.all(...parameters) as readonly SqlRow[], changes: 0 }
  return { rows: [], changes: statement.run(...parameters).changes }
}

function answer(port: MessagePort, request: ThreadRequest, work: () => Outcome): void {
  try {
    const { rows, changes } = work()
    send(port, { type: 'result', id: request.id, rows, changes }, wholeBuffers(rows))
  } catch (error) {
    send(port, { type: 'error', id: request.id, failure: toFailure(error) })
  }
}

/** Buffers that hold exactly one value can be handed over instead of copied. */
function wholeBuffers(rows: readonly SqlRow[]): readonly ArrayBuffer[] {
  const values = rows.flatMap((row) => Object.values(row)).filter((value) => value instanceof Uint8Array)
  return values.flatMap((value) =>
    value.buffer instanceof ArrayBuffer && value.byteLength === value.buffer.byteLength ? [value.buffer] : [],
  )
}

function toFailure(error: unknown): SqliteFailure {
  if (error instanceof Database.SqliteError) return { code: error.code, message: error.message }
  return { code: 'UNEXPECTED', message: String(error) }
}

function send(port: MessagePort, message: ThreadMessage, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transfer)
}
