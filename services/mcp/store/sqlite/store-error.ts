import { HearthError } from '../../../common/errors/hearth-error.ts'
import type { SqliteFailure } from './thread-protocol.ts'

/** Result codes that mean "no space": the shared-memory file of the WAL needs some too. */
const fullCodes: ReadonlySet<string> = new Set(['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC', 'EDQUOT'])

const unavailablePrefixes = [
  'SQLITE_IOERR',
  'SQLITE_CORRUPT',
  'SQLITE_NOTADB',
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
  'SQLITE_NOMEM',
] as const

/** What a failed statement or file write means to a caller. What is neither space nor disk is a defect of ours. */
export function toStoreError(failure: SqliteFailure): HearthError {
  const cause = new Error(`${failure.code}: ${failure.message}`)
  if (fullCodes.has(failure.code))
    return new HearthError('store_full', 'The disk is full; free some space, nothing stored so far is lost.', { cause })
  if (unavailablePrefixes.some((prefix) => failure.code.startsWith(prefix)))
    return new HearthError('store_unavailable', 'The database cannot be read or written; look at its disk.', { cause })
  return new HearthError('gateway_internal', 'A database statement failed; the log of the server has the details.', {
    cause,
  })
}
