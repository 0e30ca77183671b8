import type { ConfigDocument } from './config-document.ts'
import type { ConfigProblem } from './config-error.ts'
import type { Override } from './environment-overrides.ts'
import type { Explained } from './explain-issue.ts'
import type { IncludedServers } from './included-servers.ts'
import { pathText } from './schema-node.ts'

/** Where a setting may come from, the strongest last. */
export interface Layers {
  readonly document: ConfigDocument
  /** The config file as messages name it. */
  readonly file: string
  readonly included: Pick<IncludedServers, 'locate'>
  readonly overrides: readonly Override[]
}

/** The problem with the place that the wrong value comes from. */
export function placeProblem(
  { path: keys, message }: Explained,
  { document, file, included, overrides }: Layers,
): ConfigProblem {
  const path = pathText(keys)
  const override = overrides.find((candidate) => candidate.path.every((key, index) => keys[index] === key))
  if (override !== undefined) return { place: override.variable.place, path, message }
  const includedAt = included.locate(keys)
  if (includedAt !== undefined) return { ...includedAt, path, message }
  const position = document.locate(keys)
  if (position === undefined) return { place: file, path, message, file }
  return { place: `${file}:${position.line}:${position.column}`, path, message, file, line: position.line }
}

/** Why the file cannot be read as a map of keys. */
export function syntaxProblems({ problems }: ConfigDocument, file: string): readonly ConfigProblem[] {
  return problems.map(({ position, message }) => ({
    place: position === undefined ? file : `${file}:${position.line}:${position.column}`,
    path: '',
    message,
    file,
    ...(position === undefined ? {} : { line: position.line }),
  }))
}
