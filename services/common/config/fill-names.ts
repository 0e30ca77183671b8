import { coerceText } from './coerce-text.ts'
import { isTree } from './config-document.ts'
import { fillText } from './fill-text.ts'
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

/**
 * Fills names into every string of the tree, except at the paths in `taken` (values that came from the environment
 * are used as they are) and in what an MCP server is reached by, which keeps its references: values must not get into the
 * store. A string that was filled is then read as what its place takes. An unfilled name leaves an
 * empty text.
 */
export function fillNames(root: SchemaNode, tree: unknown, variables: Variables, taken: readonly ConfigPath[]): Filled {
  const isTaken = new Set(taken.map(pathKey))
  const unfilled: UnfilledName[] = []
  const fill = (node: SchemaNode | undefined, value: unknown, path: ConfigPath): unknown => {
    if (isTaken.has(pathKey(path)) || isReference(path)) return value
    if (typeof value === 'string') return fillString(node, value, path)
    if (Array.isArray(value))
      return value.map((item, index) => fill(node && childOf(node, index), item, [...path, index]))
    if (!isTree(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [key, fill(node && childOf(node, key), child, [...path, key])]),
    )
  }
  const fillString = (node: SchemaNode | undefined, text: string, path: ConfigPath): unknown => {
    const filled = fillText(text, (name) => variables.get(name)?.value)
    unfilled.push(...filled.missing.map((name) => ({ path, name })))
    return filled.text === text || node === undefined ? filled.text : coerceText(node, filled.text)
  }
  return { tree: fill(root, tree, []), unfilled }
}

const referenceKeys: readonly unknown[] = ['command', 'args', 'cwd', 'url', 'env', 'headers', 'oauth']

const isReference = ([section, map, , key]: ConfigPath): boolean =>
  section === 'mcp' && map === 'servers' && referenceKeys.includes(key)

const pathKey = (path: ConfigPath): string => JSON.stringify(path)
