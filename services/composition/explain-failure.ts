import { HearthError, toHearthError } from '../common/errors/hearth-error.ts'

/** What the operating system says, and what a person can do; the place (path or address) stands before it. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: 'is not permitted; check its owner and permissions, or name another in the configuration',
  EPERM: 'is not permitted; check its owner and permissions, or name another in the configuration',
  EROFS: 'is on a read-only file system; choose another folder with HEARTH_DATA_DIR',
  ENOSPC: 'has no space left; free some, or choose another folder with HEARTH_DATA_DIR',
  EDQUOT: 'is over the disk quota; free some space, or choose another folder with HEARTH_DATA_DIR',
  ENOENT: 'does not exist; make it or correct the setting that names it',
  ENOTDIR: 'lies under something that is no folder; correct the setting that names it',
  EISDIR: 'is a folder where a file must be; move it away',
  EEXIST: 'is a file where a folder must be; move it away',
  EADDRINUSE: 'is in use; stop what uses it or choose another port',
  EADDRNOTAVAIL: 'is no address of this machine; correct the `host` of that listener',
  ENOTFOUND: 'is no host name known here; correct the `host` of that listener',
}

/** Why the process could not start or go on, for a person; what is no refusal of the system is a defect. */
export function explainFailure(error: unknown): HearthError {
  const code = fieldOf(error, 'code')
  const reason = typeof code === 'string' && Object.hasOwn(reasons, code) ? reasons[code] : undefined
  if (error instanceof HearthError || reason === undefined) return toHearthError(error)
  return new HearthError('gateway_internal', `${placeOf(error)} ${reason} (${String(code)}).`, { cause: error })
}

function placeOf(error: unknown): string {
  const port = fieldOf(error, 'port')
  const address = fieldOf(error, 'address') ?? fieldOf(error, 'hostname')
  const place = fieldOf(error, 'path') ?? (port === undefined ? address : `${String(address)}:${String(port)}`)
  return place === undefined ? 'Something the start needs' : String(place)
}

const fieldOf = (error: unknown, key: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, key) : undefined
