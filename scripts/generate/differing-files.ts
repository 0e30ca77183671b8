import { readdir, readFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { GeneratedFile } from './generated-file.ts'

export interface Difference {
  readonly path: string
  readonly difference: 'is missing' | 'is not what its source gives' | 'has no source any more'
}

/** Compares what is committed with what is generated; in `ownedFolders` every other file is a difference too. */
export async function differingFiles(
  root: string,
  files: readonly GeneratedFile[],
  ownedFolders: readonly string[],
): Promise<readonly Difference[]> {
  const compared = await Promise.all(files.map((file) => compare(root, file)))
  const owned = await Promise.all(ownedFolders.map((folder) => filesUnder(root, folder)))
  const known = new Set(files.map(({ path }) => path))
  const strangers = owned.flat().filter((path) => !known.has(path))
  return [
    ...compared.filter((difference) => difference !== undefined),
    ...strangers.map((path) => ({ path, difference: 'has no source any more' as const })),
  ]
}

async function compare(root: string, { path, text }: GeneratedFile): Promise<Difference | undefined> {
  const committed = await readIfThere(resolve(root, path))
  if (committed === undefined) return { path, difference: 'is missing' }
  return committed === text ? undefined : { path, difference: 'is not what its source gives' }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Paths from `root`, sorted; none when the folder is missing. */
export async function filesUnder(root: string, folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(resolve(root, folder), { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    return files.map((entry) => relative(root, join(entry.parentPath, entry.name))).sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
