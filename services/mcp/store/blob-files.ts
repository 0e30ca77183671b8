import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { toStoreError } from './sqlite/store-error.ts'

/** Bytes too large for a row, one file each: `<folder>/<2 hex>/<id>`. */
export class BlobFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Durable when it resolves: written aside, synced, renamed, the folder synced. @throws `store_full`, `store_unavailable`. */
  async write(id: string, bytes: Uint8Array): Promise<void> {
    const target = this.#pathOf(id)
    const aside = `${target}.${randomUUID()}.tmp`
    try {
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      await writeSynced(aside, bytes)
      await rename(aside, target)
      await syncFolder(dirname(target))
      await syncFolder(this.#folder)
    } catch (error) {
      // The first failure is the one to tell; what stays aside is never read.
      await rm(aside, { force: true }).catch(() => {})
      throw translate(error)
    }
  }

  /** @throws HearthError `store_unavailable` when the file is gone. */
  async read(id: string): Promise<Uint8Array> {
    try {
      return await readFile(this.#pathOf(id))
    } catch (error) {
      throw translate(error)
    }
  }

  #pathOf(id: string): string {
    const hex = id.slice(id.indexOf('_') + 1)
    return join(this.#folder, hex.slice(0, 2), id)
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A rename lasts only when its folder is synced too. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

function translate(error: unknown): HearthError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNEXPECTED'
  const translated = toStoreError({ code, message: String(error) })
  if (translated.code === 'store_full') return translated
  return new HearthError('store_unavailable', 'A picture cannot be written or read; look at the disk of data_dir.', {
    cause: error,
  })
}
