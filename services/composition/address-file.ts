import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Leaves an address for programs of this machine (the CLI), whole or not at all: the port may have been picked. */
export async function writeAddress(file: string, address: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, `${address}\n`)
  await rename(`${file}.new`, file)
}

/** Takes the address away again, unless another process has left its own since. */
export async function removeAddress(file: string, address: string): Promise<void> {
  const left = await readFile(file, 'utf8').catch(() => undefined)
  if (left?.trim() === address) await rm(file, { force: true })
}
