import { randomBytes, randomUUID } from 'node:crypto'
import { chmod, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HearthError } from '../../common/errors/hearth-error.ts'
import { syncFolder } from './blob-files.ts'

const KEY_BYTES = 32

/** The key file beside the database: 32 random bytes that only its owner may read, made when it is first needed. */
export class SealKey {
  readonly #path: string
  #key: Promise<Uint8Array> | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** @throws HearthError `store_unavailable` for a file that cannot be read or written, or is no key. */
  get(): Promise<Uint8Array> {
    if (this.#key !== undefined) return this.#key
    const key = this.#readOrMake()
    this.#key = key
    key.catch(() => {
      this.#key = undefined
    })
    return key
  }

  async #readOrMake(): Promise<Uint8Array> {
    try {
      const key = (await this.#read()) ?? (await this.#make())
      if (key.byteLength === KEY_BYTES) return key
    } catch (error) {
      throw this.#refused('cannot be read or written; look at its folder and its rights', error)
    }
    throw this.#refused('is damaged; restore it from a backup, or remove it and sign in again at the MCP servers')
  }

  async #read(): Promise<Uint8Array | undefined> {
    try {
      await chmod(this.#path, 0o600)
      return await readFile(this.#path)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }

  /** Written aside first: a key that is half on the disk would lose every secret. */
  async #make(): Promise<Uint8Array> {
    const key = randomBytes(KEY_BYTES)
    const aside = `${this.#path}.${randomUUID()}.tmp`
    const file = await open(aside, 'wx', 0o600)
    try {
      await file.writeFile(key)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(aside, this.#path)
    await syncFolder(dirname(this.#path))
    return key
  }

  #refused(what: string, cause?: unknown): HearthError {
    return new HearthError('store_unavailable', `The key file ${this.#path} ${what}.`, { cause })
  }
}
