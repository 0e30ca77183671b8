import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Leaves an address for programs of this machine (the CLI), whole or not at all: the port may have been picked. */
export async function writeAddress(file: string, address: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(`${file}.new`, `${address}\n`)
  await rename(`${file}.new`, file)
}
