import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A GGUF file in the folder of a connection. */
export interface ModelFile {
  /** File name without `.gguf`, lower-case. */
  readonly model: string
  readonly path: string
}

/** The models of a folder, by name. A folder that cannot be read has none. */
export function listModels(directory: string): readonly ModelFile[] {
  return namesIn(directory)
    .filter((name) => name.toLowerCase().endsWith('.gguf'))
    .map((name) => ({ model: name.slice(0, -'.gguf'.length).toLowerCase(), path: join(directory, name) }))
    .toSorted((left, right) => left.model.localeCompare(right.model, 'en'))
}

/** Changes when the file is replaced. */
export function fileVersion(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? 'missing' : `${stat.mtimeMs}:${stat.size}`
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
