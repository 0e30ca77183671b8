import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HearthError } from '../common/errors/hearth-error.ts'

export interface AdminToken {
  readonly secret: string
  /** Where it is kept; undefined when it came from `HEARTH_ADMIN_TOKEN`. */
  readonly file: string | undefined
  /** Made by this start. */
  readonly isNew: boolean
}

const shortestLength = 16

/** The admin token: `HEARTH_ADMIN_TOKEN`, or `<data_dir>/admin-token` (mode 0600), made at first start. */
export async function readAdminToken(dataDir: string, fromEnvironment: string | undefined): Promise<AdminToken> {
  if (fromEnvironment !== undefined && fromEnvironment !== '') {
    if (fromEnvironment.length < shortestLength) {
      throw new HearthError('caller_invalid_request', `HEARTH_ADMIN_TOKEN needs at least ${shortestLength} characters.`)
    }
    return { secret: fromEnvironment, file: undefined, isNew: false }
  }
  const file = join(dataDir, 'admin-token')
  const kept = await readKept(file)
  if (kept !== undefined) return { secret: kept, file, isNew: false }
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const secret = `hearth_${randomBytes(32).toString('base64url')}`
  await writeFile(`${file}.new`, `${secret}\n`, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
  return { secret, file, isNew: true }
}

async function readKept(file: string): Promise<string | undefined> {
  try {
    const secret = (await readFile(file, 'utf8')).trim()
    if (secret.length >= shortestLength) return secret
    throw new HearthError('caller_invalid_request', `${file} is damaged; delete it to get a new admin token.`)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
