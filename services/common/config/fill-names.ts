import { coerceText } from './coerce-text.ts'
import { isTree } from './config-document.ts'
import { type ConfigPath, childOf, type SchemaNode } from './schema-node.ts'
import type { Variables } from './variables.ts'

/** A `${NAME}` that neither the environment nor .env fills, and that has no default. */
export interface UnfilledName {
  readonly path: ConfigPath
  readonly name: string
}

export interface Filled {
  readonly tree: unknown
  readonly unfilled: readonly UnfilledName[]
}

/** `${NAME}`, `${NAME:-default}`; `$${` stands for a plain `${`. */
const PATTERN = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g

/**
 * Fills names into every string of the tree, except at the paths in `taken` (values that came from the environment
 * are used as they are). A string that was filled is then read as what its place takes. An unfilled name leaves an
 * empty text.
 */
export function fillNames(root: SchemaNode, tree: unknown, variables: Variables, taken: readonly ConfigPath[]): Filled {
  const isTaken = new Set(taken.map(pathKey))
  const unfilled: UnfilledName[] = []
  const fill = (node: SchemaNode | undefined, value: unknown, path: ConfigPath): unknown => {
    if (isTaken.has(pathKey(path))) return value
    if (typeof value === 'string') return fillText(node, value, path)
    if (Array.isArray(value))
      return value.map((item, index) => fill(node && childOf(node, index), item, [...path, index]))
    if (!isTree(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [key, fill(node && childOf(node, key), child, [...path, key])]),
    )
  }
  const fillText = (node: SchemaNode | undefined, text: string, path: ConfigPath): unknown => {
    const filled = text.replace(PATTERN, (match, name: string | undefined, fallback: string | undefined) => {
      if (name === undefined) return match.slice(1)
      const value = variables.get(name)?.value ?? fallback
      if (value === undefined) unfilled.push({ path, name })
      return value ?? ''
    })
    return filled === text || node === undefined ? filled : coerceText(node, filled)
  }
  return { tree: fill(root, tree, []), unfilled }
}

const pathKey = (path: ConfigPath): string => JSON.stringify(path)
