import { isTree } from './config-document.ts'
import { childOf, isNullable, keysOf, type SchemaNode } from './schema-node.ts'

/**
 * Lays what a person wrote over the defaults. Sections merge key by key; maps with free names (connections, profiles,
 * users) and lists replace the default whole; a section left empty keeps its defaults.
 */
export function mergeDefaults(node: SchemaNode | undefined, defaults: unknown, given: unknown): unknown {
  if (given === undefined) return structuredClone(defaults)
  const isFixed = node !== undefined && keysOf(node).length > 0
  if (given === null && isFixed && !isNullable(node)) return structuredClone(defaults)
  if (!isFixed || !isTree(given)) return structuredClone(given)
  const under = isTree(defaults) ? defaults : {}
  const keys = new Set([...Object.keys(under), ...Object.keys(given)])
  return Object.fromEntries([...keys].map((key) => [key, mergeDefaults(childOf(node, key), under[key], given[key])]))
}
